"""Trends: what stood at an instant, and what befell each group until another, read from the history.

Most states leave an entity in its groups: their moves are counted inside the database, by point and group.
The few that take it into others are fetched, and told apart by the engine.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any, Final, TypeAlias

from motor.motor_asyncio import AsyncIOMotorDatabase

from levelmark.engine.trend.events import Event, What, events
from levelmark.engine.trend.intervals import place
from levelmark.engine.trend.scope import Scope
from levelmark.engine.trend.tags import Group, TagKind
from levelmark.storage import happenings
from levelmark.storage.bounds import PATIENCE_MS, bounded
from levelmark.storage.crossings import origin_of, read_fields, standings
from levelmark.storage.happenings import FIRST_VERSION
from levelmark.storage.indexes import BEGUN, CHANGED, STATES_OF, STATES_OF_TEAMS, Index
from levelmark.storage.sources import as_of
from levelmark.storage.tags import has_one_of

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
        index, conditions = _index(scope), [{"blueprint": scope.blueprint}, *_having(scope)]
        standing = as_of(at).meeting(conditions, served=index is not None)
        async for count in self._aggregated([{"$match": standing}, *happenings.standing(scope)], index):
            for group in happenings.groups_of(scope, count["_id"]):
                for what, value, times in happenings.stood(count):
                    yield group, what, value, times

    async def befell(self, scope: Scope, begin: datetime, ats: Sequence[datetime]) -> AsyncIterator[Befell]:
        """What happened after `begin`, by the points at `ats`, which are in order."""
        async for stayed in self._stayed(scope, begin, ats):
            yield stayed
        async for crossed in self._crossed(scope, begin, ats):
            yield crossed

    async def _stayed(self, scope: Scope, begin: datetime, ats: Sequence[datetime]) -> AsyncIterator[Befell]:
        conditions = [_within(scope, begin, ats[-1]), *_having(scope), _staying(scope)]
        pipeline = [{"$match": {"$and": conditions}}, *happenings.moving(scope, ats)]
        async for count in self._aggregated(pipeline, _index(scope) or BEGUN):
            event = happenings.moved(count)
            for group in happenings.groups_of(scope, count["_id"]):
                yield count["_id"]["p"], group, event, count["times"]

    async def _aggregated(
        self, pipeline: list[dict[str, Any]], index: Index | None
    ) -> AsyncIterator[dict[str, Any]]:
        with bounded():
            hint = {} if index is None else {"hint": index}
            cursor = self._rows.aggregate(
                pipeline, allowDiskUse=False, maxTimeMS=PATIENCE_MS, batchSize=_BATCH, **hint
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
            cursor = self._rows.find(
                {"$and": conditions},
                read_fields(scope),
                hint=_index_of_crossings(scope),
                max_time_ms=PATIENCE_MS,
            )
            async for row in cursor.batch_size(_BATCH):
                seen = place(ats, row["from"])
                for group, event, times in events(*standings(row, scope), origin_of(row)):
                    yield seen, group, event, times


def _within(scope: Scope, begin: datetime, end: datetime) -> dict[str, Any]:
    return {"blueprint": scope.blueprint, "from": {"$gt": begin, "$lte": end}}


# Left to itself, the database tries several indexes and chooses by the first hundred rows: that may be one
# that leads through all the others, too.
def _index(scope: Scope) -> Index | None:
    """The index that leads to those who count and no others; None where none does."""
    if any(tag.kind is TagKind.IDENTIFIER for tag, _ in scope.where):
        return STATES_OF
    return None if scope.teams is None else STATES_OF_TEAMS


def _index_of_crossings(scope: Scope) -> Index | None:
    """The same of those that came into other groups; None where it takes several of them."""
    if scope.teams is not None:
        return None
    return BEGUN if scope.levelled else CHANGED


def _having(scope: Scope) -> list[dict[str, Any]]:
    """What rows that stand, or stay, where they count have."""
    conditions = (has_one_of(tag, values) for tag, values in scope.where)
    return [one for one in conditions if one is not None]


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
