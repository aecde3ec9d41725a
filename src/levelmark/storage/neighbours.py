"""The neighbours: entities as others look at them, by identifier or by the links that lead to them."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from motor.motor_asyncio import AsyncIOMotorDatabase
from msgspec import Struct, field

from levelmark.domain.entity import Entity
from levelmark.storage.errors import translated
from levelmark.storage.keys import escape_key, unescape
from levelmark.storage.rows import Held, held, link

_META: Final = ("blueprint", "identifier", "title", "icon", "team", "createdAt", "updatedAt", "createdBy",
                "updatedBy", "version")  # fmt: skip
_BATCH: Final = 5_000


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
        conditions = {"blueprint": blueprint, "identifier": {"$in": list(identifiers)}}
        found = await self._found(conditions, _projection(names))
        return {one["identifier"]: [_entity(one)] for one in found}

    async def pointing(
        self, blueprint: str, relation: str, targets: Collection[str], names: Collection[str]
    ) -> dict[str, list[Entity]]:
        """By target, the entities that point at it with the relation, in the order of their identifiers."""
        wanted = {link(relation, target): target for target in targets}
        conditions = {"blueprint": blueprint, "links": {"$in": list(wanted)}}
        found = await self._found(conditions, {**_projection(names), "links": 1})
        pointing: dict[str, list[Entity]] = {target: [] for target in targets}
        for row in sorted(found, key=lambda row: str(row["identifier"])):
            entity = _entity(row)
            for one in dict.fromkeys(row["links"]):
                if one in wanted:
                    pointing[wanted[one]].append(entity)
        return pointing

    async def identifiers(self, blueprint: str, reach: Reach) -> list[str]:
        """The identifiers of the entities in reach."""
        found = await self._found(reach.conditions(blueprint), {"_id": 0, "identifier": 1})
        return [row["identifier"] for row in found]

    async def narrowed(self, blueprint: str, reach: Reach, names: Collection[str]) -> set[str]:
        """Which of these identifiers are in reach."""
        named = {"identifier": {"$in": list(names)}}
        found = await self._found({"$and": [reach.conditions(blueprint), named]}, {"_id": 0, "identifier": 1})
        return {row["identifier"] for row in found}

    async def targets(self, blueprint: str, reach: Reach, relation: str) -> set[str]:
        """What the entities in reach point at with the relation."""
        found = await self._found(reach.conditions(blueprint), _projection([relation]))
        return {target for row in found for target in _entity(row).targets(relation)}

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

    async def _found(
        self, conditions: Mapping[str, Any], projection: Mapping[str, Any]
    ) -> list[dict[str, Any]]:
        with translated():
            return await self._rows.find(conditions, projection).batch_size(_BATCH).to_list(None)


def _projection(names: Iterable[str]) -> dict[str, int]:
    fields = [f"{part}.{escape_key(name)}" for name in names if not name.startswith("$")
              for part in ("properties", "relations", "derived")]  # fmt: skip
    return dict.fromkeys((*_META, *fields), 1)


def _entity(row: Mapping[str, Any]) -> Entity:
    team = row["team"]
    return Entity(
        blueprint=row["blueprint"],
        identifier=row["identifier"],
        title=row["title"],
        icon=row["icon"],
        team=tuple(team) if isinstance(team, list) else team,
        properties=unescape(row.get("properties", {})),
        relations=unescape(row.get("relations", {})),
        derived=unescape(row.get("derived", {})),
        created_at=row["createdAt"],
        updated_at=row["updatedAt"],
        created_by=row["createdBy"],
        updated_by=row["updatedBy"],
        version=row["version"],
        uid=str(row["_id"]),
    )
