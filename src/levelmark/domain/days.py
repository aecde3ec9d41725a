"""Days: on which day of a time zone an instant falls, and when that day begins.

A day lasts from its first moment to the first moment of the next one, whatever clocks are put forward or
back meanwhile: of an hour that comes twice across midnight, all after the first midnight is the new day.
Days are numbers, as of `date.toordinal`; before the year 2 and after 9997 they are those of UTC.
"""

from datetime import date, datetime
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from levelmark.domain.instant import of_moment, to_moment

DAY_ZERO: Final = 719_163
"""The number of 1970-01-01."""

MICROSECONDS: Final = 86_400_000_000
"""Those of a day in UTC."""

_ZONED: Final = range(date(2, 1, 1).toordinal(), date(9998, 1, 1).toordinal())


class Days:
    """The days of one time zone.

    >>> from levelmark.domain.instant import instant
    >>> days = Days(ZoneInfo("Europe/Berlin"))
    >>> days.start(days.day_of(instant("2026-06-01T23:30:00Z"))) == instant("2026-06-01T22:00:00Z")
    True
    """

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._known = lru_cache(maxsize=4_000)(self._start)  # many entities ask for the same few days

    def start(self, day: int) -> int:
        """The first instant of the day."""
        return self._known(day)

    def _start(self, day: int) -> int:
        if day not in _ZONED:
            return (day - DAY_ZERO) * MICROSECONDS
        midnight = datetime.fromordinal(day).replace(tzinfo=self._zone)
        first, second = of_moment(midnight), of_moment(midnight.replace(fold=1))
        return first if first <= second else self._behind_gap(second, first, day)

    def day_of(self, at: int) -> int:
        """The day that the instant falls on."""
        day = self._local_day(at)
        while self.start(day + 1) <= at:
            day += 1
        while self.start(day) > at:
            day -= 1
        return day

    def _local_day(self, at: int) -> int:
        day = at // MICROSECONDS + DAY_ZERO
        if day not in _ZONED:
            return day
        return to_moment(at).astimezone(self._zone).toordinal()

    def _behind_gap(self, before: int, after: int, day: int) -> int:
        # Clocks skip this midnight: the day begins where they stand behind the gap, somewhere in between.
        while after - before > 1:
            between = (before + after) // 2
            if self._local_day(between) < day:
                before = between
            else:
                after = between
        return after


def days_in(zone: object) -> Days | None:
    """The days of the time zone of an IANA name, as in `Europe/Berlin`; None where there is none."""
    return _days(zone) if isinstance(zone, str) else None


@lru_cache(maxsize=1_000)
def _days(zone: str) -> Days | None:
    try:
        return Days(ZoneInfo(zone)) if zone != "localtime" else None  # not the same on every machine
    except (LookupError, OSError, ValueError):
        return None


@lru_cache(maxsize=1)
def zone_names() -> tuple[str, ...]:
    """The names of all time zones; looking them up reads many files, so it is done once."""
    return tuple(sorted(available_timezones() - {"localtime"}))
