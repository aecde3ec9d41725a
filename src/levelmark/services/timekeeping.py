"""Timekeeping: what can change by time alone is evaluated again when that time has come."""

import asyncio
import logging
import secrets
from typing import Final

from levelmark.domain.change import Cause, CauseKind
from levelmark.domain.errors import LevelmarkError
from levelmark.domain.instant import instant
from levelmark.services.clock import Clock, now_text
from levelmark.services.taking import Taking
from levelmark.services.writing import Writing
from levelmark.storage import Storage

log = logging.getLogger(__name__)

_SECONDS: Final = 1.0
_AT_ONCE: Final = 1_000


class Timekeeping:
    """Looks every second, in one process at a time, for entities that are due."""

    def __init__(self, storage: Storage, writing: Writing, clock: Clock) -> None:
        self._store = storage.entities
        self._leases = storage.leases
        self._writing = writing
        self._clock = clock
        self._owner = secrets.token_hex(8)
        self._taking: Taking[bool] = Taking()

    async def run(self) -> None:
        """Evaluates what is due until cancelled; another process may then go on at once."""
        try:
            while True:
                try:
                    await self._take_turn()
                except LevelmarkError as error:
                    log.warning("what is due waits for the database: %s", error)
                await asyncio.sleep(_SECONDS)
        finally:
            await self._taking.ended()
            await self._leases.give_up("time", self._owner)

    async def _take_turn(self) -> None:
        while await self._has_turn() and await self.tick():
            pass

    async def _has_turn(self) -> bool:
        return await self._taking.attempt(self._leases.take("time", self._owner))

    async def tick(self) -> int:
        """Evaluates a batch of entities that are due; how many there were."""
        now = instant(now_text(self._clock)) or 0
        held = await self._store.due(now, _AT_ONCE)
        await self._writing.evaluate_held(held, Cause(CauseKind.TIME_PASSED))
        return len(held)
