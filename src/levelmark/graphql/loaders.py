"""Loaders: what many fields ask for one by one is read in one call."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TypeAlias, TypeVar

from strawberry.dataloader import DataLoader

from levelmark.domain.blueprint import Blueprint
from levelmark.domain.entity import Entity
from levelmark.domain.instant import instant_text
from levelmark.domain.naming import Naming
from levelmark.domain.scorecard import Scorecard
from levelmark.domain.versioned import Versioned
from levelmark.engine.evaluate import CompiledScorecard
from levelmark.graphql.allowance import Allowance
from levelmark.services import Services
from levelmark.services.catalogue import Definitions
from levelmark.storage.relations import Pointing

EntityKey: TypeAlias = tuple[str, str]
Key = TypeVar("Key")


class Loaders:
    """One loader for each kind of thing that can be named."""

    def __init__(self, services: Services, allowance: Allowance) -> None:
        self._services = services
        self._allowance = allowance
        self._compiled: dict[tuple[str, datetime], CompiledScorecard] = {}
        self.blueprint: DataLoader[str, Versioned[Blueprint] | None] = DataLoader(self._blueprints)
        self.scorecard: DataLoader[str, Versioned[Scorecard] | None] = DataLoader(self._scorecards)
        self.definitions: DataLoader[str, Definitions | None] = DataLoader(self._definitions)
        self.naming: DataLoader[str, Naming] = DataLoader(self._namings)
        self.entity: DataLoader[EntityKey, Entity | None] = DataLoader(self._entities)
        self.entity_at: DataLoader[tuple[EntityKey, datetime], Entity | None] = DataLoader(self._entities_at)
        self.scorecard_at: DataLoader[tuple[str, datetime], Versioned[Scorecard] | None] = DataLoader(
            self._scorecards_at
        )
        self.scorecards_of: DataLoader[tuple[str, datetime | None], list[Versioned[Scorecard]]] = DataLoader(
            self._scorecards_of
        )
        self.blueprint_names: DataLoader[None, list[str]] = DataLoader(self._names)
        self.exists: DataLoader[EntityKey, bool] = DataLoader(self._existing)
        self.pointing: DataLoader[Pointing, list[str]] = DataLoader(self._pointing)

    async def _namings(self, asked: Sequence[str]) -> list[Naming]:
        return [await self._services.naming.current()] * len(asked)

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

    def compiled_at(self, scorecard: Scorecard, at: datetime, definitions: Definitions) -> CompiledScorecard:
        """A scorecard as it was at an instant, compiled once."""
        key = scorecard.identifier, at
        if key not in self._compiled:
            operators = self._services.registry.operators
            self._compiled[key] = CompiledScorecard(scorecard, definitions.blueprint, operators)
        return self._compiled[key]

    async def entities(self, keys: Sequence[EntityKey], at: datetime | None) -> list[Entity | None]:
        """The entities of these keys, as they stood at the instant where there is one."""
        if at is None:
            return await self.entity.load_many(keys)
        return await self.entity_at.load_many([(key, at) for key in keys])

    async def scorecards(
        self, names: Sequence[str], at: datetime | None
    ) -> list[Versioned[Scorecard] | None]:
        """The scorecards of these identifiers, as they were at the instant where there is one."""
        if at is None:
            return await self.scorecard.load_many(names)
        return await self.scorecard_at.load_many([(name, at) for name in names])

    async def _entities_at(self, asks: Sequence[tuple[EntityKey, datetime]]) -> list[Entity | None]:
        entities = self._services.entities
        found: dict[tuple[EntityKey, datetime], Entity] = {}
        for at, keys in _by_instant(asks).items():
            found |= {(key, at): one for key, one in (await entities.get(keys, at)).items()}
        return [found.get(ask) for ask in asks]

    async def _scorecards_at(self, asks: Sequence[tuple[str, datetime]]) -> list[Versioned[Scorecard] | None]:
        shelf = self._services.storage.definitions.scorecard
        found: dict[tuple[str, datetime], Versioned[Scorecard]] = {}
        for at, names in _by_instant(asks).items():
            found |= {(key, at): one for key, one in (await shelf.many_at(names, instant_text(at))).items()}
        return [found.get(ask) for ask in asks]

    async def _scorecards_of(
        self, asks: Sequence[tuple[str, datetime | None]]
    ) -> list[list[Versioned[Scorecard]]]:
        definitions = self._services.storage.definitions
        now = {blueprint for blueprint, at in asks if at is None}
        current = await definitions.scorecards_of(now) if now else []
        found: dict[tuple[str, datetime | None], list[Versioned[Scorecard]]] = {
            (one, None): [card for card in current if card.value.blueprint == one] for one in now
        }
        for blueprint, at in asks:
            if at is not None:
                found[blueprint, at] = await definitions.scorecards_at(blueprint, instant_text(at))
        return [found[ask] for ask in asks]

    async def _names(self, asked: Sequence[None]) -> list[list[str]]:
        stored = await self._services.storage.definitions.blueprints()
        return [[one.name for one in stored]] * len(asked)

    async def _existing(self, keys: Sequence[EntityKey]) -> list[bool]:
        found = await self._services.entities.existing(keys)
        return [key in found for key in keys]

    async def _pointing(self, asks: Sequence[Pointing]) -> list[list[str]]:
        # Each may find one more than it shows. What would be found beyond that is refused by whoever counts.
        most = max(self._allowance.left, 0) + len(asks) + 1
        return await self._services.entities.pointing(asks, most)


def _by_instant(asks: Iterable[tuple[Key, datetime]]) -> dict[datetime, list[Key]]:
    groups: dict[datetime, list[Key]] = {}
    for key, at in asks:
        groups.setdefault(at, []).append(key)
    return groups
