"""Surrounding: reads what is around entities, as far as derived properties look at it, and looks again."""

import asyncio
from collections.abc import Collection, Iterable, Iterator, Sequence

from levelmark.domain.blueprint import META_PROPERTIES
from levelmark.domain.entity import Entity
from levelmark.domain.json import Json, identical
from levelmark.engine.derived.reads import chains
from levelmark.engine.derived.step import Chain
from levelmark.engine.derived.surroundings import Look, Surroundings, looks
from levelmark.engine.model import Plan
from levelmark.engine.subject import meta_value
from levelmark.storage.neighbours import NeighbourStore, Version


class Surrounding:
    """Reads each neighbour once for all entities of a batch and all properties that look at it."""

    def __init__(self, store: NeighbourStore) -> None:
        self._store = store

    async def of(self, plan: Plan, entities: Sequence[Entity]) -> Surroundings:
        """What the plan looks at around the entities."""
        around = Surroundings()
        every = {chain for derived in plan.order for chain in chains(derived)}
        for depth in range(max(map(len, every), default=0)):
            prefixes = {chain[: depth + 1] for chain in every if len(chain) > depth}
            await self._step(plan, around, entities, prefixes)
        return around

    async def _step(
        self, plan: Plan, around: Surroundings, entities: Sequence[Entity], prefixes: Iterable[Chain]
    ) -> None:
        wanted = {
            look
            for chain in prefixes
            for entity in entities
            for here in around.reached(entity, chain[:-1])
            for look in looks(here, chain[-1])
        }
        await self._look(plan, around, wanted - around.seen.keys())

    async def moved(self, plan: Plan, around: Surroundings) -> set[Look]:
        """The looks that would find something else now; an entity that was written may look the same."""
        versions: dict[Look, list[Version]] = {look: [] for look in around.seen}
        named, pointing = _sorted_out(around.seen)
        for found in await asyncio.gather(
            *(self._named_versions(*one) for one in named.items()),
            *(self._pointing_versions(*one) for one in pointing.items()),
        ):
            versions.update(found)
        doubtful = [look for look, before in around.seen.items()
                    if [(one.uid, one.version) for one in before] != versions[look]]  # fmt: skip
        again = Surroundings()
        await self._look(plan, again, doubtful)
        return {
            look for look in doubtful if not _same(around.seen[look], again.seen[look], plan.needs[look[0]])
        }

    async def _look(self, plan: Plan, around: Surroundings, wanted: Collection[Look]) -> None:
        around.seen.update((look, []) for look in wanted)
        named, pointing = _sorted_out(wanted)
        for found in await asyncio.gather(
            *(self._named(plan, *one) for one in named.items()),
            *(self._pointing(plan, *one) for one in pointing.items()),
        ):
            around.seen.update(found)

    async def _named_versions(self, blueprint: str, names: list[str]) -> dict[Look, list[Version]]:
        found = await self._store.named_versions(blueprint, names)
        return {(blueprint, identifier): one for identifier, one in found.items()}

    async def _pointing_versions(self, way: tuple[str, str], targets: list[str]) -> dict[Look, list[Version]]:
        found = await self._store.pointing_versions(*way, targets)
        return {(*way, target): some for target, some in found.items()}

    async def _named(self, plan: Plan, blueprint: str, identifiers: list[str]) -> dict[Look, list[Entity]]:
        found = await self._store.named(blueprint, identifiers, plan.needs[blueprint])
        return {(blueprint, identifier): one for identifier, one in found.items()}

    async def _pointing(
        self, plan: Plan, way: tuple[str, str], targets: list[str]
    ) -> dict[Look, list[Entity]]:
        found = await self._store.pointing(*way, targets, plan.needs[way[0]])
        return {(*way, target): some for target, some in found.items()}


def _sorted_out(wanted: Iterable[Look]) -> tuple[dict[str, list[str]], dict[tuple[str, str], list[str]]]:
    """Identifiers by blueprint, and targets by blueprint and relation."""
    named: dict[str, list[str]] = {}
    pointing: dict[tuple[str, str], list[str]] = {}
    for look in wanted:
        if len(look) == 2:  # noqa: PLR2004 - a blueprint and an identifier
            named.setdefault(look[0], []).append(look[1])
        else:
            pointing.setdefault((look[0], look[1]), []).append(look[2])
    return named, pointing


def _same(before: list[Entity], after: list[Entity], names: frozenset[str]) -> bool:
    return len(before) == len(after) and all(
        old.uid == new.uid and identical(list(_seen(old, names)), list(_seen(new, names)))
        for old, new in zip(before, after, strict=True)
    )


def _seen(entity: Entity, names: frozenset[str]) -> Iterator[Json]:
    for name in sorted(names):
        if name in META_PROPERTIES:
            yield meta_value(entity, name)
        else:
            yield [part.get(name) for part in (entity.properties, entity.relations, entity.derived)]
