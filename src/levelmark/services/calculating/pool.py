"""The pool of workers: few, started when first needed, replaced when they have ended."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from levelmark.domain.errors import UnavailableError
from levelmark.services.calculating.limits import CalculationLimits
from levelmark.services.calculating.process import WorkerProcess


class CalculatorClosedError(UnavailableError):
    """The server stops: nothing is calculated any more."""


class Pool:
    """Lends each of a few workers to one caller at a time, first come, first served."""

    def __init__(self, limits: CalculationLimits) -> None:
        self._limits = limits
        self._turns = asyncio.Semaphore(limits.workers)
        self._idle: list[WorkerProcess] = []
        self._lent: set[WorkerProcess] = set()
        self._closed = False

    @asynccontextmanager
    async def worker(self) -> AsyncIterator[WorkerProcess]:
        """A worker; it is ended afterwards where it has not done all that it was asked.

        Raises WorkerFailedError where none can be started, CalculatorClosedError where none is wanted.
        """
        async with self._turns:
            worker = await self._usable()
            self._lent.add(worker)
            try:
                yield worker
            finally:
                self._lent.discard(worker)
                await self._take_back(worker)
            self.require_open()

    async def close(self) -> None:
        """End all workers. Who has one gets CalculatorClosedError."""
        self._closed = True
        for worker in self._lent:
            worker.kill()
        while self._idle:
            await self._idle.pop().close()
        for _ in range(self._limits.workers):
            await self._turns.acquire()
        for _ in range(self._limits.workers):
            self._turns.release()

    def require_open(self) -> None:
        """Raises CalculatorClosedError once `close` was called."""
        if self._closed:
            raise CalculatorClosedError("the server is stopping; try again in a moment")

    async def _usable(self) -> WorkerProcess:
        self.require_open()
        while self._idle:
            worker = self._idle.pop()
            if worker.usable:
                return worker
            await worker.close()
        worker = await WorkerProcess.start(self._limits)
        if self._closed:  # since it began to start
            await worker.close()
        self.require_open()
        return worker

    async def _take_back(self, worker: WorkerProcess) -> None:
        if worker.usable and not self._closed:
            self._idle.append(worker)
        else:
            await worker.close()
