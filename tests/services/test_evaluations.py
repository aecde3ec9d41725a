"""Background evaluations of dependents: kept while they take long, and tried until they are done."""

import asyncio
from typing import Any

import pytest

from levelmark.domain.change import CauseKind
from levelmark.services import Services
from levelmark.services.writing import Mode
from levelmark.storage.neighbours import Reach
from tests.support.catalogue import SERVICE
from tests.support.documents import entity
from tests.support.waiting import eventually


async def written(services: Services) -> None:
    await services.blueprints.upsert(SERVICE)
    await services.entities.upsert([entity("a", "service", stars=1)], Mode.REPLACE)


async def lease(services: Services) -> Any:
    row = await services.storage.database["evaluations"].find_one({"state": "RUNNING"})
    return row and row.get("leaseUntil")


async def test_an_evaluation_keeps_its_lease_while_a_chunk_takes_long(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    await written(services)
    monkeypatch.setattr("levelmark.services.evaluations._HOLD_SECONDS", 0.05)
    writing = services.evaluations._writing
    going_on = asyncio.Event()
    evaluate = writing.evaluate_held

    async def slowly(*arguments: Any) -> int:
        await going_on.wait()
        return await evaluate(*arguments)

    monkeypatch.setattr(writing, "evaluate_held", slowly)
    await services.evaluations.begin("service", CauseKind.REQUESTED, every=True)
    first = await eventually(lambda: lease(services), lambda until: until is not None)
    await eventually(lambda: lease(services), lambda until: until > first)
    going_on.set()
    await services.settled()


async def test_an_evaluation_of_dependents_that_fails_is_tried_again(
    services: Services, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await written(services)
    monkeypatch.setattr("levelmark.services.evaluations._LOOK_SECONDS", 0.01)
    monkeypatch.setattr("levelmark.storage.evaluations._LEASE_SECONDS", 0)
    monkeypatch.setattr("levelmark.storage.evaluations._UNTIL", "$$NOW")
    writing = services.evaluations._writing
    evaluate, tries = writing.evaluate_held, []

    async def at_last(*arguments: Any) -> int:
        tries.append(1)
        if len(tries) < 3:
            raise RuntimeError("a fault of ours")
        return await evaluate(*arguments)

    monkeypatch.setattr(writing, "evaluate_held", at_last)
    begun = await services.evaluations.begin("service", CauseKind.RELATED_ENTITY_WRITTEN, reach=Reach({"a"}))
    async with asyncio.timeout(10):
        await services.settled()
    ended = await services.storage.evaluations.get(begun.id)
    assert ended is not None
    assert (ended.state.value, ended.error, len(tries)) == ("DONE", None, 3)
    assert "a fault of ours" in caplog.text
