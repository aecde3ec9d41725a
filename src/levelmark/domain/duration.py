"""A duration: a span of time as ISO 8601 writes it, in calendar months and in microseconds.

Years and months are those of the calendar in UTC: a month after 31 January is the last day of February.
"""

import re
from calendar import monthrange
from datetime import MAXYEAR
from typing import Final

from msgspec import Struct

from levelmark.domain.instant import NEVER, of_moment, to_moment

_COUNT: Final = "(?:([0-9]{1,9}){})?"
_PATTERN: Final = re.compile(
    "P(?=[0-9T])" + "".join(_COUNT.replace("{}", unit) for unit in "YMWD")
    + "(?:T(?=[0-9])" + "".join(_COUNT.replace("{}", unit) for unit in "HMS") + ")?"
)  # fmt: skip
_SECONDS: Final = (604_800, 86_400, 3_600, 60, 1)


class Duration(Struct, frozen=True):
    """So many calendar months, and so many microseconds behind them."""

    months: int
    microseconds: int

    def after(self, at: int) -> int:
        """The instant that comes this long after another; `NEVER` where it is beyond the year 9999.

        >>> from levelmark.domain.instant import instant
        >>> Duration(1, 0).after(instant("2026-01-31")) == instant("2026-02-28")
        True
        """
        moved = _months_after(at, self.months) if self.months else at
        return min(moved + self.microseconds, NEVER)


def duration(text: object) -> Duration | None:
    """The duration of a text such as `P30D`, `PT12H`, `P1Y2M` or `P2W`; None where it is none.

    Counts are whole and none is negative; weeks may stand beside the others.

    >>> duration("P1Y2M"), duration("PT1M"), duration("30 days")
    (Duration(months=14, microseconds=0), Duration(months=0, microseconds=60000000), None)
    """
    found = _PATTERN.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        return None
    years, months, *others = (int(count or 0) for count in found.groups())
    seconds = sum(count * unit for count, unit in zip(others, _SECONDS, strict=True))
    return Duration(12 * years + months, seconds * 1_000_000)


def _months_after(at: int, months: int) -> int:
    moment = to_moment(at)
    years, month = divmod(moment.month - 1 + months, 12)
    year = moment.year + years
    if year > MAXYEAR:
        return NEVER
    day = min(moment.day, monthrange(year, month + 1)[1])
    return of_moment(moment.replace(year=year, month=month + 1, day=day))
