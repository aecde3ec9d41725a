"""The feed: the one reader of the log in this process, for any number of subscribers.

A subscriber is a number into the log. The latest changes are held in memory; who is further behind reads
from the log. The reader is woken by the change stream and by this process's own appends, and looks every
second besides.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Final

from levelmark.domain.change import Change
from levelmark.domain.errors import CursorExpiredError, LevelmarkError, LimitExceededError
from levelmark.services.waking import wait_for_news
from levelmark.storage.log import ChangeLog

log = logging.getLogger(__name__)

_BATCH: Final = 1_000
_LOOK_SECONDS: Final = 1.0


class Feed:
    """Follows the log while `run` is running; `follow` gives its changes to a subscriber."""

    def __init__(self, changes: ChangeLog, ring: int = 20_000) -> None:
        self._log = changes
        self._size = ring
        self._ring: list[Change] = []
        self._last = 0
        self._wake = asyncio.Event()
        self._published = asyncio.Event()
        self._closed = False

    def close(self) -> None:
        """Ends all subscriptions."""
        self._closed = True
        self._publish()

    async def run(self) -> None:
        """Reads the log until cancelled; goes on where it was when the database comes back."""
        self._last = self._last or await self._newest()
        self._log.on_append = self._appended
        self._wake.set()  # for what was appended since
        self._publish()  # who came before waits for what is in the log already
        listener = asyncio.create_task(self._listen())
        try:
            while True:
                await wait_for_news(self._wake, _LOOK_SECONDS)
                await self._pump()
        finally:
            listener.cancel()
            await asyncio.gather(listener, return_exceptions=True)

    async def follow(self, after: int | None = None) -> AsyncIterator[list[Change]]:
        """The changes behind the number `after`, else from now on, in order and without loss.

        Raises CursorExpiredError where the log does not reach back, or not so far, and LimitExceededError
        where a subscriber that had caught up falls further behind than the feed remembers.
        """
        position = await self._start(after)
        caught_up = False
        while not self._closed:
            published = self._published
            if position >= self._last:
                caught_up = True
                await published.wait()
                continue
            batch = await self._behind(position, caught_up=caught_up)
            if batch:
                position = batch[-1].number
                yield batch

    async def _start(self, after: int | None) -> int:
        first, last = await self._log.bounds()
        if after is None:
            return last
        if after > last:
            raise CursorExpiredError(f"the log ends at {last}, before the cursor {after}; was it restored?")
        if after < first - 1:
            raise CursorExpiredError(f"the log begins at {first}; read the present state and follow from now")
        return after

    async def _behind(self, position: int, *, caught_up: bool) -> list[Change]:
        oldest = self._ring[0].number if self._ring else self._last + 1
        place = position + 1 - oldest
        if place >= 0:
            return self._ring[place : place + _BATCH]
        if caught_up and self._last - position > self._size:
            raise LimitExceededError(
                f"too slow: over {self._size} changes behind; resume after the last cursor"
            )
        return await self._log.read(position, _BATCH)

    async def _newest(self) -> int:
        while True:
            try:
                return (await self._log.bounds())[1]
            except LevelmarkError:
                await asyncio.sleep(_LOOK_SECONDS)

    async def _pump(self) -> None:
        try:
            full = True
            while full:
                batch = await self._log.read(self._last, _BATCH)
                self._keep(batch)
                full = len(batch) == _BATCH
        except LevelmarkError as error:
            log.warning("the feed waits for the database: %s", error)

    def _appended(self, batch: list[Change]) -> None:
        # What this process has appended need not be read again, unless others were in between.
        if batch[0].number == self._last + 1:
            self._keep(batch)
        else:
            self._wake.set()

    def _keep(self, batch: list[Change]) -> None:
        batch = [change for change in batch if change.number > self._last]
        if not batch:
            return
        self._ring += batch
        self._last = batch[-1].number
        if len(self._ring) > 2 * self._size:
            del self._ring[: -self._size]
        self._publish()

    def _publish(self) -> None:
        published, self._published = self._published, asyncio.Event()
        published.set()

    async def _listen(self) -> None:
        while True:
            try:
                async for newest in self._log.news():
                    if newest > self._last:
                        self._wake.set()
            except LevelmarkError as error:
                log.warning("the change stream broke, polling meanwhile: %s", error)
            except Exception:
                log.exception("the change stream broke, polling meanwhile")
            await asyncio.sleep(_LOOK_SECONDS)
