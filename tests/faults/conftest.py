"""Several server processes over one database."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeAlias

import pytest

from tests.support.server import ServerProcess

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
