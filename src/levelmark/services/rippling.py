"""Rippling: what writes mean for other entities waits here, and in the rows, until it has been seen to."""

import asyncio
from collections.abc import Iterable, Sequence

from levelmark.engine.derived.ripple import Ripple
from levelmark.storage import Storage


class Rippling:
    """The ripples of this process's writes.

    A ripple leaves its row when those that it reaches have been evaluated again, and when whoever wrote it
    has found that what its own values were made from still stands (`release`). A process that dies before
    leaves it in the row, where the reconciler of any other finds it.
    """

    def __init__(self, storage: Storage) -> None:
        self._store = storage.ripples
        self._waiting: dict[str, Ripple] = {}
        self._held: set[str] = set()
        self._spread: dict[str, Ripple] = {}
        self._news = asyncio.Event()
        self._busy = 0

    def begin(self, ripples: Iterable[Ripple], *, held: bool) -> None:
        """Takes ripples of writes that have landed; held ones are not done with before they are released."""
        for ripple in ripples:
            self._waiting[ripple.id] = ripple
            if held:
                self._held.add(ripple.id)
        if self._waiting:
            self._news.set()

    async def take(self) -> list[Ripple]:
        """The ripples that wait, as soon as there are any."""
        while not self._waiting:
            self._news.clear()
            await self._news.wait()
        taken, self._waiting = list(self._waiting.values()), {}
        self._busy += 1
        return taken

    def put_down(self) -> None:
        """Whoever took the last ripples is done with them; what is not finished stays in the rows."""
        self._busy -= 1

    async def finish(self, ripples: Sequence[Ripple]) -> None:
        """These have been seen to: all that they reach has been evaluated again."""
        held = {ripple.id: ripple for ripple in ripples if ripple.id in self._held}
        self._spread.update(held)
        await self._store.done([ripple for ripple in ripples if ripple.id not in held])

    async def release(self, ids: Iterable[str]) -> None:
        """The writers of these have looked again at what they had looked at."""
        released = set(ids)
        self._held -= released
        spread = [self._spread.pop(one) for one in released if one in self._spread]
        await self._store.done(spread)

    def leave(self, ids: Iterable[str]) -> None:
        """The writers of these have given up looking: they stay in the rows, and are found again."""
        for one in ids:
            self._held.discard(one)
            self._spread.pop(one, None)

    @property
    def quiet(self) -> bool:
        """Whether nothing of this process waits or is under way."""
        return not self._waiting and not self._busy
