"""`levelmark apply` that is cut short: the server dies, or somebody presses Ctrl-C."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO

import pytest

from tests.cli.commands import SECONDS, here, started, write
from tests.support.documents import blueprint, entity
from tests.support.server import ServerProcess

ENTITIES = 40
LARGE = "x" * 250_000
"""Four entities of this size fill a request."""

COUNT = '{ entities(blueprint: "service", first: 500) { edges { node { identifier } } } }'


@pytest.fixture
def files(tmp_path: Path) -> Path:
    entities = [entity(f"e{number:02}", language=LARGE) for number in range(ENTITIES)]
    return write(tmp_path / "all.json", [blueprint(), *entities])


@pytest.fixture
def frozen(server: ServerProcess) -> Iterator[ServerProcess]:
    """A server that takes connections and answers nothing."""
    os.kill(server.pid, signal.SIGSTOP)
    yield server
    os.kill(server.pid, signal.SIGCONT)


def test_a_server_that_dies_is_told_and_applying_again_does_the_rest(
    server: ServerProcess, files: Path
) -> None:
    with started("apply", str(files), server=server.url) as process:
        assert process.stderr is not None
        _until("blueprints: 1 of 1", process.stderr)
        while not server.query(COUNT)["entities"]["edges"]:
            assert process.poll() is None, "it ended before the server could be killed"
        server.kill()
        out, err = process.communicate(timeout=SECONDS)
    assert (process.returncode, out) == (1, "")
    (line,) = err.splitlines()
    assert line.startswith("levelmark: ")
    assert line.endswith("; what was sent stays, and the same command again does the rest")
    server.start()
    assert 0 < len(server.query(COUNT)["entities"]["edges"]) < ENTITIES
    again = here("apply", str(files), server=server.url)
    assert again.returncode == 0, again.stderr
    assert "blueprints: 1 unchanged" in again.stdout
    assert len(server.query(COUNT)["entities"]["edges"]) == ENTITIES


def test_ctrl_c_ends_it_with_one_line_and_the_shells_status(frozen: ServerProcess, files: Path) -> None:
    with started("apply", str(files), server=frozen.url) as process:
        assert process.stderr is not None
        _until("applying", process.stderr)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=SECONDS)
    assert (process.returncode, out) == (130, "")
    assert err == "\nlevelmark: stopped; what was sent stays, and the same command again does the rest\n"


def test_ctrl_c_while_it_waits_for_standard_input_ends_it_too() -> None:
    reading, writing = os.pipe()
    with started("apply", "-", server="", stdin=reading) as process:
        os.write(writing, b"identifier: a\n" * 10_000)  # more than the pipe holds: it is read
        for _ in range(SECONDS):  # one that comes between two reads is seen after the second
            process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                process.wait(1)
                break
        _, err = process.communicate(timeout=SECONDS)
    os.close(writing)
    os.close(reading)
    assert process.returncode == 130
    assert err.startswith("\nlevelmark: stopped; ")


def _until(start: str, lines: IO[str]) -> None:
    assert any(line.startswith(start) for line in lines)
