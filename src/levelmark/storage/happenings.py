"""Happenings: what a row of the history tells, as lists that MongoDB counts.

A happening is `w`, what it is about, with the value `b` before and `a` after it, and `o`, its origin: an
event of the engine's. What stands in a row is told in the same way, by `w` and `a`.
"""

from typing import Any, Final

from levelmark.engine.trend.events import ORIGINS, Origin, What
from levelmark.engine.trend.scope import Scope

FIRST_VERSION: Final = 1
"""That of an entity's first state."""


def standing(scope: Scope) -> dict[str, Any]:
    """What stands in a row: the entity, its level where one scorecard is looked at, and its results."""
    results = {"$map": {"input": _results(scope), "as": "one", "in": _told(What.RESULT, "$$one.result")}}
    level = {"$cond": [scope.scorecard is not None, [_told(What.LEVEL, "$$score.level")], []]}
    each = {"$map": {"input": _scores(scope), "as": "score", "in": {"$concatArrays": [level, results]}}}
    whole = {"$reduce": {"input": each, "initialValue": [], "in": {"$concatArrays": ["$$value", "$$this"]}}}
    return {"$concatArrays": [[_told(What.ENTITY, "")], whole]}


def _told(what: What, value: str) -> dict[str, Any]:
    return {"w": what.value, "a": value}


def _scores(scope: Scope) -> Any:
    return _filtered("$scores", "$$one.scorecard", scope.scorecard)


def _results(scope: Scope) -> Any:
    return _filtered("$$score.results", "$$one.rule", scope.rule)


def _filtered(items: str, field: str, value: str | None) -> Any:
    if value is None:
        return items
    return {"$filter": {"input": items, "as": "one", "cond": {"$eq": [field, {"$literal": value}]}}}


def moved(scope: Scope) -> dict[str, Any]:
    """What happened in a group to an entity that stays in it, or is new, or gone."""
    moves = {"$map": {"input": _moves(scope), "as": "move", "in": _move()}}
    origin = {"o": "$$origin"}
    created = [{"w": What.ENTITY.value, "b": None, "a": "", **origin}]
    deleted = [{"w": What.ENTITY.value, "b": "", "a": None, **origin}]
    entity = {"$cond": [{"$eq": ["$version", FIRST_VERSION]}, created, {"$cond": ["$gone", deleted, []]}]}
    whole = {"$concatArrays": [entity, moves]}
    return {"$let": {"vars": {"origin": _origin(), "turned": _turned()}, "in": whole}}


def _moves(scope: Scope) -> Any:
    wanted: list[Any] = []
    if scope.scorecard is None:
        wanted.append({"$ne": ["$$move.rule", None]})
    else:
        wanted.append({"$eq": ["$$move.scorecard", {"$literal": scope.scorecard}]})
    if scope.rule is not None:
        wanted.append({"$in": ["$$move.rule", [None, {"$literal": scope.rule}]]})
    return {"$filter": {"input": "$moves", "as": "move", "cond": {"$and": wanted}}}


def _move() -> dict[str, Any]:
    about = {"$cond": [{"$eq": ["$$move.rule", None]}, What.LEVEL.value, What.RESULT.value]}
    # A score that stays gets or loses a result by nothing but its rules.
    either = {"$or": [{"$eq": ["$$move.before", None]}, {"$eq": ["$$move.after", None]}]}
    stays = {"$not": [{"$in": ["$$move.scorecard", "$$turned"]}]}
    ruled = {"$and": [{"$ne": ["$$move.rule", None]}, either, stays]}
    origin = {"$cond": [ruled, Origin.RULE.value, "$$origin"]}
    return {"w": about, "b": "$$move.before", "a": "$$move.after", "o": origin}


def _turned() -> dict[str, Any]:
    """The scorecards in which the entity gets or loses its score."""
    none = {"$or": [{"$eq": ["$$one.before", None]}, {"$eq": ["$$one.after", None]}]}
    turned = {"$and": [{"$eq": ["$$one.rule", None]}, none]}
    found = {"$filter": {"input": "$moves", "as": "one", "cond": turned}}
    return {"$map": {"input": found, "as": "one", "in": "$$one.scorecard"}}


def _origin() -> dict[str, Any]:
    branches = [
        {"case": {"$in": ["$cause.kind", [kind.value for kind, one in ORIGINS.items() if one is origin]]},
         "then": origin.value}
        for origin in (Origin.RULE, Origin.TIME)
    ]  # fmt: skip
    return {"$switch": {"branches": branches, "default": Origin.ENTITY.value}}
