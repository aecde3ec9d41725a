"""Surroundings: the entities around some others, as far as their derived properties look at them."""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from msgspec import Struct, field

from levelmark.domain.entity import Entity
from levelmark.engine.derived.step import Chain, Step

Look: TypeAlias = tuple[str, str] | tuple[str, str, str]
"""What was looked for: an entity by blueprint and identifier, or those of a blueprint that point, by a
relation, at an identifier."""


class Surroundings(Struct):
    """What has been read: for each look, the entities that were there, in the order of their identifiers."""

    seen: dict[Look, list[Entity]] = field(default_factory=dict)

    def beyond(self, entity: Entity, step: Step) -> Sequence[Entity]:
        """The entities one step away; those that it points at in the order in which it does."""
        return [found for look in looks(entity, step) for found in self.seen.get(look, ())]

    def reached(self, entity: Entity, chain: Chain) -> list[Entity]:
        """The entities at the end of the chain, each once."""
        here = [entity]
        for step in chain:
            beyond = (there for one in here for there in self.beyond(one, step))
            here = list({there.identifier: there for there in beyond}.values())
        return here

    def looked_at(self, entity: Entity, chain: Chain) -> Iterator[Look]:
        """Every look that the chain takes from the entity."""
        for count, step in enumerate(chain):
            for here in self.reached(entity, chain[:count]):
                yield from looks(here, step)


def looks(entity: Entity, step: Step) -> Iterator[Look]:
    """Where the step leads from the entity."""
    if step.forward:
        yield from ((step.to, target) for target in entity.targets(step.relation))
    else:
        yield step.holder, step.relation, entity.identifier
