"""Removal: entities leave with a last word in the log, and what a blueprint had leaves with it.

Whatever crashes on the way is found again and gone on with.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from levelmark.domain.change import Cause, CauseKind, Transition
from levelmark.domain.entity import Entity
from levelmark.domain.errors import ConflictError
from levelmark.engine.derived.reads import Reader
from levelmark.engine.derived.ripple import Ripple, ripple
from levelmark.engine.evaluate import erase
from levelmark.services.catalogue import Catalogue
from levelmark.services.clock import Clock, not_before, now_text
from levelmark.services.delivery import Delivery
from levelmark.services.rippling import Rippling
from levelmark.storage import Storage
from levelmark.storage.entities import Burial
from levelmark.storage.rows import Held

_ATTEMPTS: Final = 50
_CHUNK: Final = 500


class Removal:
    """Turns entities into tombstones, delivers what these owe, and removes them."""

    def __init__(
        self, storage: Storage, catalogue: Catalogue, delivery: Delivery, rippling: Rippling, *, clock: Clock
    ) -> None:
        self._catalogue = catalogue
        self._rippling = rippling
        self._store = storage.entities
        self._ripples = storage.ripples
        self._definitions = storage.definitions
        self._delivery = delivery
        self._clock = clock

    async def entities(self, blueprint: str, identifiers: Iterable[str]) -> dict[str, Entity]:
        """Deletes the entities that exist, each once, and gives them back as they were, by identifier."""
        gone: dict[str, Entity] = {}
        waiting = set(identifiers)
        for _ in range(_ATTEMPTS):
            found = await self._store.get((blueprint, identifier) for identifier in waiting)
            if not found:
                return gone
            buried = await self._bury(list(found.values()))
            gone |= {entity.identifier: entity for entity in buried}
            waiting = {identifier for _, identifier in found} - gone.keys()
        raise ConflictError("others keep writing these entities; try again in a moment")

    async def all_of(self, blueprint: str) -> int:
        """Deletes all that a deleted blueprint had; how many entities there were.

        Where the blueprint is written anew meanwhile, what is left then is the new one's.
        """
        while scorecards := await self._definitions.scorecards(blueprint):
            if await self._exists(blueprint):
                return 0
            for scorecard in scorecards:
                await self._definitions.scorecard.remove(scorecard)
        count = 0
        while chunk := await self._store.chunk(blueprint, None, _CHUNK):
            if await self._exists(blueprint):  # looked at after the chunk: who writes later, wins
                break
            count += len(await self._bury(chunk))
        return count

    async def _exists(self, blueprint: str) -> bool:
        return await self._definitions.blueprint.get(blueprint) is not None

    async def _bury(self, held: Sequence[Held]) -> list[Entity]:
        """Those of the entities that are dead now; the others were written meanwhile."""
        entities = [one.entity for one in held]
        await self._delivery.keep_owed(held)
        burials = await self._burials(held)
        living = await self._store.bury(burials)
        await self._tell([one for one in burials if one.entity.uid not in living])
        await self._delivery.deliver_the_dead((one.blueprint, one.identifier) for one in entities)
        return [entity for entity in entities if entity.uid not in living]

    async def _burials(self, held: Sequence[Held]) -> list[Burial]:
        readers = await self._readers({one.entity.blueprint for one in held})
        return [self._burial(one, readers.get(one.entity.blueprint, ())) for one in held]

    async def _tell(self, buried: Sequence[Burial]) -> None:
        """Begins the ripples of the buried, by those who read them now: these may have come meanwhile."""
        readers = await self._readers({one.entity.blueprint for one in buried})
        now = [_ripple(one.entity, readers.get(one.entity.blueprint, ())) for one in buried]
        pairs = zip(buried, now, strict=True)
        await self._ripples.owe([one for burial, one in pairs if one and one != burial.ripple])
        self._rippling.begin([one for one in now if one], held=False)

    async def _readers(self, blueprints: set[str]) -> dict[str, tuple[Reader, ...]]:
        model = await self._catalogue.model()
        return {name: model.readers.get(name, ()) for name in blueprints}

    def _burial(self, held: Held, readers: Iterable[Reader]) -> Burial:
        return Burial(held.entity, self._farewell(held), _ripple(held.entity, readers))

    def _farewell(self, held: Held) -> Transition:
        entity = held.entity
        moves = tuple(move for score in entity.scores for move in erase(score))
        at = not_before(held, now_text(self._clock))
        cause = Cause(CauseKind.ENTITY_DELETED)
        return Transition(
            entity.uid,
            entity.version + 1,
            entity.blueprint,
            entity.identifier,
            entity.teams,
            cause,
            at,
            moves,
            previous=held.standing,
            gone=True,
        )


def _ripple(entity: Entity, readers: Iterable[Reader]) -> Ripple | None:
    return ripple(entity, None, readers, looked=False)
