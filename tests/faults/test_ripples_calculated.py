"""What calculates is ended in the middle of writes: no value is wrong, and none is missing for good."""

import asyncio
import os
import signal
import time
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from levelmark.domain.json import Json
from levelmark.plugins import Registry
from levelmark.services import Services
from levelmark.services.calculating.process import WorkerProcess
from levelmark.storage import Storage
from tests.faults.client import UPSERT_BLUEPRINT, UPSERT_ENTITIES, Client
from tests.faults.conftest import Start
from tests.faults.neighbours import ORACLE, stale, write
from tests.faults.scale import scaled
from tests.support.consistency import assert_consistent
from tests.support.waiting import eventually

_COUNT: Final = 5


class _Clock:
    """The wall clock, put forward by the test."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


def part(program: str = ".properties.size * 2") -> dict[str, Json]:
    """A blueprint with a calculation; each part mirrors what the next comes to."""
    return {
        "identifier": "part",
        "title": "Part",
        "schema": {"properties": {"size": {"type": "number"}}},
        "relations": {"next": {"title": "Next", "target": "part"}},
        "mirrorProperties": {"beside": {"title": "Beside", "path": "next.double"}},
        "calculationProperties": {"double": {"title": "Double", "type": "number", "calculation": program}},
    }


def parts(size: int) -> list[dict[str, Json]]:
    """A ring of parts."""
    return [
        {"identifier": f"part-{number}", "blueprint": "part", "properties": {"size": size + number},
         "relations": {"next": f"part-{(number + 1) % _COUNT}"}}
        for number in range(_COUNT)
    ]  # fmt: skip


async def test_what_could_not_be_calculated_is_calculated_a_minute_later(
    storage: Storage, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = _Clock()
    async with Services(storage, registry, clock=clock) as services:
        await services.blueprints.upsert(part())
        await write(services, *parts(1))
        await eventually(lambda: stale(storage), lambda faults: not faults)
        with monkeypatch.context() as patch:
            patch.setattr(WorkerProcess, "work", _killed_first(WorkerProcess.work))
            await write(services, *parts(100))
            await eventually(lambda: _without_data(storage), lambda count: count == _COUNT)
        clock.ahead = timedelta(seconds=61)
        await eventually(lambda: stale(storage), lambda faults: not faults)
        await assert_consistent(storage, registry.operators, oracle=ORACLE)


async def test_workers_that_are_killed_under_writers_store_nothing_that_is_wrong(
    storage: Storage, registry: Registry
) -> None:
    clock = _Clock()
    async with Services(storage, registry, clock=clock) as services:
        await services.blueprints.upsert(part())
        killer = asyncio.create_task(_kill_workers(services))
        for size in range(scaled(6)):
            await write(services, *parts(size))
        killer.cancel()
        await asyncio.wait({killer})
        for one in (held.entity for held in await storage.entities.chunk("part", None, _COUNT)):
            double = one.derived.get("double")
            assert double == 2 * one.properties["size"] or "interrupted" in one.reasons["double"]
        clock.ahead = timedelta(seconds=61)
        await eventually(lambda: stale(storage), lambda faults: not faults)
        await assert_consistent(storage, registry.operators, oracle=ORACLE)


async def test_a_server_that_is_stopped_during_calculations_ends_soon_and_leaves_nothing_half_done(
    storage: Storage, registry: Registry, start: Start
) -> None:
    (server,) = start(1)
    slow = ".properties.size * 2 + reduce range(300000) as $n (0; . + 1) - 300000"
    server.query(UPSERT_BLUEPRINT, input=part(slow))
    async with Client(server.url) as client:
        asked = [asyncio.create_task(client.ask(UPSERT_ENTITIES, entities=parts(size))) for size in range(20)]
        await asyncio.sleep(0.3)
        begun = time.monotonic()
        assert await asyncio.to_thread(server.stop) == 0
        assert time.monotonic() - begun < 6
        answers = await asyncio.gather(*asked, return_exceptions=True)
    codes = {error["extensions"]["code"] for one in answers if isinstance(one, dict)
             for error in one.get("errors", ())}  # fmt: skip
    assert codes <= {"UNAVAILABLE"}
    assert "Traceback" not in server.output
    async with Services(storage, registry):
        await assert_consistent(storage, registry.operators, oracle=ORACLE)


async def _without_data(storage: Storage) -> int:
    rows = {"derived.double": None, "reasons.double": {"$regex": "interrupted"}, "due": {"$gt": 0}}
    return await storage.database["entities"].count_documents(rows)


def _killed_first(work: Any) -> Any:
    async def killed(self: WorkerProcess, order: bytes, count: int) -> Any:
        os.kill(self.pid, signal.SIGKILL)
        await asyncio.wait({self._gone})
        return await work(self, order, count)

    return killed


async def _kill_workers(services: Services) -> None:
    pool = services.calculator._pool
    while True:
        for worker in [*pool._lent, *pool._idle]:
            worker.kill()
        await asyncio.sleep(0.05)
