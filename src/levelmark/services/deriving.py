"""Deriving: the values of entities' mirror, calculation and aggregation properties, for a batch at once."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct, field

from levelmark.domain.entity import Entity
from levelmark.domain.json import TYPES, Json, identical
from levelmark.engine.derived.aggregate import Figure
from levelmark.engine.derived.deriving import Selected, aggregated, mirrored
from levelmark.engine.derived.reads import chains
from levelmark.engine.derived.spec import Aggregation, Calculation, Mirror
from levelmark.engine.derived.surroundings import Look, Surroundings
from levelmark.engine.model import Plan
from levelmark.services.calculating import HOUR, Calculated, Calculator
from levelmark.services.calculating import Calculation as Task
from levelmark.services.surrounding import Surrounding

_SECOND = 1_000_000


class Derivation(Struct):
    """Values of derived properties, and of the others why there is no data; `until` when time changes any."""

    values: dict[str, Json] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    until: int | None = None

    def lower(self, until: int | None) -> None:
        """Time can change something by then."""
        if until is not None:
            self.until = until if self.until is None else min(self.until, until)

    def applied(self, entity: Entity) -> dict[str, Any]:
        """The fields of the entity that these make; the very ones that it had where nothing is new."""
        same = identical(self.values, entity.derived)
        reasons = entity.reasons if self.reasons == entity.reasons else self.reasons
        return {"derived": entity.derived if same else self.values, "reasons": reasons}


class Deriving:
    """Derives what a plan tells, for all entities of a batch together."""

    def __init__(self, surrounding: Surrounding, calculator: Calculator) -> None:
        self._surrounding = surrounding
        self._calculator = calculator

    async def derive(
        self, plan: Plan, entities: Sequence[Entity], now: int
    ) -> tuple[list[Derivation], Surroundings]:
        """What the entities' derived properties come to at `now`, and what was looked at for it."""
        around = await self._surrounding.of(plan, entities) if plan.reads_others else Surroundings()
        derivations = [Derivation(reasons=dict(plan.blueprint.broken)) for _ in entities]
        view = _View(plan, around, now)
        for spec in plan.order:
            if isinstance(spec, Calculation):
                await self._calculate(spec, entities, derivations, now)
                continue
            for entity, derivation in zip(entities, derivations, strict=True):
                view.derive(spec, entity, derivation)
        return derivations, around

    async def disturbed(self, plan: Plan, entities: Sequence[Entity], around: Surroundings) -> set[int]:
        """The places of the entities around which something has changed since."""
        moved = await self._surrounding.moved(plan, around) if around.seen else set()
        if not moved:
            return set()
        return {place for place, entity in enumerate(entities) if _looks(plan, entity, around) & moved}

    async def _calculate(
        self, spec: Calculation, entities: Sequence[Entity], derivations: Sequence[Derivation], now: int
    ) -> None:
        tasks = [Task(spec.program, _input(spec, *pair)) for pair in zip(entities, derivations, strict=True)]
        for answer, derivation in zip(await self._calculator.run(tasks, now), derivations, strict=True):
            _take(spec, answer, derivation)
            if spec.uses_now:
                derivation.lower((now // HOUR + 1) * HOUR)
            if answer.again is not None:
                derivation.lower(now + int(answer.again * _SECOND))


def _looks(plan: Plan, entity: Entity, around: Surroundings) -> set[Look]:
    return {look for spec in plan.order for chain in chains(spec) for look in around.looked_at(entity, chain)}


class _View(Struct, frozen=True):
    """What mirrors and aggregations are made from at `now`."""

    plan: Plan
    around: Surroundings
    now: int

    def derive(self, spec: Mirror | Aggregation, entity: Entity, derivation: Derivation) -> None:
        """Adds the property's value, or why there is no data."""
        if isinstance(spec, Mirror):
            figure = Figure(mirrored(spec, entity, self.around, self.plan.targets[spec.chain[-1].to]))
        else:
            target, program = self.plan.targets[spec.target], self.plan.programs.get(spec.name)
            figure = aggregated(spec, entity, self.around, Selected(target, program, self.now))
        derivation.lower(figure.until)
        if figure.reason is not None:
            derivation.reasons[spec.name] = figure.reason
        if figure.value is not None:
            derivation.values[spec.name] = figure.value


def _input(spec: Calculation, entity: Entity, derivation: Derivation) -> Json:
    named = {name: derivation.values[name] for name in spec.reads if name in derivation.values}
    return {
        "identifier": entity.identifier,
        "title": entity.title,
        "icon": entity.icon,
        "team": entity.sent_team,
        "blueprint": entity.blueprint,
        "createdAt": entity.created_at,
        "updatedAt": entity.updated_at,
        "createdBy": entity.created_by,
        "updatedBy": entity.updated_by,
        "properties": {**entity.properties, **named},
        "relations": entity.relations,
    }


def _take(spec: Calculation, answer: Calculated, derivation: Derivation) -> None:
    if answer.reason is not None:
        derivation.reasons[spec.name] = answer.reason
    elif answer.value is not None and TYPES[type(answer.value)] not in spec.kind.types:
        wanted = " or ".join(sorted(spec.kind.types))
        derivation.reasons[spec.name] = f"answered with {TYPES[type(answer.value)]}, and its type is {wanted}"
    elif answer.value is not None:
        derivation.values[spec.name] = answer.value
