"""Intervals: the spans of time that a series has its points at.

Days and longer are those of a calendar in one time zone, weeks begin on Mondays. Hours and minutes are
counted from the first moment of each day, and the last of a day ends with it: a day on which clocks are
put forward has 23 hours. Several days and longer are counted from the one in which the series begins.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from enum import StrEnum
from itertools import pairwise
from typing import Final

from msgspec import Struct

from levelmark.domain.days import Days
from levelmark.domain.instant import of_moment, to_moment


class Interval(StrEnum):
    """A unit of time."""

    MINUTE = "MINUTE"
    HOUR = "HOUR"
    DAY = "DAY"
    WEEK = "WEEK"
    MONTH = "MONTH"
    QUARTER = "QUARTER"
    YEAR = "YEAR"


_CLOCK: Final = {Interval.MINUTE: 60_000_000, Interval.HOUR: 3_600_000_000}
_DAYS: Final = {Interval.DAY: 1, Interval.WEEK: 7}
_MONTHS: Final = {Interval.MONTH: 1, Interval.QUARTER: 3, Interval.YEAR: 12}


class Span(Struct, frozen=True):
    """An interval, and the instant `at` which its point shows what stands: its end, if that has come."""

    start: datetime
    end: datetime
    at: datetime


def spans(begin: datetime, end: datetime, interval: Interval, every: int, days: Days) -> Iterator[Span]:
    """The intervals of `every` units that the time from `begin` until before `end` touches.

    >>> from levelmark.domain.days import days_in
    >>> first, last = map(datetime.fromisoformat, ("2026-01-31T12:00Z", "2026-02-03T12:00Z"))
    >>> found = spans(first, last, Interval.MONTH, 1, days_in("UTC"))
    >>> [f"{one.start:%d %b} - {one.at:%d %b}" for one in found]
    ['01 Jan - 01 Feb', '01 Feb - 03 Feb']
    """
    for start, until in pairwise(_starts(of_moment(begin), interval, every, days)):
        span = to_moment(start), to_moment(until)
        if span[0] >= end:
            return
        yield Span(*span, min(span[1], end))


def place(ats: Sequence[datetime], at: datetime) -> int:
    """The place of the point that is the first to show what happened at an instant; `ats` are the points'."""
    return bisect_left(ats, at)


def _starts(begin: int, interval: Interval, every: int, days: Days) -> Iterator[int]:
    if interval in _CLOCK:
        return _clock_starts(begin, _CLOCK[interval] * every, days)
    first = days.day_of(begin)
    if interval in _DAYS:
        return (days.start(day) for day in _day_starts(first, _DAYS[interval], every))
    return (days.start(day) for day in _month_starts(first, _MONTHS[interval], every))


def _clock_starts(begin: int, step: int, days: Days) -> Iterator[int]:
    day = days.day_of(begin)
    start = days.start(day)
    start += (begin - start) // step * step
    while True:
        next_day = days.start(day + 1)
        yield from range(start, next_day, step)
        day, start = day + 1, next_day


def _day_starts(day: int, width: int, every: int) -> Iterator[int]:
    day -= (day - 1) % width  # the first of all days was a Monday
    while True:
        yield day
        day += width * every


def _month_starts(day: int, width: int, every: int) -> Iterator[int]:
    first = date.fromordinal(day)
    month = first.year * 12 + first.month - 1
    month -= month % width
    while True:
        year, behind = divmod(month, 12)
        yield date(year, behind + 1, 1).toordinal()
        month += width * every
