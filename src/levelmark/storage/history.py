"""The history: every state that entities were in, each from its first instant until that of the next.

A row has the shape of a row of `entities`; `from` and `to` say when it stood, `fork` finds it by an instant
(see sources), and `moves`, `changed` and `before` tell how it came from the state before. The row of a
deletion, `gone`, stands for no time. A state is written here before the next one takes its place, so a crash
loses none; it is written under its own key, so nobody writes it twice.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from motor.motor_asyncio import AsyncIOMotorDatabase
from msgspec import Struct, to_builtins
from pymongo import InsertOne, UpdateOne, WriteConcern
from pymongo.errors import BulkWriteError

from levelmark.domain.change import Standing, Transition
from levelmark.domain.entity import Entity
from levelmark.storage.errors import translated
from levelmark.storage.keys import escape
from levelmark.storage.rows import held, of_keys, state_fields
from levelmark.storage.sources import FOREVER, OPEN, fork

_DUPLICATE: Final = 11000
_OWN: Final = frozenset({"_id", "uid", "version", "from", "to", "fork", "cause", "moves", "changed", "before",
                         "gone", "scores"})  # fmt: skip


class State(Struct, frozen=True):
    """A state to be kept: the transition that brought it, and the entity; None where that one is gone."""

    transition: Transition
    entity: Entity | None


class HistoryStore:
    """Keeps states, and finds those that stood at an instant."""

    def __init__(self, database: AsyncIOMotorDatabase[dict[str, Any]]) -> None:
        self._rows = database["history"]
        # An outbox is settled only afterwards: a primary that is lost before the majority has this, or a
        # crash before it is in the journal, takes the settling with it, and the state is kept once more.
        self._hasty = self._rows.with_options(write_concern=WriteConcern(w=1))
        self._waiting: list[State] = []
        self._turn = asyncio.Lock()

    def put(self, states: Iterable[State]) -> None:
        """Has these kept with the next flush: many at once cost little more than one."""
        self._waiting += states

    @property
    def waiting(self) -> int:
        """How many states are yet to be kept."""
        return len(self._waiting)

    async def flush(self) -> None:
        """Returns when all is kept that was put; whoever reads the history calls it first."""
        async with self._turn:
            states = self._waiting[:]
            self._waiting.clear()
            try:
                await self.keep(states)
            except BaseException:
                self._waiting[:0] = states
                raise

    async def keep(self, states: Sequence[State]) -> None:
        """Returns when all of these are kept; the states before those of the living must be so already."""
        fresh = {state.transition.id: state for state in states}
        rows = [row(state.transition, state.entity) for state in fresh.values() if state.entity is not None]
        rows += await self._of_the_gone([one.transition for one in fresh.values() if one.entity is None])
        await self._bulk([InsertOne(one) for one in rows])
        # The ends come last: one may be of what came just now. What was there already keeps its own.
        await self._bulk([end for state in fresh.values() if (end := _end(state.transition))])

    async def _bulk(self, requests: Sequence[InsertOne[dict[str, Any]] | UpdateOne]) -> None:
        if not requests:
            return
        try:
            with translated():
                await self._hasty.bulk_write(list(requests), ordered=False)
        except BulkWriteError as error:
            if any(one["code"] != _DUPLICATE for one in error.details["writeErrors"]):
                raise

    async def _of_the_gone(self, transitions: Sequence[Transition]) -> list[dict[str, Any]]:
        ended = {key(one.uid, one.previous): one for one in transitions if one.previous is not None}
        if not ended:
            return []
        with translated():
            last = await self._rows.find({"_id": {"$in": list(ended)}}).to_list(None)
        return [gone_row(one, ended[one["_id"]]) for one in last]

    async def get(self, keys: Iterable[tuple[str, str]], at: datetime) -> dict[tuple[str, str], Entity]:
        """The entities of these (blueprint, identifier) pairs that stood at the instant, as they did."""
        wanted = list(keys)
        if not wanted:
            return {}
        await self.flush()
        condition = {"$and": [of_keys(wanted), {"from": {"$lte": at}, "to": {"$gt": at}}]}
        with translated():
            rows = await self._rows.find(condition).batch_size(len(wanted) + 1).to_list(None)
        found = [held(one).entity for one in rows]
        return {(one.blueprint, one.identifier): one for one in found}


def key(uid: str, standing: Standing) -> str:
    """The key of a state's row."""
    return f"{uid}.{standing.version}"


def row(transition: Transition, entity: Entity) -> dict[str, Any]:
    """The row of a state that still stands."""
    return {
        "_id": transition.id,
        "uid": transition.uid,
        **_times(transition, FOREVER),
        **_told(transition),
        **state_fields(entity),
        # Time may have moved on without anything to see: the row is of the write that brought the state.
        "version": transition.version,
    }


def gone_row(last: Mapping[str, Any], transition: Transition) -> dict[str, Any]:
    """The row that a deletion adds behind the row of the last state."""
    at = datetime.fromisoformat(transition.at)
    return {
        "_id": transition.id,
        "uid": transition.uid,
        **_times(transition, at),
        **_told(transition),
        "gone": True,
        **{field: value for field, value in last.items() if field not in _OWN},
        "version": transition.version,
        "scores": [],
    }


def _times(transition: Transition, end: datetime) -> dict[str, Any]:
    begin = datetime.fromisoformat(transition.at)
    return {"from": begin, "to": end, "fork": OPEN if end == FOREVER else fork(begin, end)}


def _told(transition: Transition) -> dict[str, Any]:
    before = to_builtins(transition.difference)
    names = before.pop("names", ())
    moves = [
        {"scorecard": move.scorecard, "rule": move.rule, "before": move.before, "after": move.after}
        for move in transition.moves
    ]
    return {
        "cause": to_builtins(transition.cause),
        "moves": moves,
        "changed": list(names),
        "before": escape(before),
    }


def _end(transition: Transition) -> UpdateOne | None:
    previous = transition.previous
    if previous is None:
        return None
    begin, end = datetime.fromisoformat(previous.at), datetime.fromisoformat(transition.at)
    fields = {"to": end, "fork": fork(begin, end)}
    return UpdateOne({"_id": key(transition.uid, previous), "fork": OPEN}, {"$set": fields})
