"""The filling: one process draws a part of the year and inserts its rows, as writes would have left them."""

import gc
from collections.abc import Iterable, Iterator
from datetime import timedelta
from multiprocessing.connection import Connection
from typing import Any, Final

from bson import ObjectId
from msgspec import Struct
from pymongo import MongoClient, WriteConcern

from benchmarks.year.definitions import compiled
from benchmarks.year.lives import Sizes
from benchmarks.year.states import State, Told, told
from levelmark.domain.change import Transition
from levelmark.plugins.loading import load_registry
from levelmark.storage.history import gone_row, row
from levelmark.storage.log import change_rows
from levelmark.storage.rows import Held, entity_fields, state_fields
from levelmark.storage.searching import search_field
from levelmark.storage.sources import fork

_BATCH: Final = 5_000
_DAY: Final = timedelta(days=1)

_Row = dict[str, Any]


class Place(Struct, frozen=True):
    """Where rows go, and the stamp of the definitions that are there."""

    url: str
    database: str
    stamp: str


def fill(place: Place, sizes: Sizes, part: int, numbers: Connection) -> None:
    """Inserts all rows of a part; `numbers` are those of the changes (see numbering)."""
    gc.disable()  # what is drawn lives long and has no circles; to look for them takes a third of the time
    with MongoClient[_Row](place.url, tz_aware=True) as client:
        filling = _Filling(client, place)
        for day in _days(told(compiled(load_registry()), sizes, part), sizes):
            numbers.send([(one.at.timestamp(), len(one.transition.moves)) for one in day])
            for one, first in zip(day, numbers.recv(), strict=True):
                filling.take(one, first)
        numbers.send(None)
        filling.end()


def _days(everything: Iterable[Told], sizes: Sizes) -> Iterator[list[Told]]:
    """What came on each day, from the first to the last."""
    end, day = sizes.loaded + _DAY, list[Told]()
    for one in everything:
        while one.at >= end:
            yield day
            end, day = end + _DAY, []
        day.append(one)
    while end <= sizes.until + _DAY:
        yield day
        end, day = end + _DAY, []


class _Filling:
    """Gathers rows and inserts them in batches."""

    def __init__(self, client: MongoClient[_Row], place: Place) -> None:
        self._database = client.get_database(place.database, write_concern=WriteConcern(w=1))
        self._stamp = place.stamp
        self._waiting: dict[str, list[_Row]] = {"entities": [], "history": [], "changes": []}

    def take(self, one: Told, first: int) -> None:
        """Takes the rows of what came; `first` is the number of its first change."""
        self._add("changes", numbered(one.transition, first))
        if one.gone is not None:
            self._add("history", [gone_row(state_fields(one.state.entity), one.gone)])
            return
        self._add("history", [history_row(one.state)])
        if one.state.end is None:
            self._add("entities", [entity_row(one.state, self._stamp)])

    def end(self) -> None:
        """Inserts what is left."""
        for name, rows in self._waiting.items():
            if rows:
                self._database[name].insert_many(rows, ordered=False)

    def _add(self, name: str, rows: list[_Row]) -> None:
        waiting = self._waiting[name]
        waiting += rows
        if len(waiting) >= _BATCH:
            self._database[name].insert_many(waiting, ordered=False)
            waiting.clear()


def numbered(transition: Transition, first: int) -> list[_Row]:
    """The rows of the transition's changes, appended by themselves."""
    rows = [{**one, "_id": place} for place, one in enumerate(change_rows(transition), start=first)]
    if rows:
        rows[-1]["wakes"] = True
    return rows


def history_row(state: State) -> _Row:
    """The state's row in the history, which ends where the next one begins."""
    fields = row(state.transition, state.entity)
    if state.end is not None:
        fields |= {"to": state.end, "fork": fork(state.begin, state.end)}
    return fields


def entity_row(state: State, stamp: str) -> _Row:
    """The row of an entity that lives."""
    entity = state.entity
    fields = entity_fields(Held(entity, stamp, standing=state.transition.standing))
    own = {"search": search_field(entity), "token": state.transition.id, "outbox": [], "ripples": []}
    return {"_id": ObjectId(entity.uid), **fields, **own}
