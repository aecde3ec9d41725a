"""The definitions: blueprints, and scorecards with their rules inside, each write under a new version.

A row's `identifier` and `document` are in keys, which never change; what its things are called now stands in
`names` where that is not their keys, and what a blueprint itself is called in `name`. A version of a
scorecard that others take the place of is kept among the editions first, so that what results of the past
were results of can still be told.
"""

import secrets
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, Generic, TypeVar

from bson import ObjectId
from motor.motor_asyncio import AsyncIOMotorCollection, AsyncIOMotorDatabase
from msgspec import Struct, convert, to_builtins
from pymongo.errors import DuplicateKeyError

from levelmark.domain.blueprint import Blueprint
from levelmark.domain.documents import to_blueprint, to_document, to_scorecard
from levelmark.domain.naming import Naming, OwnNames, naming_of
from levelmark.domain.scorecard import Scorecard
from levelmark.domain.versioned import Versioned
from levelmark.storage.errors import translated
from levelmark.storage.keys import escape, unescape

Value = TypeVar("Value", Blueprint, Scorecard)

_MANY: Final = 10_000
_NO_NAMES: Final = OwnNames()


class Versions(Struct, frozen=True):
    """Which versions of all blueprints and of some scorecards are in force, each as `uid:version`.

    `blueprints` are by identifier; `scorecards` by that of their blueprint, then by their own.
    """

    blueprints: Mapping[str, str]
    scorecards: Mapping[str, Mapping[str, str]]


class DefinitionStore:
    """Blueprints and scorecards; written by compare-and-set on `version`."""

    def __init__(self, database: AsyncIOMotorDatabase[dict[str, Any]]) -> None:
        self._blueprints = database["blueprints"]
        self._scorecards = database["scorecards"]
        self.blueprint = _Shelf(self._blueprints, to_blueprint)
        self._editions = database["editions"]
        self.scorecard = _Shelf(self._scorecards, to_scorecard, self._editions)

    async def blueprints(self, after: str | None = None, limit: int = 0) -> list[Versioned[Blueprint]]:
        """Blueprints in the order of their identifiers; all of them without a limit."""
        return await self.blueprint.page({}, after, limit)

    async def blueprints_by_name(self, after: str | None, limit: int) -> list[Versioned[Blueprint]]:
        """Blueprints in the order of their present names, from behind the name `after`."""
        conditions: dict[str, Any] = {} if after is None else {"name": {"$gt": after}}
        return await self.blueprint.read(conditions, "name", limit)

    async def scorecards(
        self, blueprint: str | None = None, after: str | None = None, limit: int = 0
    ) -> list[Versioned[Scorecard]]:
        """Scorecards, of one blueprint or all, in the order of their identifiers."""
        return await self.scorecard.page({} if blueprint is None else {"blueprint": blueprint}, after, limit)

    async def scorecards_at(self, blueprint: str | None, at: str) -> list[Versioned[Scorecard]]:
        """Scorecards as they were at an instant, those deleted since or before included, by identifier."""
        conditions = {"identifier": {"$gt": ""}} if blueprint is None else {"blueprint": blueprint}
        with translated():
            gone: list[str] = await self._editions.distinct("identifier", conditions)
        names = {*gone, *(one.value.identifier for one in await self.scorecards(blueprint))}
        found = await self.scorecard.many_at(names, at)
        return [found[name] for name in sorted(found)]

    async def scorecards_of(self, blueprints: Iterable[str]) -> list[Versioned[Scorecard]]:
        """The scorecards of these blueprints, in the order of their identifiers."""
        return await self.scorecard.page({"blueprint": {"$in": list(blueprints)}}, None, 0)

    async def measured(self) -> list[str]:
        """The blueprints that scorecards are for, whether or not these are defined."""
        with translated():
            return await self._scorecards.distinct("blueprint")

    async def versions(self, blueprints: Iterable[str]) -> Versions:
        """The versions in force of every blueprint, and of the scorecards of these, in one call."""
        names = list(blueprints)
        project = {"_id": 1, "version": 1, "identifier": 1, "blueprint": 1}
        own = [{"$match": {"blueprint": {"$in": names}}}, {"$project": project}]
        pipeline: list[dict[str, Any]] = [
            {"$match": {"identifier": {"$gt": ""}}},
            {"$project": {"_id": 1, "version": 1, "identifier": 1}},
            {"$unionWith": {"coll": self._scorecards.name, "pipeline": own}},
        ]
        with translated():
            rows = await self._blueprints.aggregate(pipeline, batchSize=_MANY).to_list(None)
        scorecards: dict[str, dict[str, str]] = {name: {} for name in names}
        for row in rows:
            if "blueprint" in row:
                scorecards[row["blueprint"]][row["identifier"]] = _stamp(row)
        found = {row["identifier"]: _stamp(row) for row in rows if "blueprint" not in row}
        return Versions(found, scorecards)

    async def naming_state(self) -> "NamingState | None":
        """What the naming in force depends on, in two calls; None, in one, where all names are keys."""
        match = {"$match": _NAMED}
        project = {"$project": {"_id": 0, "stamp": "$names.stamp"}}
        scorecards = {"$unionWith": {"coll": self._scorecards.name, "pipeline": [match, project]}}
        with translated():
            rows = await self._blueprints.aggregate([match, project, scorecards]).to_list(None)
            if not rows:
                return None
            blueprints = await self._blueprints.find({}, {"version": 1}).to_list(None)
        versions = frozenset((str(row["_id"]), int(row["version"])) for row in blueprints)
        return NamingState(frozenset(row["stamp"] for row in rows), versions)

    async def naming(self) -> Naming:
        """The naming in force."""
        blueprints = await self.blueprints()
        scorecards = await self.scorecard.read(_NAMED, "identifier", 0)
        return naming_of(
            {one.value.identifier: one.names for one in blueprints},
            {one.value.identifier: one.names for one in scorecards},
            {one.value.identifier: one.value for one in blueprints},
        )


class NamingState(Struct, frozen=True):
    """The `stamps` of all definitions that keep names, and the versions of all blueprints."""

    stamps: frozenset[str]
    blueprints: frozenset[tuple[str, int]]


_NAMED: Final[dict[str, Any]] = {"names.stamp": {"$gt": ""}}


def _stamp(row: Mapping[str, Any]) -> str:
    return f"{row['_id']}:{row['version']}"


class _Shelf(Generic[Value]):
    """One kind of definition, by identifier."""

    def __init__(
        self,
        collection: AsyncIOMotorCollection[dict[str, Any]],
        decode: Callable[[Mapping[str, Any]], Value],
        editions: AsyncIOMotorCollection[dict[str, Any]] | None = None,
    ) -> None:
        self._collection = collection
        self._editions = editions
        self._decode: Callable[[Mapping[str, Any]], Value] = decode

    async def get(self, identifier: str) -> Versioned[Value] | None:
        """The definition of that identifier."""
        with translated():
            row = await self._collection.find_one({"identifier": identifier})
        return self._versioned(row) if row else None

    async def many(self, identifiers: Iterable[str]) -> dict[str, Versioned[Value]]:
        """The definitions of these identifiers, those that exist."""
        rows = await self.page({"identifier": {"$in": list(identifiers)}}, None, 0)
        return {row.value.identifier: row for row in rows}

    async def many_at(self, identifiers: Iterable[str], at: str) -> dict[str, Versioned[Value]]:
        """The definitions of these identifiers as they were at an instant, or last were before it."""
        names = list(identifiers)
        found: list[Versioned[Value]] = [
            one for one in (await self.many(names)).values() if one.updated_at <= at
        ]
        if self._editions is not None:
            condition = {"identifier": {"$in": names}, "updatedAt": {"$lte": at}}
            with translated():
                found += [self._versioned(row) for row in await self._editions.find(condition).to_list(None)]
        return {one.value.identifier: one for one in sorted(found, key=lambda one: one.updated_at)}

    async def page(self, conditions: dict[str, Any], after: str | None, limit: int) -> list[Versioned[Value]]:
        """Definitions in the order of their identifiers, from behind `after`; 0 is no limit."""
        if after is not None:
            conditions = {"$and": [conditions, {"identifier": {"$gt": after}}]}
        return await self.read(conditions, "identifier", limit)

    async def read(self, conditions: Mapping[str, Any], order: str, limit: int) -> list[Versioned[Value]]:
        """The definitions that meet the conditions, in the order of a field; 0 is no limit."""
        with translated():
            cursor = self._collection.find(conditions).sort(order).limit(limit)
            rows = await cursor.batch_size(limit or 1_000).to_list(None)
        return [self._versioned(row) for row in rows]

    async def add(self, value: Value, now: str, names: OwnNames = _NO_NAMES) -> bool:
        """Stores a new definition; False where one of that identifier, or called so, exists."""
        row = {"_id": ObjectId(), "version": 1, "createdAt": now, **_fields(value, now)}
        try:
            with translated():
                await self._collection.insert_one(row | _names_fields(value.identifier, names))
        except DuplicateKeyError:
            return False
        return True

    async def replace(
        self, before: Versioned[Value], value: Value, now: str, names: OwnNames | None = None
    ) -> bool:
        """Stores a new version in place of `before`; False where that one is no longer in force.

        The names stay as they are unless others are given.
        """
        await self._keep(before)
        fields = _fields(value, max(now, before.updated_at))
        return await self._update(before, fields, before.names if names is None else names)

    async def rename(self, before: Versioned[Value], names: OwnNames, now: str) -> bool:
        """Stores other names; False where another version is in force or the definition's name is taken."""
        try:
            return await self._update(before, {"updatedAt": max(now, before.updated_at)}, names)
        except DuplicateKeyError:
            return False

    async def _update(self, before: Versioned[Value], fields: dict[str, Any], names: OwnNames) -> bool:
        condition = {"_id": ObjectId(before.uid), "version": before.version}
        update: dict[str, Any] = {"$set": fields, "$inc": {"version": 1}}
        if names != before.names:
            update["$set"] = fields | _names_fields(before.value.identifier, names)
            update |= {"$unset": {"names": ""}} if names.plain else {}
        with translated():
            answer = await self._collection.update_one(condition, update)
        return answer.matched_count == 1

    async def remove(self, before: Versioned[Value]) -> bool:
        """Deletes the definition; False where another version is in force."""
        await self._keep(before)
        with translated():
            answer = await self._collection.delete_one(
                {"_id": ObjectId(before.uid), "version": before.version}
            )
        return answer.deleted_count == 1

    async def _keep(self, before: Versioned[Value]) -> None:
        if self._editions is None:
            return
        row = {
            "version": before.version,
            "createdAt": before.created_at,
            **_fields(before.value, before.updated_at),
        }
        with translated():
            await self._editions.update_one(
                {"_id": f"{before.uid}:{before.version}"}, {"$setOnInsert": row}, upsert=True
            )

    def _versioned(self, row: Mapping[str, Any]) -> Versioned[Value]:
        value = self._decode(unescape(row["document"]))
        uid, names = str(row["_id"]).partition(":")[0], _names(row)
        times = row["createdAt"], row["updatedAt"]
        return Versioned(value, uid, row["version"], *times, names)


def _fields(value: Blueprint | Scorecard, now: str) -> dict[str, Any]:
    fields = {"identifier": value.identifier, "document": escape(to_document(value)), "updatedAt": now}
    return {**fields, "blueprint": value.blueprint} if isinstance(value, Scorecard) else fields


def _names_fields(key: str, names: OwnNames) -> dict[str, Any]:
    fields: dict[str, Any] = {"name": key if names.name is None else names.name}
    if not names.plain:
        fields["names"] = {"stamp": secrets.token_hex(12), "own": escape(to_builtins(names))}
    return fields


def _names(row: Mapping[str, Any]) -> OwnNames:
    return convert(unescape(row["names"]["own"]), OwnNames) if "names" in row else _NO_NAMES
