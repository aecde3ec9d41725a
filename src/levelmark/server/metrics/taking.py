"""Taking figures: once for all who ask at the same time, and for those who ask soon after."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

Taken = TypeVar("Taken")


class Shared(Generic[Taken]):
    """What `take` gives, for `seconds` from when it came; a failure is for those who waited for it alone.

    Whoever goes away meanwhile leaves the others their answer.
    """

    def __init__(self, take: Callable[[], Awaitable[Taken]], seconds: float) -> None:
        self._take = take
        self._seconds = seconds
        self._task: asyncio.Task[Taken] | None = None
        self._good_until = 0.0

    async def get(self) -> Taken:
        """The answer that is good now, else a new one."""
        if self._task is None or (self._task.done() and not self._is_good(self._task)):
            self._task = asyncio.create_task(self._taken())
            self._task.add_done_callback(_seen)
        return await asyncio.shield(self._task)

    def _is_good(self, task: asyncio.Task[Taken]) -> bool:
        failed = task.cancelled() or task.exception() is not None
        return not failed and time.monotonic() < self._good_until

    async def _taken(self) -> Taken:
        taken = await self._take()
        self._good_until = time.monotonic() + self._seconds
        return taken


def _seen(task: asyncio.Task[Taken]) -> None:
    """Looks at how the task ended: a failure that nobody waited for is nothing to complain of."""
    if not task.cancelled():
        task.exception()
