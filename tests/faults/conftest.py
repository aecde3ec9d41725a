"""Several server processes over one database."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import TypeAlias

import pytest

from tests.support.server import ServerProcess

Start: TypeAlias = Callable[[], ServerProcess]


@pytest.fixture
def start(mongo_url: str, database: str, tmp_path: Path) -> Iterator[Start]:
    """Starts another server process over the test's database; all are stopped at the end."""
    numbers = count(1)
    with ExitStack() as stack:

        def started() -> ServerProcess:
            log = tmp_path / f"server-{next(numbers)}.log"
            options = ("--mongodb-url", mongo_url, "--database", database, "--shutdown-seconds", "1")
            return stack.enter_context(ServerProcess(log, *options))

        yield started


@pytest.fixture(autouse=True)
def _haste(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets this process look more often for what was left behind, so that tests wait less."""
    monkeypatch.setattr("levelmark.services.reconciling._SECONDS", 0.2)
