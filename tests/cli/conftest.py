"""What the tests of commands share: one server for a module, and readers of single files."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias
from uuid import uuid4

import pytest

from levelmark.server.documents import Reading, read_documents
from tests.cli.commands import write
from tests.support.server import ServerProcess

Read: TypeAlias = Callable[..., Reading]


@pytest.fixture(scope="module")
def shared(mongo_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server that the tests of a module share: each writes blueprints of its own."""
    log = tmp_path_factory.mktemp("shared") / "server.log"
    with ServerProcess(log, "--mongodb-url", mongo_url, "--database", f"test-{uuid4().hex}") as server:
        yield server


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Read:
    """Reads a text or a value as a file of that name in an empty folder."""

    def read_file(name: str, content: Any, blueprint: str | None = None) -> Reading:
        monkeypatch.chdir(tmp_path)
        write(tmp_path / name, content)
        return read_documents([name], blueprint)

    return read_file
