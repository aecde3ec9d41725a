"""The reconciler: at the start and every few seconds, what a crash left undone is finished."""

import asyncio
import logging
from typing import Final

from levelmark.domain.change import CauseKind
from levelmark.domain.errors import LevelmarkError
from levelmark.services.catalogue import Catalogue
from levelmark.services.delivery import Delivery
from levelmark.services.evaluations import EvaluationService
from levelmark.services.removal import Removal
from levelmark.services.spreading import Spreading
from levelmark.storage import Storage

log = logging.getLogger(__name__)

_SECONDS: Final = 3.0
_BATCH: Final = 500


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
        spreading: Spreading,
    ) -> None:
        self._spreading = spreading
        self._seen_ripples: frozenset[str] = frozenset()
        self._storage = storage
        self._catalogue = catalogue
        self._delivery = delivery
        self._evaluations = evaluations
        self._removal = removal
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
        await self._evaluate_outdated(cause)

    async def _deliver_owed(self) -> None:
        # What is owed in two rounds in a row was left behind; in one, its writer may be at it.
        seen: set[str] = set()
        after = ""
        while owed := await self._storage.entities.owed(_BATCH, after):
            await self._delivery.deliver([one for one in owed if one.id in self._seen])
            seen |= {one.id for one in owed}
            after = max(one.id for one in owed)
        self._seen = frozenset(seen)

    async def _see_to_ripples(self) -> None:
        # As above: whoever wrote them may be at it.
        seen: set[str] = set()
        after = ""
        while found := await self._storage.ripples.unsettled(_BATCH, after):
            left = [one for one in found if one.id in self._seen_ripples]
            await self._spreading.spread(left, themselves=True)
            await self._storage.ripples.done(left)
            seen |= {one.id for one in found}
            after = max(one.id for one in found)
        self._seen_ripples = frozenset(seen)

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
