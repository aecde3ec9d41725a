"""Removal: entities leave with a last word in the log, whatever crashes on the way."""

from collections.abc import Iterable
from typing import Final

from levelmark.domain.change import Cause, CauseKind, Transition
from levelmark.domain.entity import Entity
from levelmark.domain.errors import ConflictError
from levelmark.engine.evaluate import erase
from levelmark.services.clock import Clock, now_text
from levelmark.services.delivery import Delivery
from levelmark.storage import Storage
from levelmark.storage.rows import Held

_ATTEMPTS: Final = 50
_CHUNK: Final = 500


class Removal:
    """Turns entities into tombstones, delivers what these owe, and removes them."""

    def __init__(self, storage: Storage, delivery: Delivery, clock: Clock) -> None:
        self._store = storage.entities
        self._delivery = delivery
        self._clock = clock

    async def entities(self, blueprint: str, identifiers: Iterable[str]) -> dict[str, Entity]:
        """Deletes the entities that exist, and gives them back as they were, by identifier."""
        gone: dict[str, Entity] = {}
        keys = [(blueprint, identifier) for identifier in identifiers]
        for _ in range(_ATTEMPTS):
            found = await self._store.get(keys)
            if not found:
                return gone
            await self._bury(found.values())
            gone |= {held.entity.identifier: held.entity for held in found.values()}
        raise ConflictError("others keep writing these entities; try again in a moment")

    async def all_of(self, blueprint: str) -> int:
        """Deletes every entity of the blueprint; how many there were."""
        count = 0
        while chunk := await self._store.chunk(blueprint, None, _CHUNK):
            await self._bury(chunk)
            count += len(chunk)
        return count

    async def _bury(self, held: Iterable[Held]) -> None:
        some = list(held)
        await self._store.bury([(one.entity, self._farewell(one)) for one in some])
        await self._delivery.deliver_the_dead((one.entity.blueprint, one.entity.identifier) for one in some)

    def _farewell(self, held: Held) -> Transition | None:
        entity = held.entity
        moves = tuple(move for score in entity.scores for move in erase(score))
        if not moves:
            return None
        at = max(now_text(self._clock), entity.updated_at or "")
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
        )
