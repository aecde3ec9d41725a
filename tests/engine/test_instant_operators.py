"""An operator that asks for instants gets both sides as integers, where the property is a date."""

from levelmark.domain.instant import instant
from levelmark.domain.json import Json, JsonType
from levelmark.domain.operator import Operator, Test
from levelmark.engine.truth import Truth
from levelmark.testing import verdict

DATE = {"type": "string", "format": "date"}
DAY = 86_400_000_000


def _next_day(value: Json) -> Test:
    return lambda actual: actual - value == DAY if isinstance(value, int) else actual > value


NEXT_DAY = Operator(
    name="isNextDayOf",
    description="The day after the rule's.",
    types=frozenset({JsonType.STRING}),
    value_schema={"type": "string"},
    prepare=_next_day,
    instants=True,
)


def test_both_sides_arrive_as_microseconds() -> None:
    assert instant("1970-01-02") == DAY
    assert verdict(NEXT_DAY, "2026-01-02", "2026-01-01", schema=DATE).truth is Truth.TRUE
    assert verdict(NEXT_DAY, "2026-01-02T01:00:00+01:00", "2026-01-01", schema=DATE).truth is Truth.TRUE
    assert verdict(NEXT_DAY, "2026-01-03", "2026-01-01", schema=DATE).truth is Truth.FALSE


def test_the_actual_value_is_told_as_it_was_written() -> None:
    assert verdict(NEXT_DAY, "2026-01-02", "2026-01-01", schema=DATE).actual == "2026-01-02"


def test_other_properties_arrive_as_they_are() -> None:
    assert verdict(NEXT_DAY, "b", "a", schema={"type": "string"}).truth is Truth.TRUE


def test_what_is_no_instant_is_a_type_mismatch() -> None:
    for actual, value in [("soon", "2026-01-01"), ("2026-01-01", "soon"), (5, "2026-01-01")]:
        found = verdict(NEXT_DAY, actual, value, schema=DATE)
        assert (found.truth, found.reason) == (Truth.FALSE, "type mismatch")
