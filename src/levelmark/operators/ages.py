"""Ages: `olderThan` and `newerThan`, over instants and a duration."""

from collections.abc import Iterator
from typing import Final

from levelmark.domain.duration import duration
from levelmark.domain.instant import NEVER
from levelmark.domain.issue import Issue, Path
from levelmark.domain.json import Json, JsonType
from levelmark.domain.operator import Example, Operator, TimedTest
from levelmark.operators.spans import at_any_time, during

_SCHEMA: Final[dict[str, Json]] = {"type": "string", "examples": ["P30D", "PT12H", "P1Y2M"]}
_NOON: Final = "2026-03-10T12:00:00Z"


def _older(value: Json) -> TimedTest:
    age = duration(value)
    if age is None:
        return at_any_time(lambda _: False)
    return during(lambda actual: (age.after(actual), NEVER))


def _newer(value: Json) -> TimedTest:
    age = duration(value)
    if age is None:
        return at_any_time(lambda _: False)
    return during(lambda actual: (-NEVER, age.after(actual)))


def _judge(value: Json, path: Path) -> Iterator[Issue]:
    if duration(value) is None:
        message = f'"{value[:60]}" is no duration: write P30D for 30 days, PT12H for 12 hours, P1Y2M, P2W'
        yield Issue.error(path, "BAD_FORMAT", message)


AGES: Final = (
    Operator(
        name="olderThan",
        description="The date or date-time is at least the rule's ISO 8601 duration ago; "
        "years and months are those of the calendar in UTC.",
        types=frozenset({JsonType.STRING}),
        value_schema=_SCHEMA,
        timed=_older,
        judge=_judge,
        reads_instants=True,
        trusted=True,
        examples=(
            Example("2026-02-08T12:00:00Z", "P30D", verdict=True, now=_NOON),
            Example("2026-02-08T12:00:00.000001Z", "P30D", verdict=False, now=_NOON),
            Example("2026-01-10", "P2M", verdict=True, now=_NOON),
        ),
    ),
    Operator(
        name="newerThan",
        description="The date or date-time is less than the rule's ISO 8601 duration ago, or still to come.",
        types=frozenset({JsonType.STRING}),
        value_schema=_SCHEMA,
        timed=_newer,
        judge=_judge,
        reads_instants=True,
        trusted=True,
        examples=(
            Example("2026-03-10T01:00:00Z", "PT12H", verdict=True, now=_NOON),
            Example("2027-01-01", "P1D", verdict=True, now=_NOON),
            Example("2026-03-09", "P1D", verdict=False, now=_NOON),
        ),
    ),
)
