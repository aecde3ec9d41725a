"""A worker's process, seen from the server: started, given orders, listened to, killed where it must be."""

import asyncio
import signal
import sys
from contextlib import suppress
from enum import Enum
from pathlib import Path
from typing import Final, Self, cast

import msgspec

from levelmark.services.calculating.limits import CalculationLimits
from levelmark.services.calculating.worker import Allowed, Answer

_SCRIPT: Final = Path(__file__).with_name("worker.py")
_START_SECONDS: Final = 30.0
_PAUSE_SECONDS: Final = 0.002
_MOST_COMPLAINT: Final = 2_000
_LAUNCH: Final = (
    "import sys, runpy; sys.path[:] = sys.argv[3:]; runpy.run_path(sys.argv[2], run_name='__main__')"
)
"""Runs the script with the server's import path, which `-I` withholds, but without `levelmark.services`."""


class End(Enum):
    """How a worker ended, as far as that tells of the calculation that it was at."""

    TIME = "time"
    MEMORY = "memory"
    CRASH = "crash"
    OUTSIDE = "outside"
    """Killed, silent or broken: nothing that the calculation is known to have done."""


class WorkerFailedError(Exception):
    """A worker's process did not start; the message says why."""


class WorkerProcess(asyncio.SubprocessProtocol):
    """One worker's process: does one order at a time."""

    def __init__(self, limits: CalculationLimits) -> None:
        self._limits = limits
        self._loop = asyncio.get_running_loop()
        self._decoder = msgspec.json.Decoder(Answer)
        self._gone = self._loop.create_future()
        self._progress = self._loop.create_future()
        self._partial = b""
        self._complaint = b""
        self._answers: list[Answer] = []
        self._wanted = 0
        self._heard = 0.0
        self._ready = False
        self.busy = True

    @classmethod
    async def start(cls, limits: CalculationLimits) -> Self:
        """A worker that is ready for orders. Raises WorkerFailedError where there can be none."""
        worker = cls(limits)
        try:
            await worker._start()
        except BaseException:
            await worker.close()
            raise
        return worker

    async def _start(self) -> None:
        allowed = Allowed(self._limits.seconds, self._limits.memory, self._limits.output)
        path = [entry for entry in sys.path if Path(entry).is_absolute()]
        limits = msgspec.json.encode(allowed).decode()
        call = [sys.executable, "-I", "-c", _LAUNCH, limits, str(_SCRIPT), *path]
        try:
            await self._loop.subprocess_exec(lambda: self, *call, env={}, cwd="/", start_new_session=True)
        except OSError as error:
            self._gone.set_result(None)
            raise WorkerFailedError(f"calculations cannot run: no process can be started: {error}") from error
        await asyncio.wait({self._progress}, timeout=_START_SECONDS)
        if not self._ready:
            raise WorkerFailedError(
                f"calculations cannot run: their process does not start{self._last_words()}"
            )
        self.busy = False

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._transport.get_pid()

    @property
    def usable(self) -> bool:
        """Whether it can be given an order."""
        return not self.busy and not self._gone.done()

    async def work(self, order: bytes, count: int) -> list[Answer]:
        """The answers to an order of so many calculations; fewer where the worker ended, see `end`."""
        self.busy = True
        self._answers, self._wanted = [], count
        self._progress = self._loop.create_future()
        self._heard = self._loop.time()
        if self._gone.done():
            return []
        cast("asyncio.WriteTransport", self._transport.get_pipe_transport(0)).write(order)
        while not self._progress.done():
            await asyncio.wait({self._progress}, timeout=self._limits.patience)
            if not self._progress.done() and self._loop.time() - self._heard >= self._limits.patience:
                self.kill()
        self.busy = len(self._answers) < count
        return self._answers

    async def end(self) -> End:
        """How it ended; waits for the end."""
        await asyncio.wait({self._gone})
        status = -(self._transport.get_returncode() or 0)
        if status == signal.SIGPROF:
            return End.TIME
        if status == signal.SIGABRT and b"allocate memory" in self._complaint:
            return End.MEMORY
        if status in {signal.SIGABRT, signal.SIGSEGV, signal.SIGBUS, signal.SIGFPE, signal.SIGILL}:
            return End.CRASH
        return End.OUTSIDE

    def kill(self) -> None:
        """End the process at once."""
        with suppress(ProcessLookupError):
            self._transport.kill()

    async def close(self) -> None:
        """End the process; return once it is gone."""
        if not hasattr(self, "_transport"):
            return
        self.kill()
        self._resume()
        await asyncio.wait({self._gone})
        self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The process was started."""
        self._transport = cast("asyncio.SubprocessTransport", transport)

    def pipe_data_received(self, fd: int, data: bytes | str) -> None:
        """The worker wrote something."""
        received = cast("bytes", data)
        if fd == 2:  # noqa: PLR2004 - standard error, wherever there is one
            self._complaint = (self._complaint + received)[-_MOST_COMPLAINT:]
        else:
            self._hear(received)

    def _hear(self, received: bytes) -> None:
        self._heard = self._loop.time()
        whole, newline, rest = received.rpartition(b"\n")
        if not newline:
            self._partial += received
            return
        lines, self._partial = self._partial + whole, rest
        if not self._ready:
            self._ready = True
            self._stirred()
            return
        self._take(lines)

    def _take(self, lines: bytes) -> None:
        try:
            self._answers.extend(self._decoder.decode_lines(lines))
        except msgspec.MsgspecError:  # a worker in which libjq has overwritten memory
            self.kill()
            return
        if len(self._answers) >= self._wanted:
            self._stirred()
            return
        # Answers come one by one. Were each to wake the server, it would do little else.
        cast("asyncio.ReadTransport", self._transport.get_pipe_transport(1)).pause_reading()
        self._loop.call_later(_PAUSE_SECONDS, self._resume)

    def _resume(self) -> None:
        cast("asyncio.ReadTransport", self._transport.get_pipe_transport(1)).resume_reading()

    def _stirred(self) -> None:
        if not self._progress.done():
            self._progress.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """The process ended, and all that it wrote is read."""
        if not self._gone.done():
            self._gone.set_result(None)
        self._stirred()

    def _last_words(self) -> str:
        lines = self._complaint.decode(errors="replace").strip().splitlines()
        return f": {lines[-1]}" if lines else ""
