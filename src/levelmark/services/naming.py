"""The source of names: the naming in force, read anew only where something was renamed."""

from collections.abc import Sequence

from levelmark.domain.errors import LevelmarkError
from levelmark.domain.naming import UNNAMED, Naming
from levelmark.storage import Storage
from levelmark.storage.definitions import NamingState
from levelmark.storage.gathering import Gathering


class NamingSource:
    """Gives out the naming in force; looking whether it is another one costs one small call."""

    def __init__(self, storage: Storage) -> None:
        self._store = storage.definitions
        self._state: NamingState | None = None
        self._naming = UNNAMED
        self._looking = Gathering(self._look)

    async def current(self) -> Naming:
        """The naming in force, as of after this was called."""
        return (await self._looking.ask([None]))[0]

    async def latest(self) -> Naming:
        """The naming in force; while the database does not answer, the one that was seen last."""
        try:
            return await self.current()
        except LevelmarkError:
            return self._naming

    async def _look(self, askers: Sequence[None]) -> list[Naming]:
        state = await self._store.naming_state()
        if state is None:
            self._naming = UNNAMED
        elif state != self._state:
            self._naming = await self._store.naming()
        self._state = state
        return [self._naming] * len(askers)
