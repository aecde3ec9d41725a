"""Prefilters: what of a query MongoDB can tell beforehand.

A prefilter selects every entity that the query is true of, and maybe more: the engine decides. What cannot
be said in MongoDB's words without losing one is left out.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from msgspec import UNSET

from levelmark.domain.blueprint import META_PROPERTIES, Blueprint
from levelmark.domain.query import Condition, Query, QueryPart
from levelmark.storage.keys import escape_key

_FIELDS: Final = {"$identifier": "identifier", "$title": "title", "$team": "teams", "$icon": "icon"}
_ORDERED: Final = {"<": "$lt", "<=": "$lte", ">": "$gt", ">=": "$gte"}


def prefilter(query: Query, blueprint: Blueprint) -> dict[str, Any] | None:
    """A condition that holds wherever the query is true; None where nothing can be said."""
    return _part(query, blueprint)


def _part(part: QueryPart, blueprint: Blueprint) -> dict[str, Any] | None:
    if isinstance(part, Condition):
        return _condition(part, blueprint)
    parts = [_part(one, blueprint) for one in part.conditions]
    known = [one for one in parts if one is not None]
    if part.combinator == "or":
        return {"$or": known} if known and len(known) == len(parts) else None
    return {"$and": known} if known else None


def _condition(condition: Condition, blueprint: Blueprint) -> dict[str, Any] | None:
    field = _field(condition, blueprint)
    if field is None:
        return None
    if condition.operator in _ORDERED and blueprint.is_instant(condition.subject()):
        return None
    say = _SAYABLE.get(condition.operator)
    test = None if say is None else say(condition)
    return None if test is None else {field: test}


def _field(condition: Condition, blueprint: Blueprint) -> str | None:
    if condition.property is None:
        return f"relations.{escape_key(condition.relation or '')}"
    if condition.property in META_PROPERTIES:
        return _FIELDS.get(condition.property)
    container = "derived" if condition.property in blueprint.derived else "properties"
    return f"{container}.{escape_key(condition.property)}"


def _scalar(condition: Condition) -> bool:
    return condition.value is not UNSET and isinstance(condition.value, str | int | float | bool)


def _equal(condition: Condition) -> Mapping[str, Any] | None:
    return {"$eq": condition.value} if _scalar(condition) else None


def _ordered(condition: Condition) -> Mapping[str, Any] | None:
    return {_ORDERED[condition.operator]: condition.value} if _scalar(condition) else None


def _contains_any(condition: Condition) -> Mapping[str, Any] | None:
    return {"$in": condition.value} if isinstance(condition.value, list) else None


def _not_empty(condition: Condition) -> Mapping[str, Any]:
    del condition
    return {"$exists": True}  # null and "" would also be found in lists, which are not empty


_SAYABLE: Final[dict[str, Callable[[Condition], Mapping[str, Any] | None]]] = {
    "=": _equal,
    **dict.fromkeys(_ORDERED, _ordered),
    "containsAny": _contains_any,
    "isNotEmpty": _not_empty,
}
