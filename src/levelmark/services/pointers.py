"""Pointers: who points at entities that are to go.

The answer is as of the moment it was asked for: who writes an entity in that moment may still point at what
has gone, which is legal.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Final

from msgspec import Struct

from levelmark.domain.entity import Entity
from levelmark.domain.naming import UNNAMED, Naming
from levelmark.services.relations import relations_to
from levelmark.services.targets import reached
from levelmark.storage import Storage
from levelmark.storage.relations import Pointing
from levelmark.storage.rows import link

_SHOWN: Final = 5


class Pointer(Struct, frozen=True):
    """An entity that points at another, and by which of its relations."""

    blueprint: str
    identifier: str
    relation: str

    def told(self, naming: Naming) -> str:
        """The pointer in words."""
        relation = naming.properties_of(self.blueprint).name(self.relation)
        return f"{naming.blueprints.name(self.blueprint)}/{self.identifier} ({relation})"


class Leaving(Struct, frozen=True):
    """Entities of a blueprint that are to go, and who points at each, by its identifier.

    `outside` are those that stay, counted, and the first of them; `inside` are those that are to go as well.
    """

    outside: Mapping[str, tuple[int, tuple[Pointer, ...]]]
    inside: Mapping[str, tuple[Pointer, ...]]

    def held(self) -> set[str]:
        """Those that must stay so that nothing points at nothing: also what points from inside may stay."""
        targets: dict[str, list[str]] = {}
        for name, pointers in self.inside.items():
            for one in pointers:
                targets.setdefault(one.identifier, []).append(name)
        return reached(self.outside, targets)

    def told(
        self, identifier: str, naming: Naming = UNNAMED, staying: AbstractSet[str] = frozenset()
    ) -> str | None:
        """Who points at the entity and stays, in words; None where nobody does."""
        count, first = self.outside.get(identifier, (0, ()))
        kept = [one for one in self.inside.get(identifier, ()) if one.identifier in staying]
        shown = [*first, *kept][:_SHOWN]
        count += len(kept)
        if not count:
            return None
        times = "once" if count == 1 else f"{count:,} times"
        more = ", …" if count > len(shown) else ""
        return f"it is pointed at {times}: {', '.join(one.told(naming) for one in shown)}{more}"


class _Way(Struct, frozen=True):
    """One relation that leads to one of the leaving; `inside` are those of them that are known to use it."""

    target: str
    source: str
    relation: str
    inside: frozenset[str]

    @property
    def ask(self) -> Pointing:
        """Who uses it: enough to name some from outside."""
        return Pointing(self.source, (link(self.relation, self.target),), _SHOWN + 1 + len(self.inside))


class Pointers:
    """Looks for those who point at entities."""

    def __init__(self, storage: Storage) -> None:
        self._store = storage.relations
        self._entities = storage.entities
        self._definitions = storage.definitions

    async def leaving(self, blueprint: str, identifiers: Iterable[str]) -> Leaving:
        """Who points at these entities of a blueprint, as far as they exist."""
        names = list(dict.fromkeys(identifiers))
        sources = await self._sources(blueprint, names)
        if not sources:
            return Leaving({}, {})
        held = await self._entities.get((blueprint, name) for name in names)
        going = {name: one.entity for (_, name), one in held.items()}
        own = [relation for source, relation in sources if source == blueprint]
        inside = _inside(going, own)
        ways = [
            _Way(target, source, relation, _users(inside[target], source, relation))
            for target in going
            for source, relation in sources
        ]
        # One that points at itself alone may go: it is known to be inside, and is no reason to stay.
        others = {name: tuple(one for one in some if one.identifier != name) for name, some in inside.items()}
        return Leaving(await self._outside(ways), others)

    async def _sources(self, blueprint: str, identifiers: Sequence[str]) -> list[tuple[str, str]]:
        """The relations, each with its blueprint, by which any of these entities are pointed at."""
        found: list[tuple[str, str]] = []
        for stored in await self._definitions.blueprints():
            source, relations = stored.value.identifier, relations_to(stored.value, blueprint)
            links = [link(relation, name) for relation in relations for name in identifiers]
            if links and await self._store.any_pointing(source, links):
                found += [(source, relation) for relation in relations]
        return found

    async def _outside(self, ways: Sequence[_Way]) -> dict[str, tuple[int, tuple[Pointer, ...]]]:
        asks = [way.ask for way in ways]
        found = await self._store.pointing(asks, sum(ask.limit for ask in asks) + 1)
        many = [place for place, ask in enumerate(asks) if len(found[place]) == ask.limit]
        counts = dict(zip(many, await self._store.counts([asks[place] for place in many]), strict=True))
        outside: dict[str, tuple[int, tuple[Pointer, ...]]] = {}
        for place, way in enumerate(ways):
            names = [name for name in found[place] if name not in way.inside]
            if not names:
                continue
            count, first = outside.get(way.target, (0, ()))
            here = max(counts.get(place, 0) - len(way.inside), len(names))
            pointers = (Pointer(way.source, name, way.relation) for name in names)
            outside[way.target] = count + here, (*first, *pointers)[:_SHOWN]
        return outside


def _inside(going: Mapping[str, Entity], relations: Sequence[str]) -> dict[str, list[Pointer]]:
    inside: dict[str, list[Pointer]] = {name: [] for name in going}
    for name, entity in going.items():
        for relation in relations:
            for target in dict.fromkeys(entity.targets(relation)):
                if target in inside:
                    inside[target].append(Pointer(entity.blueprint, name, relation))
    return inside


def _users(pointers: Iterable[Pointer], source: str, relation: str) -> frozenset[str]:
    return frozenset(
        one.identifier for one in pointers if (one.blueprint, one.relation) == (source, relation)
    )
