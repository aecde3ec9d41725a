"""Tallies: rule results counted by groups, inside the database.

One pass over the selected rows of one blueprint. Of each row, no more comes out than the groups need: the
numbers of its results, of all scorecards at once or of each, or each result alone, told by its place.
Results are counted by leaving out those that passed, then those that did not, and so on: each filter sees
what the one before has left. An entity is in each group at most once for each thing that it is counted by.
"""

from collections.abc import Mapping
from enum import Enum
from typing import Any, Final

from bson import Int64
from motor.motor_asyncio import AsyncIOMotorDatabase
from msgspec import Struct

from levelmark.domain.json import Json
from levelmark.domain.score import Result
from levelmark.domain.tally import Tally
from levelmark.storage.alignment import aligned
from levelmark.storage.bounds import PATIENCE_MS, bounded
from levelmark.storage.pages import Selection
from levelmark.storage.ranking import Ranking, ranked
from levelmark.storage.values import score_value

_KINDS: Final = tuple(one.value for one in Result)
_FIGURES: Final = ("passed", "notPassed", "noData", "errors")
_SIZES: Final = ("t", "a", "b", "c")  # of all results, and of those that the filters leave one after another


class Grain(Enum):
    """How finely the results of an entity are told apart."""

    ENTITY = "ENTITY"
    SCORE = "SCORE"
    RULE = "RULE"


class Part(Struct, frozen=True):
    """A part of a group's key: an expression over a row; `listed` says that it is a list, and each counts."""

    value: Any
    listed: bool = False


class ScorePart(Enum):
    """A part of a group's key that a score or a result tells."""

    SCORECARD = "c"
    LEVEL = "l"
    RULE = "r"
    RULE_LEVEL = "on"


class Tallying(Struct, frozen=True):
    """What is counted, and by what.

    `rules` are those that count: by scorecard, each with its level; `some` says that they are not all of
    their scorecards' rules. With `levels`, the entities of a group are counted by the level that they have
    reached in its scorecard.
    """

    rules: Mapping[str, Mapping[str, str]]
    parts: tuple[Part | ScorePart, ...] = ()
    grain: Grain = Grain.ENTITY
    some: bool = False
    levels: bool = False


class Tallied(Struct, frozen=True):
    """One group: its key, its results, its entities, and (where it was asked for) these by level."""

    key: tuple[Json, ...]
    tally: Tally
    entities: int
    levels: Mapping[str, int] = {}


class TallyStore:
    """Counts the results of entities."""

    def __init__(self, database: AsyncIOMotorDatabase[dict[str, Any]]) -> None:
        self._database = database

    async def tallies(self, selection: Selection, tallying: Tallying, ranking: Ranking) -> list[Tallied]:
        """The groups of the selected entities in that order, those with a score alone."""
        if not tallying.rules:
            return []
        pipeline = [{"$match": selection.conditions()}, *stages(tallying), *ranked(ranking, tallying.parts)]
        with bounded():
            source = selection.source
            cursor = source.aggregate(self._database, pipeline, allowDiskUse=False, maxTimeMS=PATIENCE_MS)
            rows = await cursor.to_list(None)
        return [_tallied(row, len(tallying.parts)) for row in rows]


def _tallied(row: Mapping[str, Any], parts: int) -> Tallied:
    levels = {one["level"]: one["entities"] for one in row.get("levels", ()) if one["level"] is not None}
    key = tuple(_plain(row["_id"].get(f"k{place}")) for place in range(parts))
    return Tallied(key, Tally(*(row[name] for name in _FIGURES)), row["entities"], levels)


def _plain(value: Json) -> Json:
    return int(value) if type(value) is Int64 else value


def stages(tallying: Tallying) -> list[dict[str, Any]]:
    """From rows to groups, each with its key in `_id`, its figures and its entities."""
    own = {f"v{place}": one.value for place, one in enumerate(tallying.parts) if isinstance(one, Part)}
    listed = [
        f"$v{place}" for place, one in enumerate(tallying.parts) if isinstance(one, Part) and one.listed
    ]
    fine = tallying.grain is Grain.RULE
    return [
        {"$project": {"_id": 0, **own, "of": counted(tallying)}},
        *({"$unwind": {"path": one, "preserveNullAndEmptyArrays": True}} for one in listed),
        {"$unwind": "$of"},
        *(_by_result(tallying) if fine else _by_size(tallying)),
    ]


def _own_key(tallying: Tallying) -> dict[str, Any]:
    """What an entity's own values put into a group's key."""
    parts = enumerate(tallying.parts)
    return {f"k{at}": {"$ifNull": [f"$v{at}", None]} for at, one in parts if isinstance(one, Part)}


def _score_key(tallying: Tallying, told: Mapping[ScorePart, Any]) -> dict[str, Any]:
    """What a score or a result puts into it."""
    parts = enumerate(tallying.parts)
    return {f"k{at}": told[one] for at, one in parts if isinstance(one, ScorePart)}


def _by_size(tallying: Tallying) -> list[dict[str, Any]]:
    told = {ScorePart.SCORECARD: "$of.c", ScorePart.LEVEL: "$of.l"}
    key = {"k": _own_key(tallying) | _score_key(tallying, told)} | ({"l": "$of.l"} if tallying.levels else {})
    sums = {name: {"$sum": f"$of.n.{name}"} for name in _SIZES}
    differences = {
        figure: {"$subtract": [f"${more}", f"${less}"]} if less else f"${more}"
        for figure, more, less in zip(_FIGURES, _SIZES, (*_SIZES[1:], None), strict=True)
    }
    group = {"$group": {"_id": key, "entities": {"$sum": 1}, **sums}}
    last = _together() if tallying.levels else {"$set": {"_id": "$_id.k"}}
    return [group, {"$project": {"entities": 1, **differences}}, last]


def _by_result(tallying: Tallying) -> list[dict[str, Any]]:
    """Results are told apart by scorecard and place, which are numbers; named when they are few groups."""
    own, levels = _own_key(tallying), tallying.levels or ScorePart.LEVEL in tallying.parts
    score = {**own, "c": "$of.c"} | ({"l": "$of.l"} if levels else {})
    apart = {name: f"${name}" for name in (*score, "i")}
    figures = {
        figure: {"$cond": [{"$eq": ["$_id.x", kind]}, "$entities", 0]}
        for figure, kind in zip(_FIGURES, _KINDS, strict=True)
    }
    named = {"k": _named_key(tallying), "l": "$_id.l" if tallying.levels else None}
    return [
        {"$project": {**score, "x": "$of.x"}},
        {"$unwind": {"path": "$x", "includeArrayIndex": "i"}},
        {"$group": {"_id": {**apart, "x": "$x"}, "entities": {"$sum": 1}}},
        {"$project": {"entities": 1, "known": {"$gt": ["$_id.x", None]}, **figures}},
        {"$match": {"known": True}},  # by `_id.x` itself, it would be done ahead of the group, to each
        _grouped({name: f"$_id.{name}" for name in apart}),
        # Several rules on one level: each was evaluated on the same entities.
        _grouped(named, entities="$max"),
        _together(),
    ]


def _named_key(tallying: Tallying) -> dict[str, Any]:
    rules = tallying.rules.values()
    told = {
        ScorePart.SCORECARD: _at("$_id.c", list(tallying.rules)),
        ScorePart.LEVEL: "$_id.l",
        ScorePart.RULE: _at("$_id.i", _at("$_id.c", [list(one) for one in rules])),
        ScorePart.RULE_LEVEL: _at("$_id.i", _at("$_id.c", [list(one.values()) for one in rules])),
    }
    own = (f"k{at}" for at, one in enumerate(tallying.parts) if isinstance(one, Part))
    return {name: f"$_id.{name}" for name in own} | _score_key(tallying, told)


def _at(place: str, many: Any) -> dict[str, Any]:
    return {"$arrayElemAt": [{"$literal": many} if isinstance(many, list) else many, place]}


def _grouped(key: Any, entities: str = "$sum") -> dict[str, Any]:
    sums = {name: {"$sum": f"${name}"} for name in _FIGURES}
    return {"$group": {"_id": key, **sums, "entities": {entities: "$entities"}}}


def _together() -> dict[str, Any]:
    """One group of those that differ by level or rule alone."""
    group: dict[str, Any] = _grouped("$_id.k")["$group"]
    return {"$group": group | {"levels": {"$push": {"level": "$_id.l", "entities": "$entities"}}}}


def counted(tallying: Tallying) -> Any:
    """The list of what of a row is counted apart: scorecard `c`, level `l`, and the results.

    These are numbers `n`, or, where each rule counts alone, results `x` in the order of the rules; of these,
    `c` is the place of the scorecard.
    """
    if tallying.grain is Grain.RULE:
        return [_results(at, card, list(rules)) for at, (card, rules) in enumerate(tallying.rules.items())]
    own = {"$in": ["$$score.scorecard", {"$literal": list(tallying.rules)}]}
    scores = {"$filter": {"input": "$scores", "as": "score", "cond": own}}
    if tallying.grain is Grain.ENTITY and len(tallying.rules) > 1:
        return _whole(scores, tallying)
    sizes = {"c": "$$score.scorecard", "l": "$$score.level", "n": _sizes(_kept(tallying))}
    return {"$map": {"input": scores, "as": "score", "in": sizes}}


def _results(at: int, card: str, rules: list[str]) -> dict[str, Any]:
    told = {"c": {"$literal": at}, "l": "$$score.level", "x": aligned("$$score", rules)}
    return {"$let": {"vars": {"score": score_value(card)}, "in": told}}


def _whole(scores: dict[str, Any], tallying: Tallying) -> dict[str, Any]:
    kept = {"$map": {"input": "$$scores", "as": "score", "in": _kept(tallying)}}
    one = {"n": _sizes(_joined(kept))}
    return {"$let": {"vars": {"scores": scores}, "in": {"$cond": [{"$eq": ["$$scores", []]}, [], [one]]}}}


def _kept(tallying: Tallying) -> dict[str, Any]:
    """The results of a score that count."""
    place = {"$indexOfArray": [{"$literal": list(tallying.rules)}, "$$score.scorecard"]}
    rules = {"$arrayElemAt": [{"$literal": [list(rules) for rules in tallying.rules.values()]}, place]}
    own = {"$in": ["$$one.rule", "$$rules"]}
    kept = {"$filter": {"input": "$$score.results", "as": "one", "cond": own}}
    return {"$let": {"vars": {"rules": rules}, "in": kept}}


def _joined(lists: dict[str, Any]) -> dict[str, Any]:
    together = {"$concatArrays": ["$$value", "$$this"]}
    return {"$reduce": {"input": lists, "initialValue": [], "in": together}}


def _sizes(results: Any) -> dict[str, Any]:
    def without(name: str, kind: str) -> Any:
        return {"$filter": {"input": f"$${name}", "as": "one", "cond": {"$ne": ["$$one", kind]}}}

    passed, not_passed, no_data, _ = _KINDS
    counts: dict[str, Any] = {name: {"$size": f"$${name}"} for name in ("t", "a", "b")} | {
        "c": {"$size": without("b", no_data)}
    }
    last = {"$let": {"vars": {"b": without("a", not_passed)}, "in": counts}}
    inner = {"$let": {"vars": {"a": without("t", passed)}, "in": last}}
    return {
        "$let": {
            "vars": {"kept": results},
            "in": {"$let": {"vars": {"t": "$$kept.result"}, "in": inner}},
        }
    }
