"""The neighbours: entities as others look at them, by identifier or by the links that lead to them."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from operator import itemgetter
from typing import Any, Final, TypeAlias

from motor.motor_asyncio import AsyncIOMotorDatabase
from msgspec import Struct, field

from levelmark.domain.blueprint import META_PROPERTIES
from levelmark.domain.entity import Entity
from levelmark.storage.errors import translated
from levelmark.storage.keys import escape_key, unescape
from levelmark.storage.rows import Held, held, link

_META: Final = {
    "$title": "title",
    "$icon": "icon",
    "$team": "team",
    "$createdAt": "createdAt",
    "$updatedAt": "updatedAt",
    "$createdBy": "createdBy",
    "$updatedBy": "updatedBy",
}
_NOTHING: Final[dict[str, Any]] = {}
_BATCH: Final = 5_000
MOST: Final = 10_000
"""Identifiers or links in one query, at most: a query is a document, and of bounded size."""

Version: TypeAlias = tuple[str, int]
"""An entity's uid and version: where it is the same, nothing of it has changed."""


class Reach(Struct):
    """Entities of a blueprint: those of `identifiers`, and those with any of `links`."""

    identifiers: set[str] = field(default_factory=set)
    links: set[str] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.identifiers or self.links)

    def add(self, other: "Reach") -> None:
        """Reaches what the other reaches, too."""
        self.identifiers |= other.identifiers
        self.links |= other.links

    def parts(self, size: int) -> Iterator["Reach"]:
        """The same, in parts that name no more than so many."""
        if len(self.identifiers) + len(self.links) <= size:
            yield self
            return
        yield from (Reach(identifiers=set(names)) for names in _chunks(self.identifiers, size))
        yield from (Reach(links=set(links)) for links in _chunks(self.links, size))

    def conditions(self, blueprint: str) -> dict[str, Any]:
        """The same in MongoDB's words."""
        wanted = {"identifier": sorted(self.identifiers), "links": sorted(self.links)}
        ways = [{field: {"$in": values}} for field, values in wanted.items() if values]
        return {"blueprint": blueprint, **(ways[0] if len(ways) == 1 else {"$or": ways})}


class NeighbourStore:
    """Reads of entities no more than is looked at."""

    def __init__(self, database: AsyncIOMotorDatabase[dict[str, Any]]) -> None:
        self._rows = database["entities"]

    async def named(
        self, blueprint: str, identifiers: Collection[str], names: Collection[str]
    ) -> dict[str, list[Entity]]:
        """The entities of these identifiers, each with its properties and relations of these names."""
        found = await self._found_by(blueprint, "identifier", identifiers, _projection(names))
        return {one["identifier"]: [_entity(blueprint, one)] for one in found}

    async def named_versions(self, blueprint: str, identifiers: Collection[str]) -> dict[str, list[Version]]:
        """The same as they stand, without what they hold."""
        found = await self._found_by(blueprint, "identifier", identifiers, {"identifier": 1, "version": 1})
        return {one["identifier"]: [_version(one)] for one in found}

    async def pointing(
        self, blueprint: str, relation: str, targets: Collection[str], names: Collection[str]
    ) -> dict[str, list[Entity]]:
        """By target, the entities that point at it with the relation, in the order of their identifiers."""
        rows = await self._pointing(blueprint, relation, targets, _projection(names))
        return {target: [_entity(blueprint, row) for row in some] for target, some in rows.items()}

    async def pointing_versions(
        self, blueprint: str, relation: str, targets: Collection[str]
    ) -> dict[str, list[Version]]:
        """The same as they stand, without what they hold."""
        rows = await self._pointing(blueprint, relation, targets, {"identifier": 1, "version": 1})
        return {target: [_version(row) for row in some] for target, some in rows.items()}

    async def _pointing(
        self, blueprint: str, relation: str, targets: Collection[str], projection: Mapping[str, Any]
    ) -> dict[str, list[dict[str, Any]]]:
        wanted = {link(relation, target): target for target in targets}
        found = await self._found_by(blueprint, "links", wanted, {**projection, "links": 1})
        pointing: dict[str, list[dict[str, Any]]] = {target: [] for target in targets}
        each = {row["_id"]: row for row in found}.values()  # one may be found by several of the links
        for row in sorted(each, key=itemgetter("identifier")):
            for one in dict.fromkeys(row["links"]):
                if one in wanted:
                    pointing[wanted[one]].append(row)
        return pointing

    async def identifiers(self, blueprint: str, reach: Reach) -> list[str]:
        """The identifiers of the entities in reach."""
        found = await self._found_in(blueprint, reach, {"_id": 0, "identifier": 1})
        return [row["identifier"] for row in found]

    async def narrowed(self, blueprint: str, reach: Reach, names: Collection[str]) -> set[str]:
        """Which of these identifiers are in reach."""
        named = {"identifier": {"$in": list(names)}}
        found = await self._found_in(blueprint, reach, {"_id": 0, "identifier": 1}, named)
        return {row["identifier"] for row in found}

    async def targets(self, blueprint: str, reach: Reach, relation: str) -> set[str]:
        """What the entities in reach point at with the relation."""
        found = await self._found_in(blueprint, reach, _projection([relation]))
        return {target for row in found for target in _entity(blueprint, row).targets(relation)}

    async def count(self, blueprint: str, reach: Reach) -> int:
        """How many entities are in reach."""
        with translated():
            return await self._rows.count_documents(reach.conditions(blueprint))

    async def reached(self, blueprint: str, reach: Reach, after: str | None, limit: int) -> list[Held]:
        """The entities in reach, by identifier, from behind `after`."""
        conditions = reach.conditions(blueprint)
        if after is not None:
            conditions = {"$and": [conditions, {"identifier": {"$gt": after}}]}
        with translated():
            cursor = self._rows.find(conditions, {"search": 0}).sort("identifier").limit(limit)
            return [held(row) for row in await cursor.batch_size(limit + 1).to_list(None)]

    async def _found_by(
        self, blueprint: str, field: str, values: Iterable[str], projection: Mapping[str, Any]
    ) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for some in _chunks(values, MOST):
            found += await self._found({"blueprint": blueprint, field: {"$in": some}}, projection)
        return found

    async def _found_in(
        self,
        blueprint: str,
        reach: Reach,
        projection: Mapping[str, Any],
        also: Mapping[str, Any] | None = None,
    ) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for part in reach.parts(MOST):
            conditions = part.conditions(blueprint)
            found += await self._found({"$and": [conditions, also]} if also else conditions, projection)
        return found

    async def _found(
        self, conditions: Mapping[str, Any], projection: Mapping[str, Any]
    ) -> list[dict[str, Any]]:
        with translated():
            return await self._rows.find(conditions, projection).batch_size(_BATCH).to_list(None)


def _chunks(values: Iterable[str], size: int) -> Iterator[list[str]]:
    every = sorted(values)
    for begin in range(0, len(every), size):
        yield every[begin : begin + size]


def _projection(names: Iterable[str]) -> dict[str, int]:
    fields = ["identifier", "version", *(_META[name] for name in names if name in _META)]
    for name in names:
        if name not in META_PROPERTIES:
            fields += [f"{part}.{escape_key(name)}" for part in ("properties", "relations", "derived")]
    return dict.fromkeys(fields, 1)


def _version(row: Mapping[str, Any]) -> Version:
    return str(row["_id"]), row["version"]


def _entity(blueprint: str, row: Mapping[str, Any]) -> Entity:
    get = row.get
    team = get("team")
    return Entity(
        blueprint=blueprint,
        identifier=row["identifier"],
        title=get("title"),
        icon=get("icon"),
        team=tuple(team) if isinstance(team, list) else team,
        properties=unescape(get("properties", _NOTHING)),
        relations=unescape(get("relations", _NOTHING)),
        derived=unescape(get("derived", _NOTHING)),
        created_at=get("createdAt"),
        updated_at=get("updatedAt"),
        created_by=get("createdBy"),
        updated_by=get("updatedBy"),
        version=row["version"],
        uid=str(row["_id"]),
    )
