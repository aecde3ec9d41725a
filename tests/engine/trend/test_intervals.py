"""Intervals: calendar units of a time zone, whatever its clocks do."""

from datetime import UTC, date, datetime, timedelta
from itertools import islice, pairwise
from typing import Final
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from levelmark.domain.days import Days, days_in
from levelmark.engine.trend.intervals import Interval, place, spans

_FIRST: Final = datetime(1995, 1, 1, tzinfo=UTC)


def days(zone: str) -> Days:
    found = days_in(zone)
    assert found is not None
    return found


def starts(begin: str, end: str, interval: Interval, zone: str = "UTC", every: int = 1) -> list[str]:
    first, last = datetime.fromisoformat(begin), datetime.fromisoformat(end)
    found = spans(first, last, interval, every, days(zone))
    return [one.start.astimezone(ZoneInfo(zone)).isoformat(timespec="minutes")[:16] for one in found]


def test_a_series_begins_with_the_interval_that_it_begins_in() -> None:
    assert starts("2026-03-04T12:00Z", "2026-03-18T00:00Z", Interval.WEEK) == [
        "2026-03-02T00:00", "2026-03-09T00:00", "2026-03-16T00:00",
    ]  # fmt: skip
    assert starts("2026-03-04T12:00Z", "2026-03-04T12:01Z", Interval.YEAR) == ["2026-01-01T00:00"]
    assert starts("2026-12-31T12:00Z", "2027-02-04T12:01Z", Interval.QUARTER) == [
        "2026-10-01T00:00", "2027-01-01T00:00",
    ]  # fmt: skip
    assert starts("2026-03-04T12:07Z", "2026-03-04T12:15Z", Interval.MINUTE, every=5) == [
        "2026-03-04T12:05", "2026-03-04T12:10",
    ]  # fmt: skip
    assert starts("2026-05-04T00:00Z", "2026-10-04T00:00Z", Interval.MONTH, every=2) == [
        "2026-05-01T00:00", "2026-07-01T00:00", "2026-09-01T00:00",
    ]  # fmt: skip


def test_days_and_months_are_those_of_the_time_zone() -> None:
    berlin = starts("2026-03-28T22:59Z", "2026-03-30T22:00Z", Interval.DAY, "Europe/Berlin")
    assert berlin == ["2026-03-28T00:00", "2026-03-29T00:00", "2026-03-30T00:00"]
    assert starts("2026-01-31T23:30Z", "2026-01-31T23:31Z", Interval.MONTH, "Europe/Berlin") == [
        "2026-02-01T00:00"
    ]


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-03-30", 24), ("2026-10-25", 25)])
def test_a_day_has_as_many_hours_as_its_clocks_show(day: str, hours: int) -> None:
    zone = ZoneInfo("Europe/Berlin")
    begin = datetime.fromisoformat(day).replace(tzinfo=zone)
    end = (datetime.fromisoformat(day) + timedelta(days=1)).replace(tzinfo=zone)
    found = list(spans(begin, end, Interval.HOUR, 1, days("Europe/Berlin")))
    assert len(found) == hours
    assert {one.end - one.start for one in found} == {timedelta(hours=1)}


def test_hours_are_counted_from_midnight_and_the_last_ends_with_the_day() -> None:
    found = starts("2026-03-04T00:00Z", "2026-03-05T05:30Z", Interval.HOUR, "Asia/Kolkata", every=7)
    assert found == ["2026-03-04T00:00", "2026-03-04T07:00", "2026-03-04T14:00", "2026-03-04T21:00",
                     "2026-03-05T00:00", "2026-03-05T07:00"]  # fmt: skip


@given(
    begin=st.timedeltas(timedelta(), timedelta(days=15_000)).map(lambda since: _FIRST + since),
    length=st.timedeltas(timedelta(milliseconds=1), timedelta(days=900)),
    interval=st.sampled_from(Interval),
    every=st.integers(1, 40),
    zone=st.sampled_from(
        ["UTC", "Europe/Berlin", "America/Sao_Paulo", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Apia"]
    ),
)
def test_intervals_cover_the_time_asked_without_gaps_and_turn_at_local_midnights(
    begin: datetime, length: timedelta, interval: Interval, every: int, zone: str
) -> None:
    end = begin + length
    found = list(islice(spans(begin, end, interval, every, days(zone)), 500))
    assert found[0].start <= begin < found[0].end
    assert all(one.end == other.start for one, other in pairwise(found))
    assert all(one.start < one.at == min(one.end, end) for one in found)
    assert len(found) == 500 or found[-1].start < end <= found[-1].end
    if interval not in {Interval.MINUTE, Interval.HOUR}:
        for one in found:
            assert _first_of_unit(one.start.astimezone(ZoneInfo(zone)), interval)


def _first_of_unit(local: datetime, interval: Interval) -> bool:
    """That a local time begins a unit: a moment before, it was another day, week, month …"""
    before = (local.astimezone(UTC) - timedelta(microseconds=1)).astimezone(local.tzinfo)
    return _unit(local.date(), interval) != _unit(before.date(), interval)


def _unit(day: date, interval: Interval) -> object:
    match interval:
        case Interval.WEEK:
            return day.isocalendar()[:2]
        case Interval.MONTH:
            return day.year, day.month
        case Interval.QUARTER:
            return day.year, (day.month - 1) // 3
        case Interval.YEAR:
            return day.year
        case _:
            return day


def test_what_happens_at_the_end_of_an_interval_is_shown_by_its_point() -> None:
    noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    ats = [noon, noon + timedelta(hours=1)]
    assert [place(ats, at) for at in (noon - timedelta(seconds=1), noon, noon + timedelta(seconds=1))] == [
        0,
        0,
        1,
    ]
