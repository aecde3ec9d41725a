"""A table: entities in groups, with a summary of each group and the places of its first rows.

One pass over the selected rows of one blueprint: those of a group are counted, by their levels, and by the
results of each rule, and those that stand first in the group's order are kept. An entity of several groups
counts in each, and once in the whole: where it is found first.
What of a row is counted stands in one list, the same thing at the same place in that of every row: so the
place alone tells what a value is of.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from bson import Int64
from motor.motor_asyncio import AsyncIOMotorDatabase
from msgspec import Struct

from levelmark.domain.errors import LimitExceededError
from levelmark.domain.json import Json
from levelmark.domain.score import Result
from levelmark.storage.alignment import aligned
from levelmark.storage.bounds import PATIENCE_MS, bounded
from levelmark.storage.pages import Selection
from levelmark.storage.passes import Place, Sorting, behind, placing
from levelmark.storage.tallies import Part
from levelmark.storage.values import score_value

MAX_GROUPS: Final = 1_000
"""Groups of a table, at most."""

MAX_CELLS: Final = 50_000
"""Summaries of a table, at most: of a group, as many as it has columns."""


class Layout(Struct, frozen=True):
    """What is shown: the rules of x entities are grouped, the first rows of each group.

    With `only`, that is of one group alone, the rows behind a place.
    """

    scorecards: Mapping[str, tuple[str, ...]]
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
        counted = _counted(found, layout)
        if len(counted.entities) > MAX_GROUPS:
            raise LimitExceededError(f"a table has {MAX_GROUPS:,} groups at most; narrow it by a filter")
        of_rules = sum(cell["_id"]["i"] > len(layout.scorecards) for cell in found["counts"])
        if max(len(counted.levels), of_rules) > MAX_CELLS:
            told = f"a table has {MAX_CELLS:,} summaries at most"
            raise LimitExceededError(f"{told}; name fewer scorecards, or narrow it by a filter")
        return counted


def _rows(layout: Layout) -> list[dict[str, Any]]:
    """One row for each entity in each of its groups `g`; `w` is 1 where it counts in the whole, else 0."""
    group = layout.group.value if layout.group else None
    shown = {
        "identifier": 1,
        "value": layout.sorting.value,
        "g": {"$ifNull": [group, None]},
        "f": _list(layout),
    }
    stages: list[dict[str, Any]] = [{"$project": shown}]
    if layout.group and layout.group.listed:
        how = {"path": "$g", "includeArrayIndex": "at", "preserveNullAndEmptyArrays": True}
        first = {"$cond": [{"$gt": ["$at", 0]}, 0, 1]}
        stages += [{"$unwind": how}, {"$set": {"g": {"$ifNull": ["$g", None]}, "w": first}}]
    if layout.only is not None:
        stages.append({"$match": {"$expr": {"$eq": ["$g", {"$literal": layout.only[0]}]}}})
    return stages


def _list(layout: Layout) -> dict[str, Any]:
    """What of a row is counted: the entity itself, its levels, and the results of the rules."""
    scores = {f"s{at}": score_value(card) for at, card in enumerate(layout.scorecards)}
    rules = zip(scores, layout.scorecards.values(), strict=True)
    results = [aligned(f"$${name}", some) for name, some in rules]
    levels = [f"$${name}.level" for name in scores]
    return {"$let": {"vars": scores, "in": {"$concatArrays": [[1, *levels], *results]}}}


def _places(layout: Layout) -> list[tuple[str, str | None]]:
    """The scorecard, and the rule where it is of one, that each place behind the first of the list is of."""
    levels = [(card, None) for card in layout.scorecards]
    return [*levels, *((card, rule) for card, rules in layout.scorecards.items() for rule in rules)]


def _answers(layout: Layout) -> dict[str, Any]:
    listed = layout.group is not None and layout.group.listed
    counts = {"number": {"$sum": 1}} | ({"whole": {"$sum": "$w"}} if listed else {})
    alike = {"x": "$_id.x", "n": "$number", "w": "$whole" if listed else "$number"}
    return {
        "rows": _first_rows(layout),
        "counts": [
            {"$project": {"_id": 0, "g": 1, "w": 1, "f": 1}},  # all of a row is copied for each member
            {"$unwind": {"path": "$f", "includeArrayIndex": "i"}},
            {"$group": {"_id": {"g": "$g", "i": "$i", "x": "$f"}, **counts}},
            {"$set": {"known": {"$gt": ["$_id.x", None]}}},
            {"$match": {"known": True}},  # by `_id.x` itself, it would be done ahead of the group, to each
            {"$group": {"_id": {"g": "$_id.g", "i": "$_id.i"}, "alike": {"$push": alike}}},
            {"$sort": {"_id.i": 1}},  # the groups first: these are bounded first
            {"$limit": MAX_GROUPS + 2 * MAX_CELLS + 1},  # with these, one of the bounds is passed
        ],
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


def _counted(found: Mapping[str, Any], layout: Layout) -> Counted:
    counts = list(_counts(found["counts"], layout))
    return Counted(
        tuple(one for one in counts if type(one) is Count),
        tuple(one for one in counts if isinstance(one, LevelCount)),
        tuple(one for one in counts if isinstance(one, ResultCount)),
        tuple((_plain(one["_id"]), tuple(map(_placed, one["rows"]))) for one in found["rows"]),
    )


def _counts(cells: Iterable[Mapping[str, Any]], layout: Layout) -> Iterator[Count]:
    places = _places(layout)
    for cell in cells:
        group, place = _plain(cell["_id"]["g"]), cell["_id"]["i"]
        for one in cell["alike"]:
            value, number, whole = one["x"], one["n"], one["w"]
            if place == 0:
                yield Count(group, number, whole)
                continue
            card, rule = places[place - 1]
            if rule is None:
                yield LevelCount(group, number, whole, card, value)
            else:
                yield ResultCount(group, number, whole, card, rule, Result(value))


def _placed(row: Mapping[str, Any]) -> tuple[object, Place]:
    return row["row"], Place(row["rank"], _plain(row["key"]), row["identifier"])


def _plain(value: Json) -> Json:
    return int(value) if type(value) is Int64 else value
