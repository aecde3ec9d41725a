"""Trends: what stood at an instant, and what befell each group until another, read from the history.

Most states leave an entity in its groups: their moves are counted inside the database, by point and group.
The few that take it into others are fetched, and told apart by the engine.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypeAlias

from motor.motor_asyncio import AsyncIOMotorDatabase

from levelmark.engine.trend.events import Event, Origin, What, events
from levelmark.engine.trend.intervals import place
from levelmark.engine.trend.scope import Scope
from levelmark.engine.trend.tags import Group, tag_value
from levelmark.storage import happenings
from levelmark.storage.bounds import PATIENCE_MS, bounded
from levelmark.storage.crossings import origin_of, read_fields, standings
from levelmark.storage.happenings import FIRST_VERSION
from levelmark.storage.pages import Selection
from levelmark.storage.sources import as_of
from levelmark.storage.tags import is_one_of, tag_members

_BATCH: Final = 1_000

Stood: TypeAlias = tuple[Group, What, str, int]
"""So many of a value stood in a group: as many entities (""), entities on a level, or results."""

Befell: TypeAlias = tuple[int, Group, Event, int]
"""So many times an event befell a group, to be seen from the point at a place on."""


class TrendStore:
    """Reads trends out of the history."""

    def __init__(self, database: AsyncIOMotorDatabase[dict[str, Any]]) -> None:
        self._rows = database["history"]

    async def stood(self, scope: Scope, at: datetime) -> AsyncIterator[Stood]:
        """What stood at an instant."""
        selection = Selection(scope.blueprint, scope.teams, source=as_of(at))
        pipeline = [{"$match": selection.conditions()}, *_counted(scope, happenings.standing(scope))]
        async for row in self._aggregated(pipeline):
            key = row["_id"]
            yield _group(scope, key), What(key["w"]), key["a"], row["times"]

    async def befell(self, scope: Scope, begin: datetime, ats: Sequence[datetime]) -> AsyncIterator[Befell]:
        """What happened after `begin`, by the points at `ats`, which are in order."""
        async for stayed in self._stayed(scope, begin, ats):
            yield stayed
        async for crossed in self._crossed(scope, begin, ats):
            yield crossed

    async def _stayed(self, scope: Scope, begin: datetime, ats: Sequence[datetime]) -> AsyncIterator[Befell]:
        conditions = [_within(scope, begin, ats[-1]), _staying(scope)]
        if scope.teams is not None:
            conditions.append({"teams": {"$in": list(scope.teams)}})
        pipeline = [{"$match": {"$and": conditions}}, *_counted(scope, happenings.moved(scope), ats)]
        async for row in self._aggregated(pipeline):
            key = row["_id"]
            event = Event(What(key["w"]), key["b"], key["a"], Origin(key["o"]))
            yield key["p"], _group(scope, key), event, row["times"]

    async def _aggregated(self, pipeline: list[dict[str, Any]]) -> AsyncIterator[dict[str, Any]]:
        with bounded():
            cursor = self._rows.aggregate(
                pipeline, allowDiskUse=False, maxTimeMS=PATIENCE_MS, batchSize=_BATCH
            )
            async for row in cursor:
                yield row

    async def _crossed(self, scope: Scope, begin: datetime, ats: Sequence[datetime]) -> AsyncIterator[Befell]:
        crossing = _crossing(scope)
        if not crossing:
            return
        conditions = [_within(scope, begin, ats[-1]), {"$or": crossing}]
        if scope.teams is not None:
            named = {"$in": list(scope.teams)}
            conditions.append({"$or": [{"teams": named}, {"before.teams": named}]})
        with bounded():
            cursor = self._rows.find({"$and": conditions}, read_fields(scope), max_time_ms=PATIENCE_MS)
            async for row in cursor.batch_size(_BATCH):
                seen = place(ats, row["from"])
                for group, event in events(*standings(row, scope), origin_of(row)):
                    yield seen, group, event, 1


def _within(scope: Scope, begin: datetime, end: datetime) -> dict[str, Any]:
    return {"blueprint": scope.blueprint, "from": {"$gt": begin, "$lte": end}}


def _crossing(scope: Scope) -> list[dict[str, Any]]:
    """What rows that take an entity into other groups have, any of it."""
    names = {name for tag in scope.tags if (name := tag.changes_as) is not None}
    changed = [{"changed": {"$in": sorted(names)}}] if names else []
    return changed + [
        {"moves": {"$elemMatch": {"scorecard": scorecard, "rule": None}}} for scorecard in scope.levelled
    ]


def _staying(scope: Scope) -> dict[str, Any]:
    """What rows that leave an entity in its groups, and tell of something that counts, have."""
    move: dict[str, Any] = {"moves.0": {"$exists": True}}
    if scope.scorecard is not None:
        move = {"moves.scorecard": scope.scorecard}
    telling: dict[str, Any] = {"$or": [move, {"version": FIRST_VERSION}, {"gone": True}]}
    crossing = _crossing(scope)
    return {"$and": [telling, {"$nor": crossing}]} if crossing else telling


def _counted(
    scope: Scope, told: Mapping[str, Any], ats: Sequence[datetime] | None = None
) -> list[dict[str, Any]]:
    """The stages that count what rows tell, by group, and by point where there are points."""
    groups = {f"g{place}": tag_members(tag) for place, tag in enumerate(scope.by)}
    wanted = {f"f{place}": tag_members(tag) for place, (tag, _) in enumerate(scope.where)}
    point = {"p": _place(ats, 0, len(ats) - 1)} if ats is not None else {}
    key = {name: f"${name}" for name in (*groups, *point)} | {name: f"$t.{name}" for name in "wbao"}
    return [
        {"$project": {"_id": 0, **groups, **wanted, **point, "t": told}},
        *({"$match": is_one_of(f"f{place}", values)} for place, (_, values) in enumerate(scope.where)),
        *({"$unwind": f"${name}"} for name in (*groups, "t")),
        {"$group": {"_id": key, "times": {"$sum": 1}}},
    ]


def _place(ats: Sequence[datetime], first: int, last: int) -> Any:
    """The place of the first of the instants that is not before a row's: found by halves."""
    if first == last:
        return {"$literal": first}
    middle = (first + last) // 2
    halves = _place(ats, first, middle), _place(ats, middle + 1, last)
    return {"$cond": [{"$lte": ["$from", ats[middle]]}, *halves]}


def _group(scope: Scope, key: Mapping[str, Any]) -> Group:
    return tuple(tag_value(key[f"g{place}"]) for place in range(len(scope.by)))
