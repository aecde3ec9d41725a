"""Sources: what stood at an instant is found by its fork, and nothing else is."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from levelmark.storage.sources import FOREVER, as_of, fork, ways

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOMENTS = st.integers(0, 2**42) | st.integers(1_700_000_000_000, 1_700_000_000_100)


def _at(milliseconds: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=milliseconds)


def _found(row: dict[str, Any], at: datetime) -> int:
    """By how many of the ways that the condition offers the row is found."""
    return sum(all(_holds(row[field], condition) for field, condition in way.items()) for way in ways(at))


def _holds(value: Any, condition: Any) -> bool:
    match condition:
        case {"$lte": bound}:
            return bool(value <= bound)
        case {"$gt": bound}:
            return bool(value > bound)
    return bool(value == condition)


@given(_MOMENTS, _MOMENTS, _MOMENTS, st.booleans())
def test_a_state_is_found_at_exactly_the_instants_at_which_it_stood(
    one: int, other: int, instant: int, stands: bool
) -> None:
    begin, end = _at(min(one, other)), FOREVER if stands else _at(max(one, other))
    row = {"from": begin, "to": end, "fork": fork(begin, end)}
    at = _at(instant)
    assert _found(row, at) == (begin <= at < end)


@given(_MOMENTS, st.integers(1, 1_000))
def test_the_ends_of_a_state_belong_to_it_as_its_first_instant_and_to_the_next_one_as_its_last(
    first: int, length: int
) -> None:
    begin, end = _at(first), _at(first + length)
    row = {"from": begin, "to": end, "fork": fork(begin, end)}
    assert (_found(row, begin), _found(row, end)) == (1, 0)
    assert _found(row, end - timedelta(milliseconds=1)) == 1


def test_each_way_to_what_stood_names_all_conditions_and_stands_outermost() -> None:
    at = _at(1_700_000_000_000)
    wanted = as_of(at).meeting([{"blueprint": "service"}, {"team": "red"}], served=False)
    assert wanted == {"$or": [{"$and": [{"blueprint": "service"}, {"team": "red"}, way]} for way in ways(at)]}
