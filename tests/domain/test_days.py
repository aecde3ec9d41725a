"""Days: one after the other without a gap, whatever a time zone has done to its clocks."""

from datetime import UTC, date, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from levelmark.domain.days import Days, days_in, zone_names
from levelmark.domain.instant import instant, of_moment

HOUR = 3_600_000_000
ODD_ZONES = (
    "Africa/Cairo", "America/Havana", "America/Sao_Paulo", "America/St_Johns", "America/Toronto",
    "Asia/Beirut", "Asia/Kathmandu", "Asia/Pyongyang", "Europe/Berlin", "Pacific/Apia",
    "Pacific/Kwajalein", "UTC",
)  # fmt: skip
"""Zones whose clocks change at midnight, a minute past it, or have left out a day."""

ZONES = st.sampled_from(ODD_ZONES)
FIRST, LAST = of_moment(datetime(1900, 1, 1, tzinfo=UTC)), of_moment(datetime(2100, 1, 1, tzinfo=UTC))


@given(zone=ZONES, at=st.integers(FIRST, LAST))
@settings(max_examples=300, deadline=None)
def test_an_instant_falls_on_the_day_that_has_begun_and_not_ended(zone: str, at: int) -> None:
    days = Days(ZoneInfo(zone))
    day = days.day_of(at)
    assert days.start(day) <= at < days.start(day + 1)


@pytest.mark.parametrize("zone", ODD_ZONES)
def test_a_day_begins_when_clocks_first_show_its_date(zone: str) -> None:
    days = Days(ZoneInfo(zone))
    for day in range(date(2005, 1, 1).toordinal(), date(2020, 1, 1).toordinal()):
        start = days.start(day)
        assert shown(start, zone) >= day
        assert shown(start - 1, zone) < day


@pytest.mark.parametrize("zone", ODD_ZONES)
def test_days_follow_each_other(zone: str) -> None:
    days = Days(ZoneInfo(zone))
    for edge in (2, 9998):
        around = date(edge, 1, 1).toordinal()
        starts = [days.start(day) for day in range(around - 3, around + 3)]
        assert all(one < other for one, other in pairwise(starts))


@pytest.mark.parametrize(
    ("zone", "day", "start", "hours"),
    [
        ("Europe/Berlin", "2026-03-29", "2026-03-28T23:00:00Z", 23),
        ("Europe/Berlin", "2026-10-25", "2026-10-24T22:00:00Z", 25),
        ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z", 23),
        ("America/Havana", "2026-11-01", "2026-11-01T04:00:00Z", 25),
        ("America/Toronto", "1919-03-31", "1919-03-31T04:30:00Z", 23.5),
        ("Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z", 0),
        ("UTC", "9999-12-31", "9999-12-31", 24),
        ("Asia/Tokyo", "0001-01-01", "0001-01-01", 24),
    ],
)
def test_a_day_is_as_long_as_its_clocks_say(zone: str, day: str, start: str, hours: float) -> None:
    days, number = Days(ZoneInfo(zone)), date.fromisoformat(day).toordinal()
    assert days.start(number) == instant(start)
    assert days.start(number + 1) - days.start(number) == hours * HOUR


@pytest.mark.parametrize(
    "name", ["", "Mars", "America", "../UTC", "/etc/localtime", "localtime", "U\0TC", 5, None]
)
def test_what_is_no_time_zone_has_no_days(name: object) -> None:
    assert days_in(name) is None


def test_time_zones_are_named() -> None:
    assert {"UTC", "Europe/Berlin"} <= {*zone_names()}


def shown(at: int, zone: str) -> int:
    """The date on the zone's clocks."""
    return datetime.fromtimestamp(at / 1_000_000, ZoneInfo(zone)).toordinal()
