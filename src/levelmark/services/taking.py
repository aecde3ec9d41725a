"""Taking a lease: a call that goes on when whoever waits for it is cancelled, so that it can be given up."""

import asyncio
from collections.abc import Coroutine
from typing import Any, Generic, TypeVar

Value = TypeVar("Value")


class Taking(Generic[Value]):
    """The latest attempt to take something that must be given back."""

    def __init__(self) -> None:
        self._task: asyncio.Task[Value] | None = None

    async def attempt(self, call: Coroutine[Any, Any, Value]) -> Value:
        """What the call answers."""
        self._task = asyncio.create_task(call)
        return await asyncio.shield(self._task)

    async def ended(self) -> None:
        """Returns when the latest attempt is over: nothing is taken any more behind one's back."""
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)
