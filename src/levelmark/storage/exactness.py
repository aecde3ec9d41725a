"""Exactness: queries that MongoDB can decide just as the engine does.

Where it can, a count of what a query is true of need not bring the entities here. It can where every
condition is an equality, an order among numbers or texts, or a test for emptiness, of values that it compares
as the engine does. What a relation to many points at is any of its members, as in the engine.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from msgspec import UNSET

from levelmark.domain.blueprint import META_PROPERTIES, Blueprint
from levelmark.domain.query import Condition, Query, QueryPart
from levelmark.storage.values import property_field, relation_field

_ORDERED: Final = {"<": "$lt", "<=": "$lte", ">": "$gt", ">=": "$gte"}
_META: Final = frozenset({"$identifier", "$title", "$icon"})
_EMPTY: Final[list[Any]] = [None, "", [], {}]


def exactly(part: QueryPart, blueprint: Blueprint) -> dict[str, Any] | None:
    """A condition that holds where the query is true and nowhere else; None where MongoDB cannot tell."""
    if isinstance(part, Query):
        parts = [exactly(one, blueprint) for one in part.conditions]
        return None if None in parts or not parts else {f"${part.combinator}": parts}
    field = _field(part, blueprint)
    say = _SAYABLE.get(part.asked())
    return None if field is None or say is None else say(part, field, blueprint)


def _field(condition: Condition, blueprint: Blueprint) -> str | None:
    if condition.property is None:
        return relation_field(condition.relation or "")
    if condition.property in META_PROPERTIES and condition.property not in _META:
        return None
    return property_field(condition.property, blueprint)


def _equal(condition: Condition, field: str, blueprint: Blueprint) -> dict[str, Any] | None:
    del blueprint
    if condition.value is UNSET or not isinstance(condition.value, str | int | float | bool):
        return None
    if condition.property is None:  # any of many will do; an empty name is none, though it equals itself
        return {field: {"$eq": condition.value}} if condition.value != "" else None
    return _alone(field, {"$eq": condition.value})


def _ordered(condition: Condition, field: str, blueprint: Blueprint) -> dict[str, Any] | None:
    if type(condition.value) not in {str, int, float} or condition.property is None:
        return None  # of relations: an empty name is none, though it has its place in the order
    if blueprint.is_instant(condition.property):
        return None
    return _alone(field, {_ORDERED[condition.operator]: condition.value})


def _alone(field: str, test: Mapping[str, Any]) -> dict[str, Any]:
    # MongoDB also looks inside lists, where operators find a mismatch of types.
    return {"$and": [{field: test}, {"$nor": [{field: {"$type": "array"}}]}]}


def _is_empty(condition: Condition, field: str, blueprint: Blueprint) -> dict[str, Any]:
    del condition, blueprint
    return {"$expr": {"$in": [{"$ifNull": [f"${field}", None]}, {"$literal": _EMPTY}]}}


def _is_not_empty(condition: Condition, field: str, blueprint: Blueprint) -> dict[str, Any]:
    return {"$nor": [_is_empty(condition, field, blueprint)]}


_SAYABLE: Final[dict[str, Callable[[Condition, str, Blueprint], dict[str, Any] | None]]] = {
    "=": _equal,
    **dict.fromkeys(_ORDERED, _ordered),
    "isEmpty": _is_empty,
    "isNotEmpty": _is_not_empty,
}
