"""Prefilters: what of a query MongoDB can tell beforehand.

A prefilter selects every entity that the query is true of, and maybe more: the engine decides. What cannot
be said in MongoDB's words without losing one is left out.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final

from msgspec import UNSET

from levelmark.domain.blueprint import META_PROPERTIES, Blueprint
from levelmark.domain.instant import to_moment
from levelmark.domain.query import Condition, Query, QueryPart
from levelmark.domain.window import window
from levelmark.storage.keys import escape_key

_FIELDS: Final = {"$identifier": "identifier", "$title": "title", "$team": "teams", "$icon": "icon"}
_DAY: Final = timedelta(days=1)
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
    if field is None or condition.value_property() is not None:
        return None
    if condition.operator in _ORDERED and blueprint.is_instant(condition.subject()):
        return None
    say = _SAYABLE.get(condition.asked())
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


def _in(condition: Condition) -> Mapping[str, Any] | None:
    wanted = condition.value if isinstance(condition.value, list) else [None]
    return {"$in": wanted} if all(isinstance(one, str | int | float) for one in wanted) else None


def _between(condition: Condition) -> Mapping[str, Any] | None:
    """What the texts of the instants in a fixed window begin with: a date of theirs, or one beside it.

    A text names its date on the clocks of its own offset, which is less than a day.
    """
    fixed = window(condition.value)
    if fixed is None:
        return None
    try:
        first, last = (to_moment(end).date() for end in (fixed.start, fixed.end))
        return {"$gte": str(first - _DAY), "$lt": str(last + 2 * _DAY)}
    except OverflowError:
        return None


def _not_empty(condition: Condition) -> Mapping[str, Any]:
    del condition
    return {"$exists": True}  # null and "" would also be found in lists, which are not empty


_SAYABLE: Final[dict[str, Callable[[Condition], Mapping[str, Any] | None]]] = {
    "=": _equal,
    **dict.fromkeys(_ORDERED, _ordered),
    "containsAny": _contains_any,
    "in": _in,
    "between": _between,
    "isNotEmpty": _not_empty,
}
