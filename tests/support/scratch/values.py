"""Values: JSON as the oracle compares it, without coercion."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

Json: TypeAlias = Any
Document: TypeAlias = Mapping[str, Json]
Key: TypeAlias = tuple[str, str]
"""The blueprint and the identifier of an entity."""


def instant(text: Json) -> datetime | None:
    """The instant that a date or a date-time names, None where it is neither."""
    if not isinstance(text, str):
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def is_number(value: Json) -> bool:
    """Whether it is a number; booleans are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def equal(one: Json, other: Json) -> bool:
    """Whether two scalars are the same: `1` is `1.0`, and not `true`."""
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def difference(one: Json, other: Json) -> bool:
    """Whether two values differ by more than the rounding of sums."""
    if is_number(one) and is_number(other):
        return not math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) != len(other) or any(map(difference, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() != other.keys() or any(difference(one[key], other[key]) for key in one)
    return not equal(one, other)
