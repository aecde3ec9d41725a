"""An instant: a point in time, as an integer number of microseconds since 1970-01-01T00:00Z."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

NEVER: Final = 253_402_300_800_000_000
"""The first instant that no date-time can name, that of the year 10000: it stands for "not at all"."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_DATE_TIME: Final = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)  # RFC 3339, section 5.6


def instant(text: object) -> int | None:
    """The instant that an RFC 3339 date or date-time names; a date is its first moment in UTC.

    None where the text is neither. Digits beyond microseconds are dropped.

    >>> instant("1970-01-01T01:00:00+01:00"), instant("1970-01-02"), instant("soon")
    (0, 86400000000, None)
    """
    at = moment(text)
    return None if at is None else of_moment(at)


def moment(text: object) -> datetime | None:
    """The same as a `datetime` that knows its zone: as good to compare, and sooner made."""
    if not isinstance(text, str):
        return None
    try:
        # Most are written as `2026-01-01T00:00:00.000Z`; its punctuation tells sooner than a pattern does.
        if text[4:20:3] == "--T::." and text[23:] == "Z":
            return datetime.fromisoformat(text)
        if _DATE.fullmatch(text):
            return datetime.fromisoformat(text).replace(tzinfo=UTC)
        if _DATE_TIME.fullmatch(text):
            return datetime.fromisoformat(text.upper())
    except ValueError:
        return None
    return None


def of_moment(at: datetime) -> int:
    """The instant of a `datetime` that knows its zone."""
    return (at - _EPOCH) // _MICROSECOND


def to_moment(at: int) -> datetime:
    """The `datetime` of an instant, in UTC; OverflowError where the year is beyond 1 to 9999."""
    return _EPOCH + at * _MICROSECOND


def instant_text(at: datetime) -> str:
    """The instant as the API shows it: ISO 8601 in UTC, to the millisecond."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
