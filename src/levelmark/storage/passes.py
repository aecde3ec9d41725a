"""Passes: pages in an order that no index serves.

A pass looks once at all selected entities of one blueprint, inside the database, and keeps no more than the
keys of a page: what stands where is all that is sorted. Values of different types stand in a fixed order,
whichever way the order runs: booleans, numbers, texts and instants, texts that should be instants, lists and
objects; entities without a value stand last. Texts are compared by their first characters.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from bson import Int64
from motor.motor_asyncio import AsyncIOMotorDatabase
from msgspec import Struct

from levelmark.domain.json import Json
from levelmark.storage.bounds import PATIENCE_MS, bounded
from levelmark.storage.pages import Selection
from levelmark.storage.rows import Held, held
from levelmark.storage.sources import Source

MAX_KEY: Final = 256
"""Characters of a text that count for its place."""

MISSING_RANK: Final = 9
"""The rank of entities without a value."""

_DATE_TIME: Final = r"^\d{4}-\d\d-\d\d([Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d))?$"
_NUMBERS: Final = ["int", "long", "double"]


class Sorting(Struct, frozen=True):
    """The order of a value, as an expression over a row; `instants` says that texts are points in time."""

    value: Any
    instants: bool = False
    descending: bool = False


class Place(Struct, frozen=True):
    """Where an entity stands in an order: the `rank` of its value's type, its `key`, its identifier.

    An instant's key is in milliseconds since 1970.
    """

    rank: int
    key: Json
    identifier: str


class PassStore:
    """Entities in orders that no index serves."""

    def __init__(self, database: AsyncIOMotorDatabase[dict[str, Any]]) -> None:
        self._database = database

    async def places(
        self, selection: Selection, sorting: Sorting, after: Place | None, limit: int
    ) -> list[tuple[object, Place]]:
        """The keys of rows and places of the selected entities behind `after`, at most `limit`."""
        direction = -1 if sorting.descending else 1
        pipeline: list[dict[str, Any]] = [
            {"$match": selection.conditions()},
            {"$project": {"identifier": 1, "value": sorting.value}},
            {"$project": {"identifier": 1, **placing(instants=sorting.instants)}},
            *([] if after is None else [{"$match": behind(after, descending=sorting.descending)}]),
            {"$sort": {"rank": 1, "key": direction, "identifier": direction}},
            {"$limit": limit},
        ]
        with bounded():
            source = selection.source
            cursor = source.aggregate(self._database, pipeline, allowDiskUse=False, maxTimeMS=PATIENCE_MS)
            rows = await cursor.to_list(None)
        return [(row["_id"], _place(row)) for row in rows]

    async def read(self, source: Source, keys: Sequence[object]) -> dict[object, Held]:
        """The entities in the rows of these keys, those that still exist."""
        wanted = {"_id": {"$in": list(keys)}, "blueprint": {"$ne": None}}
        pipeline = [{"$match": wanted}, {"$project": {"search": 0}}]
        source = source.narrow(keys) if source.narrow else source
        with bounded():
            cursor = source.aggregate(self._database, pipeline, batchSize=len(keys) + 1)
            rows = await cursor.to_list(None)
        return {row["_id"]: held(row) for row in rows}


def _place(row: Mapping[str, Any]) -> Place:
    key = row["key"]
    return Place(row["rank"], int(key) if type(key) is Int64 else key, row["identifier"])


def placing(*, instants: bool) -> dict[str, Any]:
    """The rank and the key of the field `value`."""
    kind = {"$type": "$value"}
    text = {"$eq": [kind, "string"]}
    cases = [
        ({"$eq": [kind, "bool"]}, 0, "$value"),
        ({"$in": [kind, _NUMBERS]}, 1, "$value"),
        *([({"$ne": [_instant(text), None]}, 2, _instant(text))] if instants else []),
        (text, 3 if instants else 2, {"$substrCP": ["$value", 0, MAX_KEY]}),
        ({"$in": [kind, ["array", "object"]]}, 4, None),
    ]
    return {
        "rank": _switch([(case, rank) for case, rank, _ in cases], MISSING_RANK),
        "key": _switch([(case, key) for case, _, key in cases], None),
    }


def _switch(branches: list[tuple[Any, Any]], default: int | None) -> dict[str, Any]:
    listed = [{"case": case, "then": {"$literal": then} if then is None else then} for case, then in branches]
    return {"$switch": {"branches": listed, "default": {"$literal": default}}}


def _instant(text: Mapping[str, Any]) -> dict[str, Any]:
    told = {"$cond": [text, {"$toUpper": "$value"}, ""]}
    read = {"$dateFromString": {"dateString": told, "onError": None, "onNull": None}}
    known = {"$regexMatch": {"input": told, "regex": _DATE_TIME}}
    return {"$cond": [known, {"$toLong": read}, None]}


def behind(after: Place, *, descending: bool) -> dict[str, Any]:
    """A condition on ranks and keys: they stand behind the place."""
    beyond = "$lt" if descending else "$gt"
    rank, key = {"rank": {"$eq": after.rank}}, {"key": {"$eq": after.key}}
    return {
        "$or": [
            {"rank": {"$gt": after.rank}},
            rank | {"key": {beyond: after.key}},
            rank | key | {"identifier": {beyond: after.identifier}},
        ]
    }
