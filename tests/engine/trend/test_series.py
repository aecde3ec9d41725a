"""Series: folded from what changed, every point is what stood at its instant."""

from datetime import timedelta
from itertools import pairwise
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from levelmark.domain.days import days_in
from levelmark.engine.trend.events import Event, Origin, Standing, What, events
from levelmark.engine.trend.intervals import Interval, place, spans
from levelmark.engine.trend.series import Movement, Point, Series
from levelmark.engine.trend.tags import Group
from tests.engine.trend.lives import BEGIN, State, at, counted, lives, shown, steps

RED: Final[Group] = ((2, "red"),)
BLUE: Final[Group] = ((2, "blue"),)
HOUR = timedelta(hours=1)


def series_of(everyone: list[list[State]], hours: int) -> tuple[Series, list[State]]:
    """The series by hours from the beginning, and the states that fell into it."""
    days = days_in("UTC")
    assert days is not None
    found = list(spans(BEGIN, BEGIN + hours * HOUR, Interval.HOUR, 3, days))
    series, ats = Series(found), [one.at for one in found]
    for life in everyone:
        base = at(life, BEGIN)
        for group, event, times in events(None, base, Origin.ENTITY):
            series.begin(group, event.what, event.after or "", times)
        for state, before in steps(life):
            if BEGIN < state.at <= ats[-1]:
                for group, event, times in events(before, state.standing, state.origin):
                    series.add(place(ats, state.at), group, event, times)
    return series, [state for life in everyone for state in life]


@given(everyone=st.lists(lives, max_size=4), hours=st.integers(1, 30))
def test_every_point_is_what_stood_at_its_instant(everyone: list[list[State]], hours: int) -> None:
    series, _ = series_of(everyone, hours)
    for group in (RED, BLUE, ((2, "green"),)):
        for point in series.points(group):
            assert shown(point) == counted(everyone, group, point.span.at)


@given(everyone=st.lists(lives, max_size=4), hours=st.integers(1, 30))
def test_what_moved_accounts_for_the_difference_of_two_points(
    everyone: list[list[State]], hours: int
) -> None:
    series, _ = series_of(everyone, hours)
    for before, after in pairwise(series.points(RED)):
        moved = after.moved.values()
        passed = sum(one.began - one.ceased + one.appeared_passed - one.went_passed + one.arrived_passed
                     - one.left_passed for one in moved)  # fmt: skip
        tested = sum(one.appeared - one.went + one.arrived - one.left for one in moved)
        traffic = after.traffic
        entities = traffic.created - traffic.deleted + traffic.arrived - traffic.left
        assert after.tally.passed - before.tally.passed == passed
        assert after.tally.tested - before.tally.tested == tested
        assert after.entities - before.entities == entities


def standing(group: Group, *, level: str = "Basic", **results: str) -> Standing:
    found = {("quality", rule): result for rule, result in results.items()}
    return Standing(frozenset({group}), level, found, frozenset({"quality"}))


def only_point(group: Group, *states: tuple[Origin, Standing | None]) -> Point:
    life = [State(BEGIN + place * timedelta(minutes=1), *state) for place, state in enumerate(states)]
    series, _ = series_of([life], 1)
    (point,) = series.points(group)
    return point


def test_an_entity_that_changes_team_arrives_and_leaves_and_nothing_passes_or_fails_by_it() -> None:
    states = [(Origin.ENTITY, standing(RED, a="PASSED", b="NO_DATA")),
              (Origin.ENTITY, standing(BLUE, a="PASSED", b="PASSED"))]  # fmt: skip
    red, blue = only_point(RED, *states), only_point(BLUE, *states)
    assert red.moved == {Origin.ENTITY: Movement(left=2, left_passed=1)}
    assert blue.moved == {Origin.ENTITY: Movement(arrived=2, arrived_passed=2)}
    assert (red.entities, red.traffic.left, blue.entities, blue.traffic.arrived) == (0, 1, 1, 1)


def test_a_rule_that_comes_or_goes_is_the_rules_doing_even_where_an_entity_was_written() -> None:
    before, after = standing(RED, a="PASSED"), standing(RED, b="NOT_PASSED")
    point = only_point(RED, (Origin.ENTITY, before), (Origin.ENTITY, after))
    assert point.moved == {Origin.RULE: Movement(went=1, went_passed=1, appeared=1)}


def test_a_deleted_entity_takes_its_results_with_it() -> None:
    point = only_point(RED, (Origin.ENTITY, standing(RED, a="PASSED")), (Origin.ENTITY, None))
    assert point.moved == {Origin.ENTITY: Movement(went=1, went_passed=1)}
    assert (point.entities, point.levels, point.traffic.deleted) == (0, {}, 1)


def test_origins_are_told_apart() -> None:
    passing, failing = standing(RED, a="PASSED"), standing(RED, a="NOT_PASSED", level="Gold")
    states = [(Origin.ENTITY, passing), (Origin.RULE, failing), (Origin.TIME, passing),
              (Origin.ENTITY, failing)]  # fmt: skip
    point = only_point(RED, *states)
    assert point.moved == {Origin.RULE: Movement(ceased=1), Origin.TIME: Movement(began=1),
                           Origin.ENTITY: Movement(ceased=1)}  # fmt: skip
    assert point.levels == {"Gold": 1}


def test_a_group_is_as_large_as_it_ever_was() -> None:
    life = [State(BEGIN + HOUR, Origin.ENTITY, standing(RED)), State(BEGIN + 8 * HOUR, Origin.ENTITY, None)]
    series, _ = series_of([life], 20)
    assert (series.peak(RED), series.peak(BLUE), series.groups) == (1, 0, frozenset({RED}))


def test_an_event_that_changes_nothing_of_a_value_counts_as_no_movement() -> None:
    movement = Movement()
    movement.add(Event(What.RESULT, "NO_DATA", "NOT_PASSED", Origin.TIME), 3)
    assert movement == Movement()
