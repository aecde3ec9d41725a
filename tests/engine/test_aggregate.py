"""Figures: what numbers come to, in whatever order, and what they come to per unit of time."""

import random
import statistics
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from levelmark.domain.instant import to_moment
from levelmark.domain.json import MAX_INTEGER, Json, identical
from levelmark.engine.derived.aggregate import UNITS, Figure, bounded, figure, numbers, per_unit, total

from .builders import AT
from .strategies import FEW, HOUR, MANY, SOME

DAY = 24 * HOUR
INTEGERS = st.integers(-MAX_INTEGER, MAX_INTEGER)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
NUMBERS = st.lists(st.one_of(INTEGERS, FLOATS, st.sampled_from([0, 0.0, -0.0, 1, 1.0])), max_size=6)
FUNCTIONS = ("sum", "average", "median", "min", "max")
TOO_LARGE = Figure(reason="the result is too large a number")


@given(st.lists(st.one_of(st.booleans(), st.none(), st.text(max_size=1), st.lists(st.integers()))))
@FEW
def test_truth_values_and_texts_are_no_numbers(values: list[Json]) -> None:
    assert numbers(values) == []
    assert numbers([*values, 1, *values, 2.5]) == [1, 2.5]


@given(NUMBERS, st.randoms(use_true_random=False), st.sampled_from(FUNCTIONS))
@example([1, 1.0], random.Random(1), "min")
@example([1e308, 1e308, -1e308], random.Random(2), "sum")
@MANY
def test_no_function_depends_on_the_order(found: list[float], chance: random.Random, func: str) -> None:
    shuffled = chance.sample(found, len(found))
    one, other = figure(func, found), figure(func, shuffled)
    assert identical(one.value, other.value)
    assert one.reason == other.reason
    assert identical(total(found), total(shuffled))


@given(st.lists(INTEGERS, min_size=1, max_size=8))
@SOME
def test_integers_are_calculated_exactly(found: list[float]) -> None:
    exact = sum(map(Fraction, found), Fraction())
    assert total(found) == exact
    assert type(total(found)) is int
    fits = abs(exact) <= MAX_INTEGER
    assert figure("sum", found) == (Figure(int(exact)) if fits else TOO_LARGE)
    assert figure("average", found) == Figure(float(exact / len(found)))
    assert all(type(figure(one, found).value) is int for one in ("min", "max"))


@given(st.lists(st.one_of(st.integers(-1000, 1000), st.floats(-1e6, 1e6)), min_size=1, max_size=9))
@SOME
def test_functions_are_those_of_the_textbook(found: list[float]) -> None:
    exact = sum(Fraction(one) for one in found)
    assert figure("sum", found).value == float(exact)
    assert figure("average", found).value == pytest.approx(float(exact / len(found)), abs=1e-9)
    assert figure("median", found).value == statistics.median(found)
    assert (figure("min", found).value, figure("max", found).value) == (min(found), max(found))


@pytest.mark.parametrize(
    ("func", "found", "value"),
    [
        ("sum", [], 0),
        ("average", [], None),
        ("median", [], None),
        ("min", [], None),
        ("max", [], None),
        ("sum", [0.1] * 10, 1.0),
        ("sum", [1, 2], 3),
        ("average", [1, 2], 1.5),
        ("average", [2, 2], 2.0),
        ("median", [5, 1, 3], 3),
        ("median", [4, 1, 3, 2], 2.5),
        ("median", [1, 3], 2.0),
        ("min", [2, -5.5], -5.5),
        ("max", [MAX_INTEGER, 1], MAX_INTEGER),
    ],
)
def test_figures_are_as_one_would_write_them(func: str, found: list[float], value: Json) -> None:
    assert identical(figure(func, found).value, value)
    assert figure(func, found).reason is None


@pytest.mark.parametrize(
    "made",
    [
        figure("sum", [MAX_INTEGER, 1]),
        figure("sum", [-MAX_INTEGER, -1]),
        figure("sum", [1.7e308, 1.7e308]),
        figure("average", [1.7e308, 1.7e308]),
        figure("median", [1.7e308, 1.7e308]),
        bounded(float("nan")),
    ],
)
def test_what_is_too_large_is_no_data_with_a_reason(made: Figure) -> None:
    assert made == TOO_LARGE


def test_an_average_over_time_that_is_too_large_is_no_data_with_a_reason() -> None:
    made = per_unit(total([1.7e308, 1.7e308]), ["2026-01-01"], DAY, AT)
    assert (made.value, made.reason) == (None, TOO_LARGE.reason)


TIMES = st.one_of(
    st.integers(AT - 400 * DAY, AT + 3 * DAY), st.integers(-62_135_596_800_000_000, 250_000_000_000_000_000)
)


@given(
    st.integers(0, 1000),
    st.lists(TIMES, min_size=1, max_size=3),
    st.sampled_from([*UNITS.values()]),
    st.one_of(st.integers(AT, AT + 400 * DAY), st.integers(-1, 1)),
    st.data(),
)
@MANY
def test_an_average_over_time_holds_exactly_until_the_instant_that_it_tells(
    amount: int, times: list[int], unit: int, now: int, data: st.DataObject
) -> None:
    texts = [to_moment(one).isoformat(timespec="microseconds") for one in times]
    if now in {-1, 0, 1}:  # around the very end of a unit
        now += min(times) + unit * data.draw(st.integers(1, 18_000_000))
    first = per_unit(amount, texts, unit, now)
    assert first.until is not None
    assert first.until > now
    for later in (first.until - 1, data.draw(st.integers(now, first.until - 1))):
        assert per_unit(amount, texts, unit, later) == first
    after = per_unit(amount, texts, unit, first.until)
    assert after.until == first.until + unit
    units = round(amount / first.value) if isinstance(first.value, float) and amount else 0
    if units:
        assert after.value == amount / (units + 1)
        assert units == max(1, -(-(now - min(times)) // unit))


def test_an_average_over_time_is_of_a_unit_at_least_and_of_nothing_without_a_time() -> None:
    yesterday, tomorrow = "2025-12-31T00:00:00Z", "2026-01-02T00:00:00Z"
    assert per_unit(6, [yesterday], DAY, AT) == Figure(6.0, AT + 1)
    assert per_unit(6, [yesterday], DAY, AT + 1) == Figure(3.0, AT + DAY + 1)
    assert per_unit(6, [yesterday], HOUR, AT) == Figure(0.25, AT + 1)
    assert per_unit(6, [tomorrow, None, "soon"], DAY, AT) == Figure(6.0, AT + 2 * DAY + 1)
    assert per_unit(6, [None, "soon", 5], DAY, AT) == Figure()
