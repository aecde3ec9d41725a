"""Values: where an entity's row holds what a property says of it, in the words of MongoDB's pipelines."""

from collections.abc import Sequence
from typing import Any, Final

from levelmark.domain.blueprint import META_PROPERTIES, Blueprint
from levelmark.storage.keys import escape_key

_META: Final = {
    "$identifier": "identifier",
    "$title": "title",
    "$team": "teams",
    "$icon": "icon",
    "$blueprint": "blueprint",
    "$createdAt": "createdAt",
    "$updatedAt": "updatedAt",
    "$createdBy": "createdBy",
    "$updatedBy": "updatedBy",
}


def property_field(name: str, blueprint: Blueprint) -> str:
    """The field of a row that holds a property; of a user's name, no character makes a step or an operator.

    >>> property_field("a.b", Blueprint("service", "Service")), property_field("$team", Blueprint("s", "S"))
    ('properties.a%2Eb', 'teams')
    """
    if name in META_PROPERTIES:
        return _META[name]
    container = "derived" if name in blueprint.derived else "properties"
    return f"{container}.{escape_key(name)}"


def relation_field(name: str) -> str:
    """The field of a row that holds what a relation points at."""
    return f"relations.{escape_key(name)}"


def score_value(scorecard: str) -> dict[str, Any]:
    """The score that a row has in a scorecard; missing where it has none."""
    own = _is("$$score.scorecard", scorecard)
    return {"$arrayElemAt": [{"$filter": {"input": "$scores", "as": "score", "cond": own}}, 0]}


def level_value(scorecard: str) -> dict[str, Any]:
    """The level that a row has in a scorecard; missing where it has no score."""
    return {"$let": {"vars": {"score": score_value(scorecard)}, "in": "$$score.level"}}


def result_position(scorecard: str, rule: str, results: Sequence[str]) -> dict[str, Any]:
    """The position of a rule's result among these; missing where there is none."""
    own = {"$filter": {"input": "$$score.results", "as": "one", "cond": _is("$$one.rule", rule)}}
    found = {"$let": {"vars": {"one": {"$arrayElemAt": [own, 0]}}, "in": "$$one.result"}}
    result = {"$let": {"vars": {"score": score_value(scorecard)}, "in": found}}
    position = {"$indexOfArray": [list(results), "$$result"]}
    known = {"$cond": [{"$gt": ["$$result", None]}, position, "$$REMOVE"]}
    return {"$let": {"vars": {"result": result}, "in": known}}


def _is(field: str, value: str) -> dict[str, Any]:
    return {"$eq": [field, {"$literal": value}]}


def level_position(scorecard: str, levels: Sequence[str]) -> dict[str, Any]:
    """The position of that level among these, -1 where it is none of them; missing where it has no score."""
    position = {"$indexOfArray": [{"$literal": list(levels)}, "$$level"]}
    known = {"$cond": [{"$gt": ["$$level", None]}, position, "$$REMOVE"]}
    return {"$let": {"vars": {"level": level_value(scorecard)}, "in": known}}
