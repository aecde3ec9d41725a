"""Counting: how many entities were evaluated, why, and how many of them had moved."""

import asyncio
import logging
from collections import Counter
from typing import Final

from levelmark.domain.errors import LevelmarkError
from levelmark.storage import Storage
from levelmark.storage.counts import CountKey

log = logging.getLogger(__name__)

_SECONDS: Final = 1.0


class Counting:
    """Adds up in memory, and writes down every second: a count is never waited for.

    What a killed process has counted in its last second is lost.
    """

    def __init__(self, storage: Storage) -> None:
        self._store = storage.counts
        self._evaluated: Counter[CountKey] = Counter()
        self._moved: Counter[CountKey] = Counter()

    def count(self, key: CountKey, evaluated: int, moved: int) -> None:
        """So many entities were evaluated, and so many of these were written because something was new."""
        self._evaluated[key] += evaluated
        self._moved[key] += moved

    async def run(self) -> None:
        """Writes the counts down until cancelled."""
        while True:
            await asyncio.sleep(_SECONDS)
            try:
                await self.write()
            except LevelmarkError as error:
                log.info("counts are written down later: %s", error)

    async def write(self) -> None:
        """Returns when everything that was counted is written down."""
        evaluated, self._evaluated = self._evaluated, Counter()
        moved, self._moved = self._moved, Counter()
        try:
            await self._store.add({key: (count, moved[key]) for key, count in evaluated.items() if count})
        except LevelmarkError:
            self._evaluated.update(evaluated)
            self._moved.update(moved)
            raise
