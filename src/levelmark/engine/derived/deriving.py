"""Deriving: a mirror's and an aggregation's value, from an entity and what is around it."""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from levelmark.domain.blueprint import META_PROPERTIES, Blueprint
from levelmark.domain.entity import Entity
from levelmark.domain.json import Json
from levelmark.engine.derived.aggregate import Figure, bounded, figure, numbers, per_unit, total
from levelmark.engine.derived.spec import Aggregation, Mirror
from levelmark.engine.derived.step import leads_to_many
from levelmark.engine.derived.surroundings import Surroundings
from levelmark.engine.generate import Program
from levelmark.engine.present import Present
from levelmark.engine.subject import meta_value
from levelmark.engine.truth import Truth


def value_of(entity: Entity, name: str, blueprint: Blueprint) -> Json:
    """The value that an entity of the blueprint has of a property, of whatever sort; None without one."""
    if name in META_PROPERTIES:
        return meta_value(entity, name)
    return (entity.derived if name in blueprint.derived else entity.properties).get(name)


def mirrored(mirror: Mirror, entity: Entity, around: Surroundings, target: Blueprint) -> Json:
    """What a mirror shows; through a relation to many a list, in which lists are laid open."""
    reached = around.reached(entity, mirror.chain)
    values = [value for one in reached if (value := value_of(one, mirror.source, target)) is not None]
    if not leads_to_many(mirror.chain):
        return values[0] if values else None
    laid_open = [item for value in values for item in (value if isinstance(value, list) else [value])]
    return laid_open or None


class Selected(Struct, frozen=True):
    """What is aggregated: entities of `target` that `program`, if there is one, is true of at `now`.

    `now` is in microseconds since 1970 in UTC.
    """

    target: Blueprint
    program: Program | None
    now: int

    def among(self, entities: Iterable[Entity]) -> tuple[list[Entity], int | None]:
        """Those of the entities that are selected, each once, and until when they are."""
        each = list({one.identifier: one for one in entities}.values())
        if self.program is None:
            return each, None
        present = Present(self.now)
        selected = [one for one in each if self.program(one, {}, None, present)[0] == Truth.TRUE]
        return selected, present.end


def aggregated(aggregation: Aggregation, entity: Entity, around: Surroundings, wanted: Selected) -> Figure:
    """What an aggregation comes to."""
    reached = (one for chain in aggregation.chains for one in around.reached(entity, chain))
    selected, until = wanted.among(reached)
    return _figure(aggregation, selected, wanted).before(until)


def _figure(aggregation: Aggregation, selected: Sequence[Entity], wanted: Selected) -> Figure:
    if aggregation.source is None:
        amount: float = len(selected)
    else:
        found = numbers([value_of(one, aggregation.source, wanted.target) for one in selected])
        if aggregation.unit is None:
            return figure(aggregation.func, found)
        amount = total(found)
    if aggregation.unit is None or aggregation.time_by is None:
        return bounded(amount)
    times = [value_of(one, aggregation.time_by, wanted.target) for one in selected]
    return per_unit(amount, times, aggregation.unit, wanted.now)
