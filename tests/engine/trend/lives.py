"""Random lives of entities, and what stood when, found by looking through all states one by one."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from hypothesis import strategies as st
from msgspec import Struct

from levelmark.engine.trend.events import Origin, Standing
from levelmark.engine.trend.series import Point
from levelmark.engine.trend.tags import Group

BEGIN: Final = datetime(2026, 1, 1, tzinfo=UTC)
_TEAMS: Final = ((2, "red"), (2, "blue"), (2, "green"))
_RESULTS: Final = ("PASSED", "NOT_PASSED", "NO_DATA", "ERROR")
_PLACES: Final = [("quality", "a"), ("quality", "b"), ("safety", "a")]


class State(Struct, frozen=True):
    """What an entity is from an instant on; no standing: it does not exist."""

    at: datetime
    origin: Origin
    standing: Standing | None


def _standing(teams: frozenset[Group], level: str | None, results: Mapping[tuple[str, str], str]) -> Standing:
    return Standing(teams, level, results, frozenset(place[0] for place in results))


standings: st.SearchStrategy[Standing] = st.builds(
    _standing,
    st.frozensets(st.sampled_from([(team,) for team in _TEAMS]), max_size=2),
    st.sampled_from([None, "Basic", "Gold"]),
    st.dictionaries(st.sampled_from(_PLACES), st.sampled_from(_RESULTS)),
)

_states = st.builds(
    State,
    st.integers(-3, 30).map(lambda hours: BEGIN + timedelta(hours=hours)),
    st.sampled_from(Origin),
    st.none() | standings,
)
lives: st.SearchStrategy[list[State]] = st.lists(_states, max_size=8).map(
    lambda states: sorted(states, key=lambda state: state.at)
)


def steps(life: Sequence[State]) -> Iterator[tuple[State, Standing | None]]:
    """The states of a life, each with the standing before it."""
    before: Standing | None = None
    for state in life:
        yield state, before
        before = state.standing


def at(life: Sequence[State], instant: datetime) -> Standing | None:
    """What the entity was at an instant."""
    known = [state.standing for state in life if state.at <= instant]
    return known[-1] if known else None


def counted(
    everyone: Sequence[Sequence[State]], group: Group, instant: datetime
) -> tuple[int, Counter[str], Counter[str]]:
    """Entities, entities by level, and results by result that a group had at an instant."""
    there = [one for life in everyone if (one := at(life, instant)) and group in one.groups]
    levels = Counter(one.level for one in there if one.level is not None)
    return len(there), levels, Counter(result for one in there for result in one.results.values())


def shown(point: Point) -> tuple[int, Counter[str], Counter[str]]:
    """The same as a point shows it."""
    tally = point.tally
    results = {"PASSED": tally.passed, "NOT_PASSED": tally.not_passed, "NO_DATA": tally.no_data,
               "ERROR": tally.errors}  # fmt: skip
    return point.entities, Counter(point.levels), +Counter(results)
