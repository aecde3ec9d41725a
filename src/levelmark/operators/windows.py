"""Windows: `between` and `notBetween`, over instants, with fixed ends or with presets around the present.

The presets count whole days of the rule's time zone: `lastN` reaches from the first moment of the day N days
ago to the present, `nextN` from the present to the end of the day N days ahead.
"""

from collections.abc import Iterator
from typing import Final

from levelmark.domain.days import Days, days_in, zone_names
from levelmark.domain.instant import instant
from levelmark.domain.issue import Issue, Path, nearest
from levelmark.domain.json import Json, JsonType
from levelmark.domain.operator import Example, Missing, Operator, TimedTest
from levelmark.domain.window import UTC_NAME, window
from levelmark.operators.spans import Span, at_any_time, during, opposite

DAY_PRESETS: Final = {"today": 0, "tomorrow": 1, "yesterday": -1}
"""Presets that are one day: how many days ahead."""

PAST_PRESETS: Final = {
    "lastDay": 1, "lastWeek": 7, "last2Weeks": 14, "lastMonth": 30, "last3Months": 90, "last6Months": 180,
    "last12Months": 365, "last2Years": 730, "last3Years": 1095,
}  # fmt: skip
"""Presets that end at the present: how many days they reach back."""

FUTURE_PRESETS: Final = {
    "nextDay": 1, "nextWeek": 7, "next2Weeks": 14, "nextMonth": 30, "next3Months": 90, "next6Months": 180,
    "next12Months": 365,
}  # fmt: skip
"""Presets that begin at the present: how many days they reach ahead."""

_PRESETS: Final = (*DAY_PRESETS, *PAST_PRESETS, *FUTURE_PRESETS)
_ZONE: Final = {"type": "string", "description": "An IANA time zone, UTC where there is none."}
_END: Final = {"type": "string", "description": "A date, or a date and time with its zone."}
_SCHEMA: Final[dict[str, Json]] = {
    "type": "object",
    "if": {"required": ["preset"]},
    "then": {
        "properties": {"preset": {"enum": list(_PRESETS)}, "timeZone": _ZONE},
        "additionalProperties": False,
    },
    "else": {
        "required": ["from", "to"],
        "properties": {"from": _END, "to": _END, "timeZone": _ZONE},
        "additionalProperties": False,
    },
}


class _Around:
    """The spans during which an instant lies in a preset's window around the present."""

    def __init__(self, preset: str, days: Days) -> None:
        self._count = (DAY_PRESETS | PAST_PRESETS | FUTURE_PRESETS)[preset]
        self._days = days
        self.span = self._day if preset in DAY_PRESETS else self._past
        if preset in FUTURE_PRESETS:
            self.span = self._future

    def _day(self, at: int) -> Span:
        day = self._days.day_of(at) - self._count
        return self._days.start(day), self._days.start(day + 1)

    def _past(self, at: int) -> Span:
        return at, self._days.start(self._days.day_of(at) + self._count + 1)

    def _future(self, at: int) -> Span:
        return self._days.start(self._days.day_of(at) - self._count), at + 1


def _between(value: Json) -> TimedTest:
    asked = value if isinstance(value, dict) else {}
    days, preset = days_in(asked.get("timeZone", UTC_NAME)), asked.get("preset")
    if days and isinstance(preset, str) and preset in _PRESETS:
        return during(_Around(preset, days).span)
    fixed = window(asked)
    if fixed is None:
        return at_any_time(lambda _: False)
    return at_any_time(lambda actual: fixed.start <= actual <= fixed.end)


def _judge(value: Json, path: Path) -> Iterator[Issue]:
    zone = value.get("timeZone", UTC_NAME)
    if days_in(zone) is None:
        message = f'there is no time zone "{zone[:60]}"; names are those of the IANA, as in Europe/Berlin'
        yield Issue.error((*path, "timeZone"), "UNKNOWN_TIME_ZONE", message, nearest(zone, zone_names()))
    unreadable = [end for end in ("from", "to") if end in value and instant(value[end]) is None]
    for end in unreadable:
        message = f'"{value[end][:60]}" is neither a date nor a date and time with its zone'
        yield Issue.error((*path, end), "BAD_FORMAT", f"{message}: write 2026-01-31 or 2026-01-31T12:00:00Z")
    fixed = window(value)
    if fixed is not None and fixed.start > fixed.end:
        ends = f"`from` ({value['from'][:35]}) is later than `to` ({value['to'][:35]})"
        yield Issue.error((*path, "from"), "WRONG_ORDER", f"{ends}, so nothing is between them")


_NOON: Final = "2026-03-10T12:00:00Z"
_ENDS: Final = {"from": "2026-01-01", "to": "2026-01-31"}

WINDOWS: Final = (
    Operator(
        name="between",
        description="The date or date-time lies between two others, or in a preset around the present, "
        "both ends included. Bare dates and presets are whole days of `timeZone`.",
        types=frozenset({JsonType.STRING}),
        value_schema=_SCHEMA,
        timed=_between,
        judge=_judge,
        reads_instants=True,
        trusted=True,
        examples=(
            Example("2026-01-31T23:59:59Z", _ENDS, verdict=True, now=_NOON),
            Example("2026-02-01", _ENDS, verdict=False, now=_NOON),
            Example("2026-03-03", {"preset": "lastWeek"}, verdict=True, now=_NOON),
            Example("2026-03-10T13:00:00Z", {"preset": "lastWeek"}, verdict=False, now=_NOON),
            Example(
                "2026-03-10T23:30:00Z",
                {"preset": "tomorrow", "timeZone": "Europe/Berlin"},
                verdict=True,
                now=_NOON,
            ),
        ),
    ),
    Operator(
        name="notBetween",
        description="The opposite of `between`; true where there is no value.",
        types=frozenset({JsonType.STRING}),
        value_schema=_SCHEMA,
        timed=opposite(_between),
        judge=_judge,
        missing=Missing.TRUE,
        reads_instants=True,
        trusted=True,
        examples=(
            Example("2026-02-01", _ENDS, verdict=True, now=_NOON),
            Example("2026-03-10", {"preset": "today"}, verdict=False, now=_NOON),
        ),
    ),
)
