"""What others have added to be derived: mirrors and calculations of system blueprints, made when read."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from typing import TypeAlias

from msgspec.structs import replace

from levelmark.domain.entity import Entity
from levelmark.domain.instant import of_moment
from levelmark.domain.system import CORE
from levelmark.services.calculating import Calculator
from levelmark.services.catalogue import Catalogue
from levelmark.services.clock import Clock
from levelmark.services.deriving import Deriving
from levelmark.services.surrounding import Surrounding
from levelmark.storage import Storage
from levelmark.storage.neighbours import NeighbourStore

Getting: TypeAlias = Callable[[Iterable[tuple[str, str]]], Awaitable[dict[tuple[str, str], Entity]]]
"""Finds entities of system blueprints by blueprint and identifier."""


class Neighbours(NeighbourStore):
    """Neighbours of which some are scorecards, rules or rule results."""

    def __init__(self, storage: Storage, getting: Getting) -> None:
        super().__init__(storage.database)
        self._getting = getting

    async def named(
        self, blueprint: str, identifiers: Collection[str], names: Collection[str]
    ) -> dict[str, list[Entity]]:
        """The entities of these identifiers."""
        if blueprint not in CORE:
            return await super().named(blueprint, identifiers, names)
        found = await self._getting([(blueprint, one) for one in identifiers])
        return {identifier: [one] for (_, identifier), one in found.items()}


class OwnDeriving:
    """Derives what others have added."""

    def __init__(
        self, storage: Storage, catalogue: Catalogue, calculator: Calculator, clock: Clock, getting: Getting
    ) -> None:
        self._catalogue = catalogue
        self._clock = clock
        self._deriving = Deriving(Surrounding(Neighbours(storage, getting)), calculator)

    async def derived(self, entities: Sequence[Entity]) -> list[Entity]:
        """The entities, all of one system blueprint, with the values of these properties."""
        model = await self._catalogue.model()
        blueprint = entities[0].blueprint if entities else ""
        if blueprint not in model.plans:
            return list(entities)
        plan, core = model.plans[blueprint], CORE[blueprint].derived
        own = tuple(spec for spec in plan.order if spec.name not in core)
        broken = {name: one for name, one in plan.blueprint.broken.items() if name not in core}
        if not own and not broken:
            return list(entities)
        plan = replace(plan, order=own, blueprint=replace(plan.blueprint, broken=broken))
        # A calculation sees the counts, too; only what it derives itself is put among them.
        seen = [replace(one, properties={**one.properties, **one.derived}) for one in entities]
        derivations, _ = await self._deriving.derive(plan, seen, of_moment(self._clock()))
        return [
            replace(one, derived={**one.derived, **found.values}, reasons=found.reasons)
            for one, found in zip(entities, derivations, strict=True)
        ]
