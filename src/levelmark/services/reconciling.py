"""The reconciler: at the start and every few seconds, what a crash left undone is finished."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeVar

from levelmark.domain.change import CauseKind, Transition
from levelmark.domain.errors import LevelmarkError
from levelmark.engine.derived.ripple import Ripple
from levelmark.services.catalogue import Catalogue
from levelmark.services.delivery import Delivery
from levelmark.services.evaluations import EvaluationService
from levelmark.services.removal import Removal
from levelmark.services.spreading import Spreading
from levelmark.services.system.clearing import Clearing
from levelmark.storage import Storage

log = logging.getLogger(__name__)

_SECONDS: Final = 3.0
_BATCH: Final = 500

_Left = TypeVar("_Left", Transition, Ripple)


class Reconciler:
    """Finds what was left behind: changes that are not in the log, scores by old definitions, orphans."""

    def __init__(
        self,
        storage: Storage,
        catalogue: Catalogue,
        *,
        delivery: Delivery,
        evaluations: EvaluationService,
        removal: Removal,
        clearing: Clearing,
        spreading: Spreading,
    ) -> None:
        self._spreading = spreading
        self._seen_ripples: frozenset[str] = frozenset()
        self._storage = storage
        self._catalogue = catalogue
        self._delivery = delivery
        self._evaluations = evaluations
        self._removal = removal
        self._clearing = clearing
        self._seen: frozenset[str] = frozenset()

    async def run(self) -> None:
        """Reconciles until cancelled."""
        cause = CauseKind.PLUGINS_CHANGED
        while True:
            try:
                await self.reconcile(cause)
                cause = CauseKind.SCORECARD_WRITTEN
            except LevelmarkError as error:
                log.warning("the reconciler waits for the database: %s", error)
            await asyncio.sleep(_SECONDS)

    async def reconcile(self, cause: CauseKind) -> None:
        """One round. With PLUGINS_CHANGED, scores by other installed operators count as old, too."""
        await self._deliver_owed()
        await self._see_to_ripples()
        await self._storage.entities.sweep_tombstones()
        await self._remove_orphans()
        await self._clearing.go_round()
        await self._evaluate_outdated(cause)

    async def _deliver_owed(self) -> None:
        owed = self._storage.entities.owed
        self._seen = await _see_to_what_was_left(owed, self._seen, self._delivery.deliver_left)

    async def _see_to_ripples(self) -> None:
        unsettled = self._storage.ripples.unsettled
        self._seen_ripples = await _see_to_what_was_left(unsettled, self._seen_ripples, self._spread)

    async def _spread(self, ripples: Sequence[Ripple]) -> None:
        await self._spreading.spread(ripples, themselves=True)
        await self._storage.ripples.done(ripples)

    async def _remove_orphans(self) -> None:
        names = {*await self._storage.entities.blueprints(), *await self._storage.definitions.measured()}
        known = await self._storage.definitions.blueprint.many(names)
        for name in names - known.keys():
            await self._removal.all_of(name)

    async def _evaluate_outdated(self, cause: CauseKind) -> None:
        names = await self._storage.entities.blueprints()
        for name, definitions in (await self._catalogue.current(names)).items():
            whole = cause is CauseKind.PLUGINS_CHANGED
            stamp = definitions.full_stamp if whole else definitions.stamp
            outdated = await self._storage.entities.has_outdated(name, stamp, whole=whole)
            if outdated and not await self._storage.evaluations.is_open(name):
                log.info("entities of %s have scores by earlier definitions; evaluating them", name)
                await self._evaluations.begin(name, cause)


async def _see_to_what_was_left(
    page: Callable[[int, str], Awaitable[list[_Left]]],
    before: frozenset[str],
    see_to: Callable[[Sequence[_Left]], Awaitable[None]],
) -> frozenset[str]:
    """Sees to what stands there in two rounds in a row; what does in one, its writer may be at.

    `page` gives what stands there, by id, from behind one. The ids of this round, for the next.
    """
    seen: set[str] = set()
    after = ""
    while found := await page(_BATCH, after):
        await see_to([one for one in found if one.id in before])
        seen |= {one.id for one in found}
        after = max(one.id for one in found)
    return frozenset(seen)
