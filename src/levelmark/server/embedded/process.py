"""One mongod process: started, awaited until it is primary, stopped.

It has a session of its own: Ctrl-C in the terminal reaches the server alone, which then stops it.
"""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final, Self

from levelmark.server.embedded import launcher
from levelmark.server.embedded.command import HOST, SET_NAME, arguments
from levelmark.server.embedded.errors import EmbeddedMongoError
from levelmark.server.embedded.folder import DataFolder, refusals_named
from levelmark.server.embedded.log import MongodLog
from levelmark.storage.replica_set import ReplicaSetError, direct_url, make_primary

PORT_TAKEN: Final = 48
"""The status with which a mongod ends that cannot listen."""

_STOP_SECONDS = 15.0
_ELECTION_SECONDS = 60.0  # mongod waits 30 s for whatever holds, in silence, the port that it had before
_LOOK_SECONDS = 0.02

_REMEDIES = {
    -signal.SIGILL: "MongoDB from 5.0 on needs a processor with AVX: let LEVELMARK_MONGOD name a mongod 4.4.",
    -signal.SIGKILL: "The system kills so when memory runs out; the data is safe: start again.",
    62: "Another version of MongoDB wrote the files: let LEVELMARK_MONGOD name it, or use another folder.",
}
_REMEDY = "Remove the cause, or set LEVELMARK_MONGODB_URL to a MongoDB that runs elsewhere."


class Mongod:
    """A running mongod, reached at `url`."""

    def __init__(self, process: Process, log: MongodLog, data: Path, port: int) -> None:
        self.pid = process.pid
        self.port = port
        self.url = direct_url(f"{HOST}:{port}", SET_NAME)
        self._process = process
        self._log = log
        self._data = data
        self._end: asyncio.Task[None] | None = None

    @classmethod
    @asynccontextmanager
    async def started(
        cls, binary: Path, folder: DataFolder, port: int, cache_gb: float
    ) -> AsyncIterator[Self]:
        """A mongod that may not serve yet; it is stopped at the end, whatever ends it."""
        log = MongodLog(folder.log)
        process = await _spawn([str(binary), *arguments(folder.data, port, cache_gb)], folder.path, log)
        mongod = cls(process, log, folder.data, port)
        tending = asyncio.create_task(log.keep_bounded())
        try:
            yield mongod
        finally:
            tending.cancel()
            await mongod.stop()

    @property
    def status(self) -> int | None:
        """The exit status, negative for a signal; None while it runs."""
        return self._process.returncode

    async def serves(self, within: float) -> bool:
        """Wait until it is the primary of its replica set; False says that it ended instead.

        It has `within` seconds to read its files and listen. Raises EmbeddedMongoError when it takes longer.
        """
        ready = asyncio.create_task(self._become_primary(within))
        ended = asyncio.create_task(self._process.wait())
        try:
            await asyncio.wait({ready, ended}, return_when=asyncio.FIRST_COMPLETED)
            if ended.done():
                return False
            await ready
        except (TimeoutError, ReplicaSetError) as error:
            reason = str(error) or f"it does not listen after {within:.0f} s"
            raise EmbeddedMongoError(self._report(f"does not serve: {reason}", _REMEDY)) from error
        finally:
            ready.cancel()
            ended.cancel()
            await asyncio.gather(ready, ended, return_exceptions=True)
        return True

    async def died(self) -> str:
        """Wait until it ends without having been asked to, and say how; where it is stopped, never return."""
        await self._process.wait()
        if self._end is not None:
            await asyncio.get_running_loop().create_future()
        return self.obituary()

    def obituary(self) -> str:
        """How it ended: its status, what its log says and the remedy."""
        status = self._process.returncode or 0
        how = (
            f"was killed by signal {-status} ({signal.strsignal(-status)})"
            if status < 0
            else f"ended with status {status}"
        )
        return self._report(how, _REMEDIES.get(status, _REMEDY))

    async def stop(self) -> None:
        """Return once it has ended, at the latest some 15 s later; it is killed when it takes longer.

        It may be called again and by several. Cancelling the caller does not leave it running: the
        cancellation takes effect when it has ended.
        """
        if self._process.returncode is None and self._end is None:
            self._end = asyncio.create_task(self._terminate())
        if self._end is not None:
            await _outlasted(self._end)

    async def _become_primary(self, within: float) -> None:
        async with asyncio.timeout(within):
            while not await _listens(self.port):  # noqa: ASYNC110 - no event tells of another's port
                await asyncio.sleep(_LOOK_SECONDS)
        await make_primary(f"{HOST}:{self.port}", SET_NAME, self._data, within=_ELECTION_SECONDS)

    async def _terminate(self) -> None:
        self._signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(_STOP_SECONDS):
                await self._process.wait()
        except TimeoutError:
            pass
        finally:  # a second Ctrl-C cancels this task: it is in a hurry
            self._signal(signal.SIGKILL)
            await self._process.wait()

    def _signal(self, number: signal.Signals) -> None:
        """Signal the whole group: the binary may be a script that runs mongod."""
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, number)

    def _report(self, what: str, remedy: str) -> str:
        said = self._log.complaint() or "  (nothing)"
        who = f"The embedded MongoDB (process {self.pid})"
        return f"{who} {what}. {remedy} Its log, {self._log.path}, says:\n{said}"


async def _spawn(command: list[str], folder: Path, log: MongodLog) -> Process:
    tied = [sys.executable, "-I", "-S", launcher.__file__, str(os.getpid()), *command]
    with refusals_named(folder):
        output = log.begin()
    with output:
        return await asyncio.create_subprocess_exec(
            *tied, stdin=DEVNULL, stdout=output, stderr=output, cwd=folder, start_new_session=True
        )


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection(HOST, port)
    except OSError:
        return False
    writer.close()
    return True


async def _outlasted(task: asyncio.Task[None]) -> None:
    """Wait until the task has ended, through every cancellation, which is raised afterwards."""
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        raise cancelled
    task.result()
