"""Reaching: whose derived values a write can have changed, found by going back along the chains."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import TypeAlias

from levelmark.engine.derived.reads import Reader
from levelmark.engine.derived.ripple import Ripple
from levelmark.engine.derived.step import Chain, Step
from levelmark.engine.model import Model
from levelmark.storage.neighbours import NeighbourStore, Reach
from levelmark.storage.rows import link

Reached: TypeAlias = dict[str, Reach]
"""Entities that must be evaluated again, by blueprint."""

_Way: TypeAlias = tuple[str, Chain]


class Reaching:
    """Goes from what was written to those that read it, however many relations lie between."""

    def __init__(self, store: NeighbourStore) -> None:
        self._store = store

    async def of(self, model: Model, ripples: Iterable[Ripple]) -> Reached:
        """The entities that may have other derived values because of the ripples."""
        starts: dict[_Way, Reach] = {}
        for ripple in ripples:
            for reader in model.readers.get(ripple.blueprint, ()):
                if ripple.touches(reader):
                    _begin(starts.setdefault((reader.blueprint, reader.chain), Reach()), ripple, reader)
        ends = await asyncio.gather(*(self._back(way, reach) for way, reach in starts.items()))
        reached: Reached = {}
        for (blueprint, _), end in zip(starts, ends, strict=True):
            if end:
                reached.setdefault(blueprint, Reach()).add(end)
        return reached

    async def among(self, reached: Reached, keys: Mapping[int, tuple[str, str]]) -> set[int]:
        """The places of those entities that are in reach."""
        names: dict[str, set[str]] = {}
        for blueprint, identifier in keys.values():
            if blueprint in reached:
                names.setdefault(blueprint, set()).add(identifier)
        found = {
            blueprint: await self._store.narrowed(blueprint, reached[blueprint], some)
            for blueprint, some in names.items()
        }
        return {place for place, (blueprint, name) in keys.items() if name in found.get(blueprint, ())}

    async def _back(self, way: _Way, reach: Reach) -> Reach:
        for step in reversed(way[1][:-1]):
            if not reach:
                break
            reach = await self._before(step, reach)
        return reach

    async def _before(self, step: Step, reach: Reach) -> Reach:
        """The entities from which the step leads to those in reach."""
        if not step.forward:
            return Reach(await self._store.targets(step.to, reach, step.relation))
        names = set(reach.identifiers)
        if reach.links:
            names.update(await self._store.identifiers(step.to, Reach(links=reach.links)))
        return Reach(links={link(step.relation, name) for name in names})


def _begin(reach: Reach, ripple: Ripple, reader: Reader) -> None:
    step = reader.chain[-1]
    if step.forward:
        reach.links.add(link(step.relation, ripple.entity))
    else:
        reach.identifiers.update(ripple.targets.get(step.relation, ()))
