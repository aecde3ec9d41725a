"""Happenings: the stages by which MongoDB counts what stands in rows of the history, and what they tell.

The key of a count holds what the rows hold of the tags, as it is; which groups that means is the engine's
matter. Results are counted by leaving out those of one kind after another; moves are unwound.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from levelmark.domain.change import CauseKind
from levelmark.domain.score import Result
from levelmark.engine.trend.events import ORIGINS, Event, Origin, What
from levelmark.engine.trend.scope import Scope
from levelmark.engine.trend.tags import Group
from levelmark.storage.tags import held_of, values_of

FIRST_VERSION: Final = 1
"""That of an entity's first state."""

_KINDS: Final = tuple(one.value for one in Result)
_SIZES: Final = ("n0", "n1", "n2", "n3")  # of all results, and of those that are left one after another
_WHAT: Final = {"string": What.RESULT, "null": What.LEVEL, "bool": What.ENTITY}
_ENTITY: Final = False
"""Stands for a rule in what is told as a move of the whole entity."""


def _tags(scope: Scope) -> dict[str, Any]:
    return {f"t{place}": held_of(tag) for place, tag in enumerate(scope.tags)}


def _key(names: Sequence[str]) -> dict[str, str]:
    return {name: f"${name}" for name in names}


def groups_of(scope: Scope, key: Mapping[str, Any]) -> frozenset[Group]:
    """The groups that a count is of."""
    held = {tag: key.get(f"t{place}") for place, tag in enumerate(scope.tags)}
    return scope.groups(lambda tag: values_of(tag, held[tag]))


def standing(scope: Scope) -> list[dict[str, Any]]:
    """From rows to counts of entities and results, by tags, and by level where there is one scorecard."""
    tags = _tags(scope)
    left: dict[str, Any] = {"x0": "$r"}
    for place, kind in enumerate(_KINDS[:-1]):
        others = {"$filter": {"input": f"$x{place}", "as": "one", "cond": {"$ne": ["$$one", kind]}}}
        left[f"x{place + 1}"] = others
    sizes = {name: {"$sum": {"$size": f"$x{place}"}} for place, name in enumerate(_SIZES)}
    return [
        {"$project": {"_id": 0, **tags, "s": _scores(scope)}},
        {"$project": _key([*tags]) | {"l": _level(scope), "x0": _results(scope)}},
        *({"$set": {name: one}} for name, one in left.items() if name != "x0"),
        {"$group": {"_id": _key([*tags, "l"]), "entities": {"$sum": 1}, **sizes}},
    ]


def _scores(scope: Scope) -> Any:
    return _filtered("$scores", "$$one.scorecard", scope.scorecard)


def _level(scope: Scope) -> Any:
    return {"$literal": None} if scope.scorecard is None else {"$arrayElemAt": ["$s.level", 0]}


def _results(scope: Scope) -> dict[str, Any]:
    own: Any = "$$this.results.result"
    if scope.rule is not None:
        wanted = _filtered("$$this.results", "$$one.rule", scope.rule)
        own = {"$let": {"vars": {"wanted": wanted}, "in": "$$wanted.result"}}
    return {"$reduce": {"input": "$s", "initialValue": [], "in": {"$concatArrays": ["$$value", own]}}}


def _filtered(items: str, field: str, value: str | None) -> Any:
    if value is None:
        return items
    return {"$filter": {"input": items, "as": "one", "cond": {"$eq": [field, {"$literal": value}]}}}


def stood(count: Mapping[str, Any]) -> Iterator[tuple[What, str, int]]:
    """What a count says that stood, and how often."""
    yield What.ENTITY, "", count["entities"]
    if (level := count["_id"].get("l")) is not None:
        yield What.LEVEL, level, count["entities"]
    left = [*(count[name] for name in _SIZES), 0]
    for place, kind in enumerate(_KINDS):
        yield What.RESULT, kind, left[place] - left[place + 1]


def moving(scope: Scope, ats: Sequence[datetime]) -> list[dict[str, Any]]:
    """From rows to counts of moves, by tags and point."""
    tags = _tags(scope)
    point = _place(ats, 0, len(ats) - 1)
    row = {"_id": 0, **tags, "p": point, "c": "$cause.kind", "m": _moves(scope), "turned": _turned()}
    move = {"b": "$m.before", "a": "$m.after", "w": {"$type": "$m.rule"}, "r": _ruled()}
    return [
        {"$project": row},
        {"$unwind": "$m"},
        {"$match": _wanted(scope)},
        {"$group": {"_id": _key([*tags, "p", "c"]) | move, "times": {"$sum": 1}}},
    ]


def _place(ats: Sequence[datetime], first: int, last: int) -> Any:
    """The place of the first of the instants that is not before a row's: found by halves."""
    if first == last:
        return {"$literal": first}
    middle = (first + last) // 2
    halves = _place(ats, first, middle), _place(ats, middle + 1, last)
    return {"$cond": [{"$lte": ["$from", ats[middle]]}, *halves]}


def _moves(scope: Scope) -> dict[str, Any]:
    """The moves, and where the entity is new or gone, that as one more."""
    own = {"scorecard": {"$literal": scope.scorecard}, "rule": {"$literal": _ENTITY}}
    created, deleted = ({**own, "before": None, "after": ""}, {**own, "before": "", "after": None})
    branches = [
        {"case": {"$eq": ["$version", FIRST_VERSION]}, "then": {"$concatArrays": ["$moves", [created]]}},
        {"case": {"$eq": ["$gone", True]}, "then": {"$concatArrays": ["$moves", [deleted]]}},
    ]
    return {"$switch": {"branches": branches, "default": "$moves"}}


def _turned() -> dict[str, Any]:
    """The scorecards in which the entity gets or loses its score."""
    none = {"$or": [{"$eq": ["$$one.before", None]}, {"$eq": ["$$one.after", None]}]}
    levels = {
        "$filter": {"input": "$moves", "as": "one", "cond": {"$and": [{"$eq": ["$$one.rule", None]}, none]}}
    }
    turned = {"$let": {"vars": {"levels": levels}, "in": "$$levels.scorecard"}}
    any_none = {"$or": [{"$in": [None, "$moves.before"]}, {"$in": [None, "$moves.after"]}]}
    return {"$cond": [any_none, turned, []]}  # most rows are spared the filter


def _ruled() -> dict[str, Any]:
    """Whether a score that stays gets or loses a result: by nothing but its rules."""
    either = {"$or": [{"$eq": ["$m.before", None]}, {"$eq": ["$m.after", None]}]}
    stays = {"$not": [{"$in": ["$m.scorecard", "$turned"]}]}
    return {"$and": [either, {"$eq": [{"$type": "$m.rule"}, "string"]}, stays]}


def _wanted(scope: Scope) -> dict[str, Any]:
    if scope.scorecard is None:
        return {"m.rule": {"$ne": None}}
    rules = {} if scope.rule is None else {"m.rule": {"$in": [None, scope.rule, _ENTITY]}}
    return {"m.scorecard": scope.scorecard, **rules}


def moved(count: Mapping[str, Any]) -> Event:
    """The event that a count is of."""
    key = count["_id"]
    origin = Origin.RULE if key["r"] else ORIGINS[CauseKind(key["c"])]
    return Event(_WHAT[key["w"]], key["b"], key["a"], origin)
