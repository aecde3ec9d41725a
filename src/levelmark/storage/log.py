"""The log of changes: 1, 2, 3 … without gaps, each change once, in one order for all readers.

It is made by compare-and-append: whoever has changes inserts them under the numbers that follow the last
one; a number that is taken means that somebody was faster, a key that is taken that the change is already
there. Numbers are visible in their order, so «greater than n» misses nothing.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from motor.motor_asyncio import AsyncIOMotorDatabase
from msgspec import Struct, convert, to_builtins
from pymongo.errors import BulkWriteError
from pymongo.read_concern import ReadConcern

from levelmark.domain.change import Cause, Change, ChangeKind, Transition
from levelmark.domain.errors import UnavailableError
from levelmark.domain.instant import instant_text
from levelmark.domain.naming import KeyOf
from levelmark.storage.errors import translated
from levelmark.storage.gathering import Gathering

_DUPLICATE: Final = 11000
_CHUNK: Final = 5_000
_REMEMBERED: Final = 20_000


class Changes(Struct, frozen=True):
    """Which changes of the log are wanted; what is None does not restrict."""

    kind: ChangeKind | None = None
    blueprint: str | None = None
    entity: str | None = None
    scorecard: str | None = None
    rule: KeyOf | None = None
    teams: tuple[str, ...] | None = None

    def wants(self, change: Change) -> bool:
        """Whether a change is one of these."""
        return (
            self.kind in (None, change.kind)
            and self.blueprint in (None, change.blueprint)
            and self.entity in (None, change.entity)
            and self.scorecard in (None, change.scorecard)
            and (self.rule is None or self.rule.within(change.scorecard) == change.rule)
            and (self.teams is None or not set(self.teams).isdisjoint(change.teams))
        )

    def conditions(self) -> dict[str, Any]:
        """The same in MongoDB's words."""
        named = {"kind": self.kind and self.kind.value, "blueprint": self.blueprint, "entity": self.entity,
                 "scorecard": self.scorecard}  # fmt: skip
        conditions: dict[str, Any] = {field: value for field, value in named.items() if value is not None}
        if self.rule is not None:
            conditions |= _rule_conditions(self.rule, self.scorecard)
        return conditions | ({"teams": {"$in": list(self.teams)}} if self.teams is not None else {})


def _rule_conditions(rule: KeyOf, scorecard: str | None) -> dict[str, Any]:
    if scorecard is not None or not rule.said:
        return {"rule": rule.otherwise if scorecard is None else rule.within(scorecard)}
    said = [{"scorecard": one, "rule": key} for one, key in rule.said.items()]
    return {"$or": [{"rule": rule.otherwise, "scorecard": {"$nin": list(rule.said)}}, *said]}


class ChangeLog:
    """Appends and reads changes; many processes may append at once.

    `on_append` is told of what this process has appended, once the majority has it.
    """

    def __init__(self, database: AsyncIOMotorDatabase[dict[str, Any]]) -> None:
        self._rows = database["changes"]
        self._settled = self._rows.with_options(read_concern=ReadConcern("majority"))
        self._appending = Gathering(self._append)
        self.on_append: Callable[[list[Change]], None] = _ignore
        self._recent: dict[str, None] = {}
        self._last: int | None = None

    async def append(self, transitions: Sequence[Transition]) -> list[bool]:
        """Returns when the changes of all transitions are in the log: of each, whether they are new there.

        Those that callers bring while another batch is under way go in together as the next one.
        """
        return await self._appending.ask(transitions)

    async def _append(self, transitions: Sequence[Transition]) -> list[bool]:
        fresh = {one.id: one for one in transitions if one.id not in self._recent}
        rows = [row for transition in fresh.values() for row in change_rows(transition)]
        known: set[str] = set()
        try:
            while rows:
                rows = await self._insert(rows, known)
        except BaseException:
            self._last = None
            raise
        self._remember(fresh)
        return [one.id in fresh and one.id not in known for one in transitions]

    def _remember(self, ids: Iterable[str]) -> None:
        # Writers bring what an outbox still has, though it is here already; most is told apart at once.
        self._recent.update(dict.fromkeys(ids))
        while len(self._recent) > _REMEMBERED:
            del self._recent[next(iter(self._recent))]

    async def _insert(self, rows: list[dict[str, Any]], known: set[str]) -> list[dict[str, Any]]:
        """Inserts some of the rows under the next numbers; those that are left to be inserted."""
        last = self._last if self._last is not None else await self._newest()
        batch = [{**row, "_id": last + place} for place, row in enumerate(rows[:_CHUNK], start=1)]
        batch[-1]["wakes"] = True
        try:
            with translated():
                await self._rows.insert_many(batch, ordered=True)
        except BulkWriteError as error:
            return await self._after_failure(error, rows, last, known)
        self._last = last + len(batch)
        self.on_append([_change(row) for row in batch])
        return rows[_CHUNK:]

    async def _after_failure(
        self, error: BulkWriteError, rows: list[dict[str, Any]], last: int, known: set[str]
    ) -> list[dict[str, Any]]:
        failures = error.details["writeErrors"]
        if not failures or failures[0]["code"] != _DUPLICATE:
            raise UnavailableError("the log did not take the changes; they follow later") from error
        place: int = failures[0]["index"]
        if "_id" in failures[0]["keyPattern"]:
            self._last = None
            return rows[place:]
        self._last = last + place
        return await self._unknown(rows[place:], known)

    async def _unknown(self, rows: list[dict[str, Any]], known: set[str]) -> list[dict[str, Any]]:
        """Those of the rows that the log lacks; the transitions of the others are added to `known`."""
        keys = {"key": {"$in": [row["key"] for row in rows]}}
        with translated():
            found = {row["key"] for row in await self._rows.find(keys, {"key": 1}).to_list(None)}
        known.update(key.rpartition(".")[0] for key in found)
        return [row for row in rows if row["key"] not in found]

    async def _newest(self) -> int:
        with translated():
            row = await self._rows.find_one({}, {"_id": 1}, sort=[("_id", -1)])
        return int(row["_id"]) if row else 0

    async def bounds(self) -> tuple[int, int]:
        """The numbers of the oldest and the newest change, past every crash; (1, 0) if there is none."""
        with translated():
            first = await self._settled.find_one({}, {"_id": 1}, sort=[("_id", 1)])
            last = await self._settled.find_one({}, {"_id": 1}, sort=[("_id", -1)])
        return (int(first["_id"]), int(last["_id"])) if first and last else (1, 0)

    async def read(self, after: int, limit: int) -> list[Change]:
        """The changes numbered above `after`, in order, `limit` at most."""
        with translated():
            cursor = self._settled.find({"_id": {"$gt": after}}).sort("_id").limit(limit)
            return [_change(row) for row in await cursor.batch_size(limit).to_list(None)]

    async def get(self, numbers: Iterable[int]) -> dict[int, Change]:
        """The changes of these numbers, those that exist."""
        with translated():
            rows = await self._settled.find({"_id": {"$in": list(numbers)}}).to_list(None)
        return {row["_id"]: _change(row) for row in rows}

    async def page(self, changes: Changes, before: int | None, limit: int) -> list[Change]:
        """The newest of the wanted changes, numbered below `before`, newest first."""
        conditions = changes.conditions() | ({"_id": {"$lt": before}} if before is not None else {})
        with translated():
            cursor = self._settled.find(conditions).sort("_id", -1).limit(limit)
            return [_change(row) for row in await cursor.batch_size(limit).to_list(None)]

    async def news(self) -> AsyncIterator[int]:
        """The newest number whenever a process appended; raises UnavailableError when the stream breaks."""
        pipeline: Sequence[Mapping[str, Any]] = [
            {"$match": {"operationType": "insert", "fullDocument.wakes": True}},
            {"$project": {"documentKey": 1}},
        ]
        with translated():
            async with self._rows.watch(pipeline, max_await_time_ms=1_000) as stream:
                while stream.alive:
                    if (event := await stream.try_next()) is not None:
                        yield int(event["documentKey"]["_id"])


def _ignore(changes: list[Change]) -> None:
    """Does nothing with what was appended."""


def change_rows(transition: Transition) -> list[dict[str, Any]]:
    """The rows of a transition's changes, which have no numbers yet."""
    shared = {
        "blueprint": transition.blueprint,
        "entity": transition.entity,
        "teams": list(transition.teams),
        "cause": to_builtins(transition.cause),
        "at": datetime.fromisoformat(transition.at),
    }
    return [
        {
            "key": f"{transition.id}.{place}",
            "kind": (ChangeKind.LEVEL if move.rule is None else ChangeKind.RULE_RESULT).value,
            "scorecard": move.scorecard,
            "rule": move.rule,
            "before": move.before,
            "after": move.after,
            "reason": move.reason,
            **shared,
        }
        for place, move in enumerate(transition.moves)
    ]


def _change(row: Mapping[str, Any]) -> Change:
    return Change(
        number=row["_id"],
        kind=ChangeKind(row["kind"]),
        blueprint=row["blueprint"],
        entity=row["entity"],
        teams=tuple(row["teams"]),
        scorecard=row["scorecard"],
        rule=row["rule"],
        before=row["before"],
        after=row["after"],
        reason=row["reason"],
        cause=convert(row["cause"], Cause),
        at=instant_text(row["at"]),
    )
