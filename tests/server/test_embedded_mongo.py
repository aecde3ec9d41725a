"""The embedded MongoDB as a whole: real mongods, real ends."""

import asyncio
import os
import signal
import socket
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorCollection

from levelmark.server.embedded import EmbeddedMongo, EmbeddedMongoError, Mongod, command, mongo, process
from levelmark.server.embedded.binary import find_mongod
from levelmark.server.embedded.folder import DataFolder
from levelmark.server.embedded.log import MongodLog
from levelmark.server.embedded.port import free_port
from levelmark.server.embedded.process import PORT_TAKEN

SECONDS = 20.0
"""More than any wait here takes; a bound, not a measure."""

HOLDER = """
import asyncio, sys
from pathlib import Path
from levelmark.server.embedded import EmbeddedMongo

async def main():
    async with EmbeddedMongo(Path(sys.argv[1])) as mongo:
        print(mongo.pid, mongo.url, flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""


@asynccontextmanager
async def collection(url: str) -> AsyncIterator[AsyncIOMotorCollection[dict[str, Any]]]:
    client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(url, serverSelectionTimeoutMS=5_000)
    yield client.test.get_collection("things")
    client.close()


async def write(url: str) -> None:
    async with collection(url) as things:
        await things.insert_one({"written": True})


async def count(url: str) -> int:
    async with collection(url) as things:
        return await things.count_documents({})


@asynccontextmanager
async def holder(folder: Path) -> AsyncIterator[tuple[Process, int, str]]:
    """Another process that holds the folder: itself, its mongod's process id, the URL."""
    python = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HOLDER, str(folder), stdout=PIPE, stderr=PIPE, start_new_session=True
    )
    assert python.stdout is not None
    line = await asyncio.wait_for(python.stdout.readline(), SECONDS)
    pid, url = line.decode().split()
    yield python, int(pid), url
    with suppress(ProcessLookupError):
        python.kill()
    await asyncio.wait_for(python.communicate(), SECONDS)


def lives(pid: int, folder: Path) -> bool:
    return command.runs(pid, folder / "db")


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(SECONDS):
        while not condition():  # noqa: ASYNC110 - another process's doing has no event
            await asyncio.sleep(0.002)


def exists(path: str) -> bool:
    return Path(path).exists()


def recorded_pid(folder: Path) -> int:
    """What mongod says of itself in its lock file; 0 where it runs no more, or not yet."""
    lock = folder / "db" / "mongod.lock"
    return int((lock.read_text().strip() if lock.exists() else "") or 0)


def script(path: Path, text: str) -> Path:
    path.write_text(text)
    path.chmod(0o755)
    return path


async def refusal(folder: Path, binary: Path | None = None) -> str:
    """What a start that must fail says."""
    with pytest.raises(EmbeddedMongoError) as error:
        async with asyncio.timeout(SECONDS), EmbeddedMongo(folder, binary):
            pass
    return str(error.value)


@pytest.fixture(scope="module")
async def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of `running`."""
    return tmp_path_factory.mktemp("running")


@pytest.fixture(scope="module")
async def running(folder: Path) -> AsyncIterator[Mongod]:
    """One that the tests of what lasts share."""
    async with EmbeddedMongo(folder) as running:
        yield running


async def test_it_is_the_primary_of_a_replica_set_and_has_change_streams(running: Mongod) -> None:
    async with collection(running.url) as things, asyncio.timeout(SECONDS), things.watch() as stream:
        await things.insert_one({"written": True})
        assert (await stream.next())["operationType"] == "insert"


async def test_it_listens_on_the_loopback_address_alone(running: Mongod) -> None:
    async with collection(running.url) as things:
        options = await things.database.client.admin.command("getCmdLineOpts")
    assert options["parsed"]["net"]["bindIp"] == "127.0.0.1"
    assert not exists(f"/tmp/mongodb-{running.port}.sock")


async def test_it_has_a_session_of_its_own(running: Mongod) -> None:
    assert os.getsid(running.pid) == running.pid


async def test_a_second_one_on_the_folder_is_told_of_the_first(running: Mongod, folder: Path) -> None:
    told = await refusal(folder)
    for part in (str(folder), f"process {os.getpid()}", f"LEVELMARK_MONGODB_URL='{running.url}'"):
        assert part in told


async def test_a_log_that_is_too_long_is_begun_anew_while_mongod_goes_on_writing_it(
    running: Mongod, folder: Path
) -> None:
    log = MongodLog(folder / "mongod.log")
    before = log.path.stat().st_size
    log.shorten(max_bytes=0)
    assert log.path.stat().st_size < before
    async with collection(running.url) as things:
        await things.database.create_collection("logged")
    await until(lambda: b"logged" in log.path.read_bytes())
    assert log.path.read_bytes().startswith(b"{")
    assert (folder / "mongod.log.1").stat().st_size == before


async def test_a_restart_has_the_data_and_the_port(tmp_path: Path) -> None:
    async with EmbeddedMongo(tmp_path) as first:
        await write(first.url)
    async with EmbeddedMongo(tmp_path) as second:
        assert (await count(second.url), second.url) == (1, first.url)


async def test_a_restart_goes_to_another_port_where_the_last_one_is_taken(tmp_path: Path) -> None:
    async with EmbeddedMongo(tmp_path) as first:
        await write(first.url)
    async with (
        await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", first.port),
        EmbeddedMongo(tmp_path) as second,
    ):
        assert second.port != first.port
        await write(second.url)
        assert await count(second.url) == 2


async def test_a_mongod_that_was_too_late_for_its_port_says_so(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taker, DataFolder.held(tmp_path) as folder:
        port = taker.getsockname()[1]
        async with Mongod.started(find_mongod(), folder, port, 0.25) as mongod:
            assert not await mongod.serves(SECONDS)
            assert mongod.status == PORT_TAKEN


async def test_another_port_is_tried_after_one_that_was_taken(tmp_path: Path) -> None:
    late_once = f'test -e late || {{ touch late; exit {PORT_TAKEN}; }}\nexec "{find_mongod()}" "$@"'
    binary = script(tmp_path / "late-once", f"#!/bin/sh\n{late_once}\n")
    async with EmbeddedMongo(tmp_path / "data", binary) as mongo:
        await write(mongo.url)
    assert (tmp_path / "data" / "late").exists()


async def test_after_a_stop_nothing_is_left_and_stopping_again_does_nothing(tmp_path: Path) -> None:
    async with EmbeddedMongo(tmp_path) as mongo:
        death = asyncio.create_task(mongo.died())
    assert mongo.status == 0
    assert not exists(f"/proc/{mongo.pid}"), "not even a zombie"
    await mongo.stop()
    done, _ = await asyncio.wait({death}, timeout=0.1)
    assert not done, "a stop is not a death"
    death.cancel()


async def test_a_mongod_that_does_not_stop_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "_STOP_SECONDS", 0.2)
    async with EmbeddedMongo(tmp_path) as mongo:
        os.kill(mongo.pid, signal.SIGSTOP)
    assert mongo.status == -signal.SIGKILL


async def test_a_cancelled_body_stops_it_however_often_it_is_cancelled(tmp_path: Path) -> None:
    started: asyncio.Future[Mongod] = asyncio.get_running_loop().create_future()

    async def body() -> None:
        async with EmbeddedMongo(tmp_path) as mongo:
            started.set_result(mongo)
            await asyncio.sleep(SECONDS)

    task = asyncio.create_task(body())
    mongo = await asyncio.wait_for(started, SECONDS)
    for _ in range(3):
        task.cancel()
        await asyncio.sleep(0.05)
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, SECONDS)
    assert mongo.status == 0


async def test_a_cancelled_start_leaves_nothing(tmp_path: Path) -> None:
    task = asyncio.create_task(EmbeddedMongo(tmp_path).__aenter__())
    await until(lambda: recorded_pid(tmp_path) > 0)
    pid = recorded_pid(tmp_path)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, SECONDS)
    assert not lives(pid, tmp_path)


async def test_ctrl_c_reaches_the_holder_alone_which_stops_mongod_cleanly(tmp_path: Path) -> None:
    async with holder(tmp_path) as (python, pid, url):
        await write(url)
        os.killpg(python.pid, signal.SIGINT)
        await asyncio.wait_for(python.wait(), SECONDS)
        assert not lives(pid, tmp_path)
    assert '"exitCode":0' in (tmp_path / "mongod.log").read_text()


async def test_a_killed_holder_takes_mongod_with_it(tmp_path: Path) -> None:
    async with holder(tmp_path) as (python, pid, url):
        await write(url)
        python.kill()
        await until(lambda: not lives(pid, tmp_path))
    async with EmbeddedMongo(tmp_path) as mongo:
        assert await count(mongo.url) == 1


async def test_a_start_right_after_the_holder_was_killed_has_the_data(tmp_path: Path) -> None:
    async with holder(tmp_path) as (python, pid, url):
        await write(url)
        python.kill()
        await asyncio.wait_for(python.wait(), SECONDS)
        async with EmbeddedMongo(tmp_path) as mongo:
            assert not lives(pid, tmp_path)
            assert await count(mongo.url) == 1


async def test_an_orphan_that_nothing_stopped_is_stopped_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "db").mkdir()
    words = [str(find_mongod()), *command.arguments(tmp_path / "db", free_port(), 0.25)]
    orphan = await asyncio.create_subprocess_exec(*words, stdout=DEVNULL)
    await until(lambda: recorded_pid(tmp_path) == orphan.pid)
    async with EmbeddedMongo(tmp_path) as mongo:
        assert mongo.pid != orphan.pid
    assert await asyncio.wait_for(orphan.wait(), SECONDS) == 0


async def test_the_death_of_mongod_is_told_and_its_data_survives(tmp_path: Path) -> None:
    async with EmbeddedMongo(tmp_path) as mongo:
        await write(mongo.url)
        os.kill(mongo.pid, signal.SIGKILL)
        told = await asyncio.wait_for(mongo.died(), SECONDS)
        for part in (f"process {mongo.pid}", "signal 9", str(tmp_path / "mongod.log"), "start again"):
            assert part in told
    async with EmbeddedMongo(tmp_path) as mongo:
        assert await count(mongo.url) == 1


async def test_what_a_failing_binary_said_is_told(tmp_path: Path) -> None:
    binary = script(tmp_path / "mongod", "#!/bin/sh\necho 'libcrypto.so.3: not found' >&2\nexit 1\n")
    told = await refusal(tmp_path / "data", binary)
    for part in ("status 1", "libcrypto.so.3: not found", "LEVELMARK_MONGODB_URL"):
        assert part in told


async def test_a_binary_that_cannot_be_run_is_named_with_the_reason(tmp_path: Path) -> None:
    binary = script(tmp_path / "mongod", "not a program")
    assert f"{binary} cannot be run: Exec format error" in await refusal(tmp_path / "data", binary)


async def test_broken_files_are_told_in_the_words_of_mongods_log(tmp_path: Path) -> None:
    (tmp_path / "db").mkdir()
    (tmp_path / "db" / "storage.bson").write_text("broken")
    told = await refusal(tmp_path)
    assert "storage engine metadata" in told
    assert len(told.splitlines()) <= 6


async def test_a_mongod_that_never_listens_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mongo, "_START_SECONDS", 0.3)
    binary = script(tmp_path / "mongod", "#!/bin/sh\nexec sleep 60\n")
    assert "does not listen after" in await refusal(tmp_path / "data", binary)


async def test_a_folder_is_free_again_after_a_failed_start(tmp_path: Path) -> None:
    await refusal(tmp_path, script(tmp_path / "mongod", "#!/bin/sh\nexit 1\n"))
    with DataFolder.held(tmp_path):
        pass
