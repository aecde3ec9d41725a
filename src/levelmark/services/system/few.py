"""The few: scorecards and rules as entities, all in memory, filtered and ordered by the database as any."""

from collections.abc import Iterable, Sequence

from levelmark.domain.entity import Entity
from levelmark.domain.parts import joined
from levelmark.domain.system import CORE, RULE, SCORECARD
from levelmark.domain.tally import Tally
from levelmark.services.system.composing import rule_entity, scorecard_entity, with_counts, with_own
from levelmark.services.system.deriving import OwnDeriving
from levelmark.services.system.facts import Facts, FactSource
from levelmark.storage.documents import document_source
from levelmark.storage.sources import Source

COUNTS = frozenset({name for one in (SCORECARD, RULE) for name in CORE[one].derived})
"""The properties that are counted from rule results."""


class Few:
    """Composes the entities of scorecards and rules."""

    def __init__(self, facts: FactSource, deriving: OwnDeriving) -> None:
        self._facts = facts
        self._deriving = deriving

    async def bare(self, blueprint: str, facts: Facts) -> list[Entity]:
        """All of them, without what is derived."""
        own = await self._facts.own(blueprint)
        if blueprint == SCORECARD:
            cards = facts.scorecards
            return [
                with_own(scorecard_entity(one, facts.naming), own.get(one.value.identifier)) for one in cards
            ]
        return [
            with_own(
                rule_entity(one, rule, facts.naming), own.get(joined(one.value.identifier, rule.identifier))
            )
            for one in facts.scorecards
            for rule in one.value.rules
        ]

    async def whole(self, entities: Sequence[Entity], facts: Facts) -> list[Entity]:
        """The entities, all of one blueprint, with what is derived."""
        if not entities:
            return []
        blueprint = entities[0].blueprint
        cards = {
            one.identifier if blueprint == SCORECARD else one.targets("scorecard")[0] for one in entities
        }
        tallies = await self._facts.tallies(sorted(cards), facts)
        counted = [_counted(one, tallies.items(), facts) for one in entities]
        return await self._deriving.derived(counted)

    async def source(self, blueprint: str, facts: Facts, *, derived: bool) -> Source:
        """The rows of all of them; with what is derived only where that is asked for, since it costs."""
        found = await self.bare(blueprint, facts)
        return document_source(await self.whole(found, facts) if derived else found)


def _counted(entity: Entity, tallies: Iterable[tuple[tuple[str, str], Tally]], facts: Facts) -> Entity:
    if entity.blueprint == SCORECARD:
        own = [tally for (card, _), tally in tallies if card == entity.identifier]
        return with_counts(entity, sum(own, Tally()), "rules")
    names = facts.naming.rules_of
    own = [tally for (card, rule), tally in tallies
           if joined(card, names(card).name(rule)) == entity.identifier]  # fmt: skip
    return with_counts(entity, sum(own, Tally()), "entities")
