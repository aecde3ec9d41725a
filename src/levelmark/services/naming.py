"""The source of names: the naming in force, read anew only where something was renamed.

What was looked at is good for a moment, so that looking costs next to nothing under load. Whoever changes
names answers only after that moment: by then every process knows them.
"""

import asyncio
import time
from collections.abc import Sequence
from typing import Final

from levelmark.domain.errors import LevelmarkError
from levelmark.domain.naming import UNNAMED, Naming
from levelmark.storage import Storage
from levelmark.storage.definitions import NamingState
from levelmark.storage.gathering import Gathering

_GOOD_SECONDS: Final = 0.05
_MARGIN_SECONDS: Final = 0.02


class NamingSource:
    """Gives out the naming in force; looking whether it is another one costs one small call."""

    def __init__(self, storage: Storage) -> None:
        self._store = storage.definitions
        self._state: NamingState | None = None
        self._naming = UNNAMED
        self._good_until = 0.0
        self._looking = Gathering(self._look)

    async def current(self) -> Naming:
        """The naming in force; one that another process is about to change may be given out once more."""
        if time.monotonic() < self._good_until:
            return self._naming
        return (await self._looking.ask([None]))[0]

    async def fresh(self) -> Naming:
        """The naming in force, as of after this was called: for those who change names."""
        return (await self._looking.ask([None]))[0]

    async def settled(self) -> None:
        """Returns when no process gives out names that were in force before this was called."""
        self._good_until = 0.0
        await self.fresh()
        await asyncio.sleep(_GOOD_SECONDS + _MARGIN_SECONDS)

    async def latest(self) -> Naming:
        """The naming in force; while the database does not answer, the one that was seen last."""
        try:
            return await self.current()
        except LevelmarkError:
            return self._naming

    async def _look(self, askers: Sequence[None]) -> list[Naming]:
        began = time.monotonic()
        state = await self._store.naming_state()
        if state is None:
            self._naming = UNNAMED
        elif state != self._state:
            self._naming = await self._store.naming()
        self._state = state
        self._good_until = began + _GOOD_SECONDS
        return [self._naming] * len(askers)
