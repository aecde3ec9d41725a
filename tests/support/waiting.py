"""Waiting for what happens in the background, for a bounded time."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

Value = TypeVar("Value")

_SECONDS: Final = 20.0


async def eventually(look: Callable[[], Awaitable[Value]], holds: Callable[[Value], bool]) -> Value:
    """What `look` sees once it holds; fails with what it saw last when that takes too long."""
    deadline = asyncio.get_running_loop().time() + _SECONDS
    while not holds(seen := await look()):
        assert asyncio.get_running_loop().time() < deadline, seen
        await asyncio.sleep(0.02)
    return seen
