"""Conditions: what a query says of an entity, for those operators that test catalogues use.

A positive operator is missing where one side has no value, a negative one is true there; a value of another
type than the operator takes is false.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, Protocol, TypeAlias

from tests.support.scratch.values import Document, Json, equal, instant, is_number

Verdict: TypeAlias = Literal["true", "false", "missing"]

_NEGATIVE: Final = frozenset({"!=", "doesNotContains"})
_PRESET_DAYS: Final = {
    "lastWeek": 7,
    "last2Weeks": 14,
    "lastMonth": 30,
    "last3Months": 90,
    "last6Months": 180,
    "last12Months": 365,
}


class Sight(Protocol):
    """What a query sees of one entity."""

    @property
    def now(self) -> datetime: ...

    def value(self, name: str) -> Json: ...

    def link(self, name: str) -> Json: ...

    def is_instant(self, name: str) -> bool: ...


def verdict(query: Document, entity: Sight) -> Verdict:
    """Kleene's `and` or `or` of what the parts say."""
    parts = query["rules"] if "rules" in query else query["conditions"]
    found = {verdict(part, entity) if "combinator" in part else _one(part, entity) for part in parts}
    order: tuple[Verdict, ...] = ("false", "missing", "true")
    if query["combinator"] == "or":
        order = order[::-1]
    return next(one for one in order if one in found)


def _one(condition: Document, entity: Sight) -> Verdict:
    operator, name = condition["operator"], condition.get("property")
    value = entity.link(condition["relation"]) if name is None else entity.value(name)
    if operator in ("isEmpty", "isNotEmpty"):
        return _said((value in (None, "", [], {})) == (operator == "isEmpty"))
    wanted = condition.get("value")
    if isinstance(wanted, dict) and "property" in wanted:
        wanted = entity.value(wanted["property"])
    if value is None or wanted is None:
        return "true" if operator in _NEGATIVE else "missing"
    if operator == "between":
        return _said(_between(value, wanted, entity.now))
    if operator in _ORDERS:
        dated = name is not None and entity.is_instant(name)
        return _said(_ordered(operator, *((instant(value), instant(wanted)) if dated else (value, wanted))))
    return _said(_TESTS[operator](value, wanted))


def _said(holds: bool) -> Verdict:
    return "true" if holds else "false"


def _between(value: Json, wanted: Document, now: datetime) -> bool:
    at = instant(value)
    if "preset" in wanted:
        midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        first, last = midnight - timedelta(days=_PRESET_DAYS[wanted["preset"]]), now
    else:
        first, last = datetime.fromisoformat(wanted["from"]), datetime.fromisoformat(wanted["to"])
    return at is not None and first <= at <= last


_ORDERS: Final[dict[str, Callable[[Json, Json], bool]]] = {
    "<": lambda one, other: bool(one < other),
    "<=": lambda one, other: bool(one <= other),
    ">": lambda one, other: bool(one > other),
    ">=": lambda one, other: bool(one >= other),
}


def _ordered(operator: str, one: Json, other: Json) -> bool:
    same = type(one) is type(other) and isinstance(one, str | datetime)
    return (same or (is_number(one) and is_number(other))) and _ORDERS[operator](one, other)


def _contains(value: Json, wanted: Json) -> bool:
    if isinstance(value, list):
        return any(equal(item, wanted) for item in value)
    return isinstance(value, str) and isinstance(wanted, str) and wanted in value


def _contains_any(value: Json, wanted: Json) -> bool:
    return isinstance(value, list) and any(_contains(value, one) for one in wanted)


_TESTS: Final[dict[str, Callable[[Json, Json], bool]]] = {
    "=": equal,
    "!=": lambda value, wanted: not equal(value, wanted),
    "contains": _contains,
    "doesNotContains": lambda value, wanted: not _contains(value, wanted),
    "containsAny": _contains_any,
    "beginsWith": lambda value, wanted: isinstance(value, str) and value.startswith(wanted),
    "endsWith": lambda value, wanted: isinstance(value, str) and value.endswith(wanted),
}
