"""A window: the span between two dates or date-times, both of them inside."""

from typing import Final

from msgspec import Struct

from levelmark.domain.days import DAY_ZERO, MICROSECONDS, days_in
from levelmark.domain.instant import instant
from levelmark.domain.json import Json

UTC_NAME: Final = "UTC"
_DATE_LENGTH: Final = len("2026-01-31")


class Window(Struct, frozen=True):
    """Two instants and all between them; `end` is the last one inside."""

    start: int
    end: int


def window(value: Json) -> Window | None:
    """The window of `{"from": …, "to": …}`; None where it is none.

    A bare date is that whole day in the time zone `timeZone`, in UTC where there is none.

    >>> window({"from": "1970-01-01", "to": "1970-01-01"})
    Window(start=0, end=86399999999)
    """
    if not isinstance(value, dict):
        return None
    first, last = (_day(value.get(end), value.get("timeZone", UTC_NAME)) for end in ("from", "to"))
    return None if first is None or last is None else Window(first.start, last.end)


def _day(text: Json, zone: Json) -> Window | None:
    """The whole day of a bare date, or the one instant of a date-time."""
    at, days = instant(text), days_in(zone)
    if at is None or days is None:
        return None
    if len(text) > _DATE_LENGTH:
        return Window(at, at)
    day = DAY_ZERO + at // MICROSECONDS
    return Window(days.start(day), days.start(day + 1) - 1)
