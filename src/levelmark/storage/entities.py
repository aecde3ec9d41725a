"""The entities: read in batches and pages, written by compare-and-set on `version`.

A write lands whole or not at all: new properties, new scores, and what changed (into `outbox`) together.
A deleted entity stays as a tombstone, out of every reader's sight, until the log has its last changes.
"""

import itertools
import secrets
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final, TypeAlias

from bson import ObjectId
from motor.motor_asyncio import AsyncIOMotorDatabase
from msgspec import Struct
from pymongo import InsertOne, UpdateOne, WriteConcern
from pymongo.errors import BulkWriteError

from levelmark.domain.change import Transition
from levelmark.domain.entity import Entity
from levelmark.engine.derived.ripple import Ripple
from levelmark.storage.errors import translated
from levelmark.storage.gathering import Gathering
from levelmark.storage.pages import Page, Selection, scanned
from levelmark.storage.rows import Held, entity_fields, held, of_keys, outbox, outbox_field, ripple_field, uid
from levelmark.storage.searching import search_field, text_of

EntityKey: TypeAlias = tuple[str, str]
"""A blueprint's identifier and that of an entity of it."""

_DUPLICATE: Final = 11000
_READ: Final = {"search": 0}  # what only searches need, and may be much


class EntityWrite(Struct, frozen=True):
    """A write of `after` over `before` (None: there must be none yet), owing `transition` to the log.

    `ripple` is what it means for other entities; `due` when time alone can change something.
    """

    before: Held | None
    after: Entity
    stamp: str
    transition: Transition | None = None
    ripple: Ripple | None = None
    due: int | None = None

    @property
    def held(self) -> Held:
        """The entity as it is stored when this is written, but for what it owes."""
        before = self.before.standing if self.before else None
        standing = before if self.transition is None else self.transition.standing
        return Held(self.after, self.stamp, due=self.due, standing=standing)

    @property
    def owed(self) -> tuple[Transition, ...]:
        """What the log may lack once this is written, in order: what it was owed before, then the new."""
        earlier = self.before.outbox if self.before else ()
        return earlier if self.transition is None else (*earlier, self.transition)


class Burial(Struct, frozen=True):
    """An entity to be deleted, owing `transition` to the log; `ripple` is what it means for others."""

    entity: Entity
    transition: Transition
    ripple: Ripple | None = None


class EntityStore:
    """Entities with their scores, and the outboxes that feed the log."""

    def __init__(self, database: AsyncIOMotorDatabase[dict[str, Any]]) -> None:
        self._database = database
        self._rows = database["entities"]
        self._hasty = self._rows.with_options(write_concern=WriteConcern(w=1))
        self._reading = Gathering(self._read)
        self._writing = Gathering(self._write)
        self._mark = secrets.token_hex(8)
        self._count = itertools.count()

    async def get(self, keys: Iterable[EntityKey]) -> dict[EntityKey, Held]:
        """The entities of these (blueprint, identifier) pairs, those that exist, in one call."""
        wanted = list(keys)
        found = await self._reading.ask(wanted)
        return {key: one for key, one in zip(wanted, found, strict=True) if one is not None}

    async def _read(self, keys: Sequence[EntityKey]) -> list[Held | None]:
        with translated():
            rows = await self._rows.find(of_keys(keys), _READ).batch_size(len(keys) + 1).to_list(None)
        found = {(row["blueprint"], row["identifier"]): held(row) for row in rows}
        return [found.get(key) for key in keys]

    @asynccontextmanager
    async def scan(self, selection: Selection, page: Page) -> AsyncIterator[AsyncIterator[Held]]:
        """The selected entities in the page's order, from behind its cursor, in batches of its size.

        Whoever has read enough leaves the context, which frees what the database keeps for the rest.
        """
        cursor = scanned(self._database, selection, page)
        try:
            with translated():
                yield (held(row) async for row in cursor)
        finally:
            await cursor.close()

    async def outdated(self, blueprint: str, stamp: str, after: str | None, limit: int) -> list[Held]:
        """Entities that were evaluated by other definitions than `stamp` names, by identifier."""
        other = {"$or": [{"stamp": {"$lt": stamp}}, {"stamp": {"$gt": stamp}}]}
        return await self._chunk({"blueprint": blueprint, **other}, after, limit)

    async def chunk(self, blueprint: str, after: str | None, limit: int) -> list[Held]:
        """Entities of a blueprint from behind `after`, by identifier."""
        return await self._chunk({"blueprint": blueprint}, after, limit)

    async def _chunk(self, conditions: dict[str, Any], after: str | None, limit: int) -> list[Held]:
        if after is not None:
            conditions = {**conditions, "identifier": {"$gt": after}}
        with translated():
            cursor = self._rows.find(conditions, _READ).sort("identifier").limit(limit).batch_size(limit)
            return [held(row) for row in await cursor.to_list(None)]

    async def has_outdated(self, blueprint: str, stamp: str, *, whole: bool) -> bool:
        """Whether an entity carries another stamp, or (not `whole`) one that begins otherwise."""
        above = {"$gt": stamp} if whole else {"$gte": f"{stamp}\uffff"}
        other = {"$or": [{"stamp": {"$lt": stamp}}, {"stamp": above}]}
        with translated():
            return await self._rows.find_one({"blueprint": blueprint, **other}, {"_id": 1}) is not None

    async def count(self, blueprint: str, scorecard: str | None = None) -> int:
        """How many entities the blueprint has, or how many of them have a score in the scorecard."""
        conditions = {"blueprint": blueprint} | ({"scores.scorecard": scorecard} if scorecard else {})
        with translated():
            return await self._rows.count_documents(conditions)

    async def blueprints(self) -> list[str]:
        """The blueprints that entities are of, whether or not these are defined."""
        with translated():
            return [name for name in await self._rows.distinct("blueprint") if name is not None]

    async def commit(self, writes: Sequence[EntityWrite]) -> set[int]:
        """Writes what still can be; the places of those that others were faster with, to be done again."""
        landed = await self._writing.ask(writes)
        return {place for place, one in enumerate(landed) if not one}

    async def _write(self, writes: Sequence[EntityWrite]) -> list[bool]:
        tokens = [f"{self._mark}.{next(self._count)}" for _ in writes]
        pairs = list(zip(writes, tokens, strict=True))
        requests = [_insertion(*pair) if pair[0].before is None else _update(*pair) for pair in pairs]
        lost, matched = await self._bulk(requests)
        updates = {place: pair for place, pair in enumerate(pairs) if pair[0].before is not None}
        if matched != len(updates):
            lost |= await self._overwritten(updates)
        return [place not in lost for place in range(len(writes))]

    async def _bulk(self, requests: Sequence[InsertOne[dict[str, Any]] | UpdateOne]) -> tuple[set[int], int]:
        try:
            with translated():
                answer = await self._rows.bulk_write(list(requests), ordered=False)
        except BulkWriteError as error:
            failures = error.details["writeErrors"]
            if any(failure["code"] != _DUPLICATE for failure in failures):
                raise
            return {failure["index"] for failure in failures}, int(error.details["nMatched"])
        return set(), answer.matched_count

    async def _overwritten(self, updates: Mapping[int, tuple[EntityWrite, str]]) -> set[int]:
        # A bulk tells only how many matched. A row that another has overwritten since counts as lost: the
        # write is then done again on top of that one, an order of the two as good as the other.
        keys = [uid(write.after) for write, _ in updates.values()]
        with translated():
            rows = await self._rows.find({"_id": {"$in": keys}}, {"token": 1}).to_list(None)
        tokens = {row["_id"]: row.get("token") for row in rows}
        return {place for place, (write, token) in updates.items() if tokens.get(uid(write.after)) != token}

    async def restamp(self, same: Iterable[Held], stamp: str) -> None:
        """Notes that these entities, if they still stand so, are right by the definitions of `stamp`."""
        groups: dict[tuple[int, str], list[ObjectId]] = {}
        for one in same:
            groups.setdefault((one.entity.version, one.stamp), []).append(uid(one.entity))
        for (version, before), uids in groups.items():
            condition = {"_id": {"$in": uids}, "version": version, "stamp": before}
            with translated():
                await self._rows.update_many(condition, {"$set": {"stamp": stamp}})

    async def bury(self, burials: Sequence["Burial"]) -> set[str]:
        """Turns entities that still stand so into tombstones, each owing its transition.

        The uids of the others, which live on; those that somebody else has buried are not among them.
        """
        if not burials:
            return set()
        with translated():
            answer = await self._rows.bulk_write([_burial(one) for one in burials], ordered=False)
        if answer.matched_count == len(burials):
            return set()
        condition = {"_id": {"$in": [uid(one.entity) for one in burials]}, "blueprint": {"$ne": None}}
        with translated():
            rows = await self._rows.find(condition, {"_id": 1}).to_list(None)
        return {str(row["_id"]) for row in rows}

    async def owed(self, limit: int, after: str = "") -> list[Transition]:
        """Transitions that the log may lack, oldest first within each entity; of `limit` entities at most.

        `after` is the greatest id of the page before.
        """
        with translated():
            cursor = self._rows.find({"outbox.id": {"$gt": after}}, {"outbox": 1}).limit(limit)
            # In the index's own order: a sort would look at all of them for each page.
            rows = await cursor.hint([("outbox.id", 1)]).batch_size(limit).to_list(None)
        return [transition for row in rows for transition in outbox(row)]

    async def standing(self, uids: Iterable[str]) -> list[Held]:
        """The entities of these uids, those that live."""
        wanted = {"_id": {"$in": [ObjectId(uid) for uid in uids]}, "blueprint": {"$ne": None}}
        with translated():
            return [held(row) for row in await self._rows.find(wanted, _READ).to_list(None)]

    async def owed_by_the_dead(self, keys: Iterable[tuple[str, str]]) -> list[Transition]:
        """What tombstones of these identifiers owe: it comes before anything of their successors."""
        ors = [{"was.blueprint": blueprint, "was.identifier": name} for blueprint, name in keys]
        if not ors or not await self._has_tombstones():
            return []
        with translated():
            rows = await self._rows.find({"$or": ors}, {"outbox": 1}).sort("_id").to_list(None)
        return [transition for row in rows for transition in outbox(row)]

    async def _has_tombstones(self) -> bool:
        with translated():
            return await self._rows.find_one({"was.blueprint": {"$gt": ""}}, {"_id": 1}) is not None

    async def due(self, now: int, limit: int) -> list[Held]:
        """Entities whose values or results may be others by now (microseconds since 1970 in UTC)."""
        with translated():
            cursor = self._rows.find({"due": {"$gt": 0, "$lte": now}}, _READ).sort("due").limit(limit)
            return [held(row) for row in await cursor.batch_size(limit + 1).to_list(None)]

    async def settle(self, transitions: Sequence[Transition]) -> None:
        """Takes transitions that are in the log out of their outboxes."""
        if not transitions:
            return
        uids = list({ObjectId(transition.uid) for transition in transitions})
        ids = [transition.id for transition in transitions]
        with translated():
            await self._hasty.update_many({"_id": {"$in": uids}}, {"$pull": {"outbox": {"id": {"$in": ids}}}})

    async def sweep_tombstones(self) -> None:
        """Removes the tombstones that owe nothing to the log."""
        with translated():
            await self._rows.delete_many({"was.blueprint": {"$gt": ""}, "outbox": [], "ripples": []})


def _burial(burial: Burial) -> UpdateOne:
    entity = burial.entity
    tombstone: dict[str, Any] = {
        "blueprint": None,
        "identifier": entity.uid,
        "was": {"blueprint": entity.blueprint, "identifier": entity.identifier},
        "version": entity.version + 1,
        "scores": [],
    }
    gone = dict.fromkeys(("stamp", "links", "due", "search", "standing"), "")
    update: dict[str, Any] = {"$set": tombstone, "$unset": gone}
    return UpdateOne({"_id": uid(entity), "version": entity.version}, update | _pushed(burial))


def _pushed(write: "EntityWrite | Burial") -> dict[str, Any]:
    pushed = {}
    if write.transition is not None:
        pushed["outbox"] = outbox_field(write.transition)
    if write.ripple is not None:
        pushed["ripples"] = ripple_field(write.ripple)
    return {"$push": pushed} if pushed else {}


def _insertion(write: EntityWrite, token: str) -> InsertOne[dict[str, Any]]:
    fields = {**entity_fields(write.held), "search": search_field(write.after)}
    owed = {name: [one] for name, one in _pushed(write).get("$push", {}).items()}
    return InsertOne({"_id": uid(write.after), **fields, "token": token, "outbox": [], "ripples": [], **owed})


def _update(write: EntityWrite, token: str) -> UpdateOne:
    assert write.before is not None  # noqa: S101 - the caller chose by it
    update: dict[str, Any] = {"$set": {**_changed(write), "token": token}} | _pushed(write)
    condition = {"version": write.before.entity.version, "stamp": write.before.stamp}
    return UpdateOne({"_id": uid(write.after), **condition}, update)


def _changed(write: EntityWrite) -> dict[str, Any]:
    fields = entity_fields(write.held)
    assert write.before is not None  # noqa: S101 - the caller chose by it
    before, after = write.before.entity, write.after
    if before.scores is after.scores:
        del fields["scores"]
    if before.title != after.title or text_of(before) != text_of(after):
        fields["search"] = search_field(after)
    return fields
