"""What tests of faults share: processes to crash, to repair what crashed, and whole servers."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeAlias

import pytest
import pytest_asyncio

from levelmark.plugins import Registry
from levelmark.services import Services
from levelmark.storage import Storage
from tests.faults.catalogue import attacked_blueprint, modern, popular
from tests.support.consistency import assert_consistent, levels
from tests.support.server import ServerProcess

Repaired: TypeAlias = Callable[[], Awaitable[list[tuple[str | None, str | None]]]]
Start: TypeAlias = Callable[[int], list[ServerProcess]]


@pytest.fixture
def start(mongo_url: str, database: str, tmp_path: Path) -> Iterator[Start]:
    """Starts so many more server processes over the test's database; all are stopped at the end."""
    servers: list[ServerProcess] = []

    def started(count: int) -> list[ServerProcess]:
        options = ("--mongodb-url", mongo_url, "--database", database, "--shutdown-seconds", "1")
        logs = [tmp_path / f"server-{len(servers) + number}.log" for number in range(count)]
        fresh = [ServerProcess(log, *options) for log in logs]
        servers.extend(fresh)
        together(ServerProcess.start, fresh)
        return fresh

    yield started
    together(ServerProcess.stop, servers)


def together(step: Callable[[ServerProcess], object], servers: list[ServerProcess]) -> None:
    """Takes the step with all of the servers at once."""
    with ThreadPoolExecutor(max(1, len(servers))) as threads:
        for _ in threads.map(step, servers):
            pass


@pytest.fixture(autouse=True)
def _haste(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets this process look more often for what was left behind, so that tests wait less."""
    monkeypatch.setattr("levelmark.services.reconciling._SECONDS", 0.2)


@pytest_asyncio.fixture
async def doomed(storage: Storage, registry: Registry) -> AsyncIterator[Services]:
    """A process without background work, to crash at a given step."""
    services = Services(storage, registry)
    await services.blueprints.upsert(attacked_blueprint())
    await services.scorecards.upsert(popular())
    await services.scorecards.upsert(modern())
    yield services
    await services.delivery.close()


@pytest.fixture
def repaired(mongo_url: str, database: str, registry: Registry) -> Repaired:
    """Tells what the log says of a scorecard's levels once two new processes have finished what was left."""

    async def repair(scorecard: str = "popular") -> list[tuple[str | None, str | None]]:
        async with (
            Storage(mongo_url, database) as one,
            Storage(mongo_url, database) as other,
            Services(one, registry),
            Services(other, registry),
        ):
            changes = await assert_consistent(one, registry.operators)
        return [(one.before, one.after) for one in levels(changes) if one.scorecard == scorecard]

    return repair
