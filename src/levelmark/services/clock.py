"""The clock: where the time comes from, so that tests can move it."""

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final, TypeAlias

from levelmark.domain.errors import LevelmarkError
from levelmark.domain.instant import instant_text
from levelmark.storage import Storage
from levelmark.storage.rows import Held

log = logging.getLogger(__name__)

Clock: TypeAlias = Callable[[], datetime]

_SECONDS: Final = 60.0
_NOTHING: Final = timedelta(milliseconds=100)


def wall_clock() -> datetime:
    """The present instant."""
    return datetime.now(UTC)


class DatabaseClock:
    """The database's time, which all processes share: this process's own, put right every minute.

    >>> async def example(storage: Storage) -> datetime:
    ...     clock = DatabaseClock(storage)
    ...     await clock.put_right()
    ...     return clock()
    """

    def __init__(self, storage: Storage, clock: Clock = wall_clock) -> None:
        self._storage = storage
        self._own = clock
        self._ahead = timedelta()

    def __call__(self) -> datetime:
        """The present instant."""
        return self._own() - self._ahead

    async def run(self) -> None:
        """Follows the database's clock until cancelled."""
        while True:
            try:
                await self.put_right()
            except LevelmarkError as error:
                log.info("the clock is put right later: %s", error)
            await asyncio.sleep(_SECONDS)

    async def put_right(self) -> None:
        """Asks for the database's time; a difference that asking alone can make is none."""
        before = self._own()
        theirs = await self._storage.time()
        after = self._own()
        ahead = before + (after - before) / 2 - theirs
        self._ahead = ahead if abs(ahead) > after - before + _NOTHING else timedelta()


def now_text(clock: Clock) -> str:
    """The present instant as it is stored: ISO 8601 in UTC, to the millisecond."""
    return instant_text(clock())


def not_before(held: Held, now: str) -> str:
    """`now`, or the latest instant that the entity tells of where that is later.

    Clocks of processes differ; an entity's own times never run backwards.
    """
    entity = held.entity
    times = [held.standing.at] if held.standing else []
    times += [result.since for score in entity.scores for result in score.results]
    times += [score.since for score in entity.scores]
    return max(now, entity.updated_at or now, *times)
