"""The data folder of the embedded MongoDB: who holds it, what stands in the way."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from levelmark.server.embedded import EmbeddedMongoError, command, orphan
from levelmark.server.embedded.folder import DataFolder, Record
from levelmark.server.embedded.orphan import stop_orphan

DEAF = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", flush=True)
time.sleep(60)
"""


@pytest.fixture
def sleeper(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that SIGTERM does not end, and whose command is that of a mongod on the folder `tmp_path`."""
    words = [sys.executable, "-c", DEAF, *command.arguments(tmp_path / "db", 1, 0.5)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process
        process.kill()


def record(folder: Path, mongod: int) -> None:
    with DataFolder.held(folder) as held:
        held.write(Record(mongod=mongod))


def test_the_folder_is_created_for_this_user_alone(tmp_path: Path) -> None:
    with DataFolder.held(tmp_path / "a" / "b") as folder:
        assert [path.stat().st_mode & 0o777 for path in (folder.path, folder.data)] == [0o700, 0o700]


def test_a_second_holder_is_refused_with_the_first_ones_process_and_url(tmp_path: Path) -> None:
    with DataFolder.held(tmp_path) as folder:
        folder.write(Record(holder=os.getpid(), url="mongodb://there"))
        with pytest.raises(EmbeddedMongoError) as error, DataFolder.held(tmp_path):
            pass
    for told in (str(tmp_path), f"process {os.getpid()}", "LEVELMARK_MONGODB_URL='mongodb://there'"):
        assert told in str(error.value)


def test_the_next_holder_reads_what_the_last_one_wrote(tmp_path: Path) -> None:
    written = Record(holder=1, mongod=2, port=3, url="mongodb://there")
    with DataFolder.held(tmp_path) as folder:
        folder.write(Record(holder=1, url="mongodb://" + "a" * 500))
        folder.write(written)
    with DataFolder.held(tmp_path) as folder:
        assert folder.previous == written


def test_half_a_record_counts_as_none(tmp_path: Path) -> None:
    (tmp_path / "lock").write_text('{"holder": 12')
    with DataFolder.held(tmp_path) as folder:
        assert folder.previous == Record()


@pytest.mark.parametrize("path", ["file", "file/below", "dir"])
def test_what_cannot_be_a_data_folder_is_named_with_the_remedy(tmp_path: Path, path: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "dir" / "lock").mkdir(parents=True)
    with pytest.raises(EmbeddedMongoError, match=f"{tmp_path}/{path} cannot be used: .* Choose a folder"):
        DataFolder.held(tmp_path / path).__enter__()


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(EmbeddedMongoError, match=f"{tmp_path} cannot be used: Permission denied"):
        DataFolder.held(tmp_path).__enter__()


async def test_an_orphan_deaf_to_sigterm_is_killed(
    tmp_path: Path, sleeper: subprocess.Popen[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orphan, "_SECONDS_AFTER", {signal.SIGTERM: 0.2, signal.SIGKILL: 5.0})
    record(tmp_path, sleeper.pid)
    with DataFolder.held(tmp_path) as folder:
        await stop_orphan(folder)
    assert sleeper.wait(5) == -signal.SIGKILL


async def test_a_recorded_process_that_is_no_mongod_of_the_folder_is_left_alone(
    tmp_path: Path, sleeper: subprocess.Popen[str]
) -> None:
    other = tmp_path / "other"
    record(other, sleeper.pid)
    (other / "db" / "mongod.lock").write_text(f"{os.getpid()}\n")
    with DataFolder.held(other) as folder:
        await stop_orphan(folder)
    assert sleeper.poll() is None
