"""Cards: the scorecards that are there, as they are stored and as they are told, and their results."""

from collections.abc import Iterable
from typing import TypeAlias

from msgspec import Struct

from levelmark.domain.entity import Entity
from levelmark.domain.parts import joined
from levelmark.domain.system import RULE_RESULT, added_relation
from levelmark.engine.translating import told_scorecard
from levelmark.services.naming import NamingSource
from levelmark.services.system.stating import Card, result_entity
from levelmark.storage import Storage

Parts: TypeAlias = tuple[str, str, str]
"""The identifier of a scorecard, the name of a rule of it, and the identifier of an entity."""


class Stated(Struct, frozen=True):
    """An entity of a system blueprint, and the key under which others' additions to it are kept."""

    key: str
    entity: Entity


class Cards:
    """Reads scorecards, and what became of their rules."""

    def __init__(self, storage: Storage, naming: NamingSource) -> None:
        self._definitions = storage.definitions
        self._entities = storage.entities
        self._naming = naming

    async def of(self, identifiers: Iterable[str]) -> dict[str, Card]:
        """The scorecards of these identifiers, those that exist."""
        stored = await self._definitions.scorecard.many(set(identifiers))
        naming = await self._naming.fresh()
        return {
            name: Card(one, told_scorecard(one, naming.with_scorecard(name, one.names)))
            for name, one in stored.items()
        }

    async def one(self, identifier: str) -> Card | None:
        """The scorecard of that identifier, if it exists."""
        return (await self.of([identifier])).get(identifier)

    async def results(self, wanted: Iterable[Parts]) -> dict[Parts, Stated]:
        """The rule results of these scorecards, rules and entities, those that exist."""
        asked = set(wanted)
        cards = await self.of(parts[0] for parts in asked)
        places = {one: (cards[one[0]].stored.value.blueprint, one[2]) for one in asked if one[0] in cards}
        held = await self._entities.get(set(places.values()))
        results = await self._definitions.blueprint.get(RULE_RESULT)
        found: dict[Parts, Stated] = {}
        for parts, place in places.items():
            if place in held and results is not None:
                relation = added_relation(results.value, place[0])
                stated = _stated(cards[parts[0]], parts[1], held[place].entity, relation)
                found |= {parts: stated} if stated else {}
        return found


def _stated(card: Card, rule: str, entity: Entity, relation: str | None) -> Stated | None:
    key, score = card.key(rule), entity.score(card.told.identifier)
    result = score.result(key) if score and key is not None else None
    if key is None or result is None:
        return None
    stated = result_entity(card, key, entity, result, relation)
    return Stated(joined(card.told.identifier, key, entity.identifier), stated)
