"""Gathering: what many callers ask while one call is under way goes out together as the next one."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")


class _Batch(Generic[Item]):
    """Items of several callers that go out together."""

    def __init__(self) -> None:
        self.items: list[Item] = []


class Gathering(Generic[Item, Answer]):
    """Calls `work` with the items of all callers who wait, one call at a time, and gives each its answers.

    A call begins after everyone whose items it carries has asked. It fails for all of them or for none, and
    goes on where a caller is cancelled.

    >>> async def double(numbers: Sequence[int]) -> list[int]:
    ...     return [2 * number for number in numbers]
    >>> async def example() -> list[list[int]]:
    ...     doubling = Gathering(double)
    ...     return await asyncio.gather(doubling.ask([1, 2]), doubling.ask([3]))
    >>> asyncio.run(example())
    [[2, 4], [6]]
    """

    def __init__(self, work: Callable[[Sequence[Item]], Awaitable[Sequence[Answer]]]) -> None:
        self._work = work
        self._turn = asyncio.Lock()
        self._waiting: tuple[_Batch[Item], asyncio.Task[Sequence[Answer]]] | None = None

    async def ask(self, items: Sequence[Item]) -> list[Answer]:
        """The answers to these items, in their order."""
        if not items:
            return []
        batch, task = self._waiting or self._begin()
        start = len(batch.items)
        batch.items += items
        answers = await asyncio.shield(task)
        return list(answers[start : start + len(items)])

    def _begin(self) -> tuple[_Batch[Item], asyncio.Task[Sequence[Answer]]]:
        batch: _Batch[Item] = _Batch()
        self._waiting = batch, asyncio.create_task(self._run(batch))
        return self._waiting

    async def _run(self, batch: _Batch[Item]) -> Sequence[Answer]:
        async with self._turn:
            self._waiting = None
            return await self._work(batch.items)
