"""A table: entities in groups, with a summary of each group and the places of its first rows.

One pass over the selected rows of one blueprint: those of a group are counted, by their levels, and by the
results of each rule, and those that stand first in the group's order are kept. An entity of several groups
counts in each, and once in the whole: where it is found first.
"""

from collections.abc import Mapping
from typing import Any, Final

from bson import Int64
from motor.motor_asyncio import AsyncIOMotorDatabase
from msgspec import Struct

from levelmark.domain.errors import LimitExceededError
from levelmark.domain.json import Json
from levelmark.domain.score import Result
from levelmark.storage.bounds import PATIENCE_MS, bounded
from levelmark.storage.pages import Selection
from levelmark.storage.passes import Place, Sorting, behind, placing
from levelmark.storage.tallies import Part

MAX_GROUPS: Final = 1_000
"""Groups of a table, at most."""

MAX_CELLS: Final = 50_000
"""Summaries of a table, at most: of a group, as many as it has columns."""

_KINDS: Final = {"p": Result.PASSED, "n": Result.NOT_PASSED, "d": Result.NO_DATA, "e": Result.ERROR}


class Layout(Struct, frozen=True):
    """What is shown: which scorecards, by what entities are grouped, and the first rows of each group.

    With `only`, that is of one group alone, the rows behind a place.
    """

    scorecards: tuple[str, ...]
    group: Part | None
    sorting: Sorting
    rows: int
    only: tuple[Json, Place | None] | None = None


class Count(Struct, frozen=True):
    """How many entities of a group, and how many of these that count in the whole."""

    group: Json
    number: int
    whole: int


class LevelCount(Count, frozen=True):
    """Those on a level."""

    scorecard: str
    level: str


class ResultCount(Count, frozen=True):
    """Those with a result of a rule."""

    scorecard: str
    rule: str
    result: Result


class Counted(Struct, frozen=True):
    """All groups, what was counted of them, and of each the keys and places of its first rows."""

    entities: tuple[Count, ...]
    levels: tuple[LevelCount, ...]
    results: tuple[ResultCount, ...]
    rows: tuple[tuple[Json, tuple[tuple[object, Place], ...]], ...]


class TableStore:
    """Reads tables."""

    def __init__(self, database: AsyncIOMotorDatabase[dict[str, Any]]) -> None:
        self._database = database

    async def counted(self, selection: Selection, layout: Layout) -> Counted:
        """What the groups of the selected entities come to; raises LimitExceededError for too many."""
        pipeline = [{"$match": selection.conditions()}, *_rows(layout), {"$facet": _answers(layout)}]
        with bounded():
            source = selection.source
            cursor = source.aggregate(self._database, pipeline, allowDiskUse=False, maxTimeMS=PATIENCE_MS)
            (found,) = await cursor.to_list(None)
        if len(found["entities"]) > MAX_GROUPS:
            raise LimitExceededError(f"a table has {MAX_GROUPS:,} groups at most; narrow it by a filter")
        if max(len(found["levels"]), len(found["results"])) > MAX_CELLS:
            told = f"a table has {MAX_CELLS:,} summaries at most"
            raise LimitExceededError(f"{told}; name fewer scorecards, or narrow it by a filter")
        return _counted(found)


def _rows(layout: Layout) -> list[dict[str, Any]]:
    """One row for each entity in each of its groups `g`; `at` is the place of the group among these."""
    own = {"$in": ["$$score.scorecard", {"$literal": list(layout.scorecards)}]}
    group = layout.group.value if layout.group else None
    shown = {
        "identifier": 1,
        "value": layout.sorting.value,
        "g": {"$ifNull": [group, None]},
        "scores": {"$filter": {"input": "$scores", "as": "score", "cond": own}},
    }
    stages: list[dict[str, Any]] = [{"$project": shown}]
    if layout.group and layout.group.listed:
        how = {"path": "$g", "includeArrayIndex": "at", "preserveNullAndEmptyArrays": True}
        stages += [{"$unwind": how}, {"$set": {"g": {"$ifNull": ["$g", None]}}}]
    if layout.only is not None:
        stages.append({"$match": {"$expr": {"$eq": ["$g", {"$literal": layout.only[0]}]}}})
    return stages


def _answers(layout: Layout) -> dict[str, Any]:
    score = {"g": "$g", "at": "$at", "c": "$scores.scorecard"}
    result = {**score, "r": "$scores.results.rule", "x": "$scores.results.result"}
    by_rule = {"g": "$_id.g", "c": "$_id.c", "r": "$_id.r"}
    return {
        "entities": [_grouped("$g", layout), {"$limit": MAX_GROUPS + 1}],
        "rows": _first_rows(layout),
        "levels": [
            {"$unwind": "$scores"},
            _grouped({"g": score["g"], "c": score["c"], "l": "$scores.level"}, layout),
            {"$limit": MAX_CELLS + 1},
        ],
        "results": [
            {"$unwind": "$scores"},
            {"$unwind": "$scores.results"},
            _grouped({key: result[key] for key in ("g", "c", "r", "x")}, layout),
            {"$group": {"_id": by_rule, **_by_kind("number", ""), **_by_kind("whole", "w")}},
            {"$limit": MAX_CELLS + 1},
        ],
    }


def _grouped(key: Any, layout: Layout) -> dict[str, Any]:
    listed = layout.group is not None and layout.group.listed
    first = {"$cond": [{"$gt": ["$at", 0]}, 0, 1]} if listed else 1
    return {"$group": {"_id": key, "number": {"$sum": 1}, "whole": {"$sum": first}}}


def _by_kind(field: str, prefix: str) -> dict[str, Any]:
    return {
        prefix + name: {"$sum": {"$cond": [{"$eq": ["$_id.x", kind.value]}, f"${field}", 0]}}
        for name, kind in _KINDS.items()
    }


def _first_rows(layout: Layout) -> list[dict[str, Any]]:
    sorting, after = layout.sorting, layout.only[1] if layout.only else None
    direction = -1 if sorting.descending else 1
    kept = {"_id": 0, "row": "$_id", "g": 1, "identifier": 1, **placing(instants=sorting.instants)}
    best = {
        "n": layout.rows,
        "sortBy": {"rank": 1, "key": direction, "identifier": direction},
        "output": {"row": "$row", "rank": "$rank", "key": "$key", "identifier": "$identifier"},
    }
    return [
        {"$project": kept},
        *([] if after is None else [{"$match": behind(after, descending=sorting.descending)}]),
        {"$group": {"_id": "$g", "rows": {"$topN": best}}},
        {"$limit": MAX_GROUPS + 1},
    ]


def _counted(found: Mapping[str, Any]) -> Counted:
    return Counted(
        tuple(Count(_plain(one["_id"]), one["number"], one["whole"]) for one in found["entities"]),
        tuple(
            LevelCount(_plain(one["_id"]["g"]), one["number"], one["whole"], one["_id"]["c"], one["_id"]["l"])
            for one in found["levels"]
        ),
        tuple(
            ResultCount(
                _plain(one["_id"]["g"]), one[name], one[f"w{name}"], one["_id"]["c"], one["_id"]["r"], kind
            )
            for one in found["results"]
            for name, kind in _KINDS.items()
        ),
        tuple((_plain(one["_id"]), tuple(map(_placed, one["rows"]))) for one in found["rows"]),
    )


def _placed(row: Mapping[str, Any]) -> tuple[object, Place]:
    return row["row"], Place(row["rank"], _plain(row["key"]), row["identifier"])


def _plain(value: Json) -> Json:
    return int(value) if type(value) is Int64 else value
