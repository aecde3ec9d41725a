"""Mortal: a process any of whose calls to the database can be its last, or the moment of another's."""

import copy
import inspect
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any, Final, TypeAlias

from levelmark.storage import Storage
from tests.faults.interleaving import Action, CrashError, crash

_STORES: Final = ("definitions", "entities", "history", "ripples", "neighbours", "log", "evaluations",
                  "leases")  # fmt: skip
_UNTIMELY: Final = frozenset({"settle", "flush"})
"""States are kept and outboxes settled by a timer: where it falls among the other calls is chance."""

_READS: Final = frozenset(
    {"get", "outdated", "chunk", "has_outdated", "count", "blueprints", "owed", "owed_by_the_dead", "due"}
    | {"unsettled", "versions", "scorecards", "scorecards_of", "measured", "page", "bounds", "read"}
    | {"named", "named_versions", "pointing", "pointing_versions", "identifiers", "narrowed", "targets"}
    | {"reached", "is_open", "any_open", "standing", "many_at"}
)
"""What leaves the database as it is: dying before one of these is no other death than dying after it."""

Moments: TypeAlias = Mapping[int, Action]


class Life:
    """Counts a process's calls to the database; something happens right before those that `moments` name.

    What is `uncounted` has no number.
    """

    def __init__(self, moments: Moments, uncounted: Collection[str] = ()) -> None:
        self._moments = moments
        self._uncounted = uncounted
        self._dead = False
        self.calls = 0

    def storage(self, storage: Storage) -> Storage:
        """The same storage, as the process sees it."""
        seen = copy.copy(storage)
        for name in _STORES:
            setattr(seen, name, self._watched(getattr(storage, name)))
        return seen

    def _watched(self, store: object) -> object:
        watched = copy.copy(store)
        for name, method in inspect.getmembers(store, inspect.iscoroutinefunction):
            if not name.startswith("_"):
                setattr(watched, name, self._counted(name, method))
        return watched

    def _counted(self, name: str, method: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def counted(*args: Any, **kwargs: Any) -> Any:
            if name in _UNTIMELY:
                return None if self._dead else await method(*args, **kwargs)
            await self._live_on(counts=name not in self._uncounted)
            return await method(*args, **kwargs)

        return counted

    async def _live_on(self, *, counts: bool) -> None:
        moment = self._moments.get(self.calls) if counts else None
        self.calls += counts
        self._dead = self._dead or moment is crash
        if self._dead:
            raise CrashError
        if moment is not None:
            await moment()


def dies_at(call: int) -> Life:
    """The life of a process that does not make this call, of those that change something."""
    return Life({call: crash}, _READS)
