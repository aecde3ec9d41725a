"""Loaders: what many fields ask for one by one is read in one call."""

from collections.abc import Sequence
from typing import TypeAlias

from strawberry.dataloader import DataLoader

from levelmark.domain.blueprint import Blueprint
from levelmark.domain.entity import Entity
from levelmark.domain.scorecard import Scorecard
from levelmark.domain.versioned import Versioned
from levelmark.services import Services
from levelmark.services.catalogue import Definitions

EntityKey: TypeAlias = tuple[str, str]


class Loaders:
    """One loader for each kind of thing that can be named."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self.blueprint: DataLoader[str, Versioned[Blueprint] | None] = DataLoader(self._blueprints)
        self.scorecard: DataLoader[str, Versioned[Scorecard] | None] = DataLoader(self._scorecards)
        self.definitions: DataLoader[str, Definitions | None] = DataLoader(self._definitions)
        self.entity: DataLoader[EntityKey, Entity | None] = DataLoader(self._entities)

    async def _blueprints(self, names: Sequence[str]) -> list[Versioned[Blueprint] | None]:
        found = await self._services.storage.definitions.blueprint.many(names)
        return [found.get(name) for name in names]

    async def _scorecards(self, names: Sequence[str]) -> list[Versioned[Scorecard] | None]:
        found = await self._services.storage.definitions.scorecard.many(names)
        return [found.get(name) for name in names]

    async def _definitions(self, blueprints: Sequence[str]) -> list[Definitions | None]:
        found = await self._services.catalogue.current(blueprints)
        return [found.get(name) for name in blueprints]

    async def _entities(self, keys: Sequence[EntityKey]) -> list[Entity | None]:
        found = await self._services.entities.get(keys)
        return [found.get(key) for key in keys]
