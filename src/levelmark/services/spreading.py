"""Spreading: those that read what was written are evaluated again, at once where they are few.

Two lanes take what waits, each all of it: what follows from one entity does not wait for all others that the
same write reaches. While both are busy, ripples gather, and who is reached by several of them is evaluated
once.
"""

import asyncio
import logging
from collections.abc import Sequence
from typing import Final

from levelmark.domain.change import Cause, CauseKind
from levelmark.domain.errors import LevelmarkError
from levelmark.engine.derived.ripple import Ripple
from levelmark.services.catalogue import Catalogue
from levelmark.services.evaluations import EvaluationService
from levelmark.services.reaching import Reached, Reaching
from levelmark.services.rippling import Rippling
from levelmark.services.writing import Writing
from levelmark.storage import Storage
from levelmark.storage.neighbours import MOST, Reach

log = logging.getLogger(__name__)

_AT_ONCE: Final = 1_000
_LANES: Final = 2
"""With more, or with blueprints side by side, entities that read each other disturb each other."""


class Spreading:
    """Works off ripples while `run` is running."""

    def __init__(
        self,
        storage: Storage,
        catalogue: Catalogue,
        rippling: Rippling,
        writing: Writing,
        evaluations: EvaluationService,
    ) -> None:
        self._store = storage.neighbours
        self._reaching = Reaching(storage.neighbours)
        self._catalogue = catalogue
        self._rippling = rippling
        self._writing = writing
        self._evaluations = evaluations

    async def run(self) -> None:
        """Sees to ripples until cancelled; what it cannot do stays in the rows and is found again."""
        async with asyncio.TaskGroup() as lanes:
            for _ in range(_LANES):
                lanes.create_task(self._lane())

    async def _lane(self) -> None:
        while True:
            ripples = await self._rippling.take()
            try:
                await self.spread(ripples)
                await self._rippling.finish(ripples)
            except LevelmarkError as error:
                log.warning("dependents are evaluated later: %s", error)
            finally:
                self._rippling.put_down()

    async def spread(self, ripples: Sequence[Ripple], *, themselves: bool = False) -> None:
        """Evaluates all that the ripples reach; `themselves`: also those whose surroundings are in doubt.

        Who has just written has looked at the definitions since; who finds what others left behind has not.
        """
        model = await self._catalogue.model() if themselves else self._catalogue.seen
        reached = await self._reaching.of(model, ripples)
        for ripple in ripples:
            if themselves and ripple.looked:
                reached.setdefault(ripple.blueprint, Reach()).identifiers.add(ripple.entity)
        await self._evaluate(reached, Cause(CauseKind.RELATED_ENTITY_WRITTEN))

    async def _evaluate(self, reached: Reached, cause: Cause) -> None:
        for blueprint, whole in reached.items():
            for reach in whole.parts(MOST):
                held = await self._store.reached(blueprint, reach, None, _AT_ONCE)
                if len(held) == _AT_ONCE:
                    await self._evaluations.begin(blueprint, cause.kind, reach=reach)
                else:
                    await self._writing.evaluate_held(held, cause)
