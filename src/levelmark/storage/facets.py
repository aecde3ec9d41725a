"""Facets: how many of the selected entities have which value, counted inside the database."""

from typing import Any, Final

from bson import Int64
from motor.motor_asyncio import AsyncIOMotorDatabase
from msgspec import Struct

from levelmark.domain.json import Json
from levelmark.storage.bounds import PATIENCE_MS, bounded
from levelmark.storage.pages import Selection

_SCALARS: Final = ["string", "bool", "int", "long", "double"]


class Counts(Struct, frozen=True):
    """The most frequent values with their counts; `distinct` is how many values there are in all.

    `total` entities were looked at; `missing` of them have no value.
    """

    values: tuple[tuple[Json, int], ...]
    distinct: int
    missing: int
    total: int


class FacetStore:
    """Counts values over the entities of a blueprint."""

    def __init__(self, database: AsyncIOMotorDatabase[dict[str, Any]]) -> None:
        self._database = database

    async def counts(self, selection: Selection, members: Any, first: int) -> Counts:
        """The `first` (at least 1) most frequent of `members`, an expression for the list of a row's values.

        Equally frequent values stand in the order of MongoDB: numbers, texts, booleans.
        """
        pipeline = [
            {"$match": selection.conditions()},
            {"$project": {"_id": 0, "value": members}},
            {"$unwind": {"path": "$value", "includeArrayIndex": "at", "preserveNullAndEmptyArrays": True}},
            {"$group": {"_id": "$value", "count": {"$sum": 1}, "entities": {"$sum": _first()}}},
            {"$facet": _answers(first)},
        ]
        with bounded():
            source = selection.source
            cursor = source.aggregate(self._database, pipeline, allowDiskUse=False, maxTimeMS=PATIENCE_MS)
            (found,) = await cursor.to_list(None)
        return _counts(found)


def members_of(value: Any, *, blank: bool = True) -> dict[str, Any]:
    """The list of a row's values, each once: the members of a list, else the value itself; no objects.

    `blank` says that the empty text is a value too.
    """
    scalars = {"$filter": {"input": value, "as": "member", "cond": _counts_as_value("$$member", blank)}}
    alone = {"$cond": [_counts_as_value(value, blank), [value], []]}
    return {"$cond": [{"$isArray": [value]}, {"$setUnion": [scalars, []]}, alone]}


def member_of(value: Any) -> dict[str, Any]:
    """The value itself; null where it is missing, a list or an object."""
    return {"$cond": [_counts_as_value(value, blank=True), value, None]}


def _counts_as_value(value: Any, blank: bool) -> dict[str, Any]:
    scalar = {"$in": [{"$type": value}, _SCALARS]}
    return scalar if blank else {"$and": [scalar, {"$ne": [value, ""]}]}


def _first() -> dict[str, Any]:
    """1 for the first value of an entity, and for one without: so each entity counts once."""
    return {"$cond": [{"$gt": ["$at", 0]}, 0, 1]}


def _answers(first: int) -> dict[str, Any]:
    present = {"$match": {"_id": {"$ne": None}}}
    return {
        "values": [present, {"$sort": {"count": -1, "_id": 1}}, {"$limit": first}],
        "distinct": [present, {"$count": "number"}],
        "missing": [{"$match": {"_id": None}}],
        "total": [{"$group": {"_id": None, "number": {"$sum": "$entities"}}}],
    }


def _counts(found: dict[str, Any]) -> Counts:
    def number(name: str, key: str = "number") -> int:
        return int(found[name][0][key]) if found[name] else 0

    values = tuple((_plain(row["_id"]), row["count"]) for row in found["values"])
    return Counts(values, number("distinct"), number("missing", "count"), number("total"))


def _plain(value: Json) -> Json:
    return int(value) if type(value) is Int64 else value
