"""What time changes: of several processes, one at a time sees to it, and another goes on when it dies."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final

import pytest

from levelmark.domain.json import Json
from levelmark.plugins import Registry
from levelmark.services import Services
from levelmark.storage import Storage
from tests.faults.interleaving import CrashError
from tests.faults.neighbours import spread, write
from tests.support import scratch
from tests.support.consistency import Oracle, derived_faults
from tests.support.waiting import eventually

_SERVICES: Final = 30
_BEGIN: Final = datetime(2026, 6, 15, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets processes look often, and dead ones hold their lease for a second."""
    until = {"$dateAdd": {"startDate": "$$NOW", "unit": "second", "amount": 1}}
    monkeypatch.setattr("levelmark.storage.leases._UNTIL", until)
    monkeypatch.setattr("levelmark.services.timekeeping._SECONDS", 0.02)


class _Time:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = _BEGIN

    def __call__(self) -> datetime:
        return self.now

    @property
    def oracle(self) -> Oracle:
        return partial(scratch.evaluate, now=self.now)


async def test_each_entity_that_is_due_is_evaluated_once_and_by_another_when_the_first_dies(
    storage: Storage, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    time = _Time()
    processes = [Services(storage, registry, clock=time) for _ in range(2)]
    await _define(processes[0])
    async with _keeping_time(processes) as tasks:
        for days in (1, 2):
            time.now = _BEGIN + timedelta(days=days)
            await eventually(lambda: derived_faults(storage, time.oracle), lambda faults: not faults)
            assert await _evaluated(processes) == days * _SERVICES
        holder = await _holder(storage, processes)

        async def dead(*_: Any) -> None:
            raise CrashError

        with monkeypatch.context() as patch:
            patch.setattr(processes[holder].timekeeping._leases, "give_up", dead)
            tasks[holder].cancel()
            await asyncio.wait({tasks[holder]})
        time.now = _BEGIN + timedelta(days=3)
        await eventually(lambda: derived_faults(storage, time.oracle), lambda faults: not faults)
        assert await _evaluated(processes) == 3 * _SERVICES
        assert await _holder(storage, processes) != holder


async def _define(services: Services) -> None:
    by_day = {"calculationBy": "entities", "func": "average", "averageOf": "day", "measureTimeBy": "openedAt"}
    daily: dict[str, Json] = {"title": "Daily", "type": "number", "target": "incident",
                              "calculationSpec": by_day}  # fmt: skip
    service: dict[str, Json] = {"identifier": "service", "title": "Service",
                                "aggregationProperties": {"daily": daily}}  # fmt: skip
    incident: dict[str, Json] = {
        "identifier": "incident",
        "title": "Incident",
        "schema": {"properties": {"openedAt": {"type": "string", "format": "date-time"}}},
        "relations": {"service": {"title": "Service", "target": "service"}},
    }
    for document in (service, incident):
        await services.blueprints.upsert(document, force=True)
    await services.blueprints.upsert(service)
    opened = (_BEGIN - timedelta(hours=5)).isoformat()
    for number in range(_SERVICES):
        of = f"service-{number}"
        await write(
            services,
            {"identifier": of, "blueprint": "service"},
            {"identifier": of, "blueprint": "incident", "properties": {"openedAt": opened},
             "relations": {"service": of}},
        )  # fmt: skip
    await spread(services)


@asynccontextmanager
async def _keeping_time(processes: list[Services]) -> AsyncIterator[list[asyncio.Task[None]]]:
    tasks = [asyncio.create_task(one.timekeeping.run()) for one in processes]
    try:
        yield tasks
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _evaluated(processes: list[Services]) -> int:
    """How many evaluations time has caused."""
    for one in processes:
        await one.counting.write()
    rows = await processes[0].storage.database["counts"].find({"cause": "TIME_PASSED"}).to_list(None)
    return sum(row["evaluated"] for row in rows)


async def _holder(storage: Storage, processes: list[Services]) -> int:
    row = await storage.database["leases"].find_one({"_id": "time"})
    assert row is not None
    return [one.timekeeping._owner for one in processes].index(row["owner"])
