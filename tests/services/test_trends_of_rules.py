"""Trends of rules: what rules or time have done is told from what entities did, whoever wrote it down."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest_asyncio

from levelmark.domain.issue import has_errors
from levelmark.engine.trend.events import Origin
from levelmark.engine.trend.intervals import Interval
from levelmark.engine.trend.series import Movement, Point
from levelmark.plugins import Registry
from levelmark.services import Services
from levelmark.services.trends import Question, Time
from levelmark.storage import Storage
from tests.support.catalogue import write
from tests.support.documents import blueprint, condition, entity, rule, scorecard
from tests.support.trends import NOON, Hands

MINUTE = timedelta(minutes=1)
LIKED = rule("liked", "Bronze", condition("stars", ">", 5))
KNOWN = rule("known", "Silver", condition("language", "=", "Go"))
FRESH = rule("fresh", "Bronze", condition("deployed_at", "newerThan", "PT1H"))


@pytest_asyncio.fixture
async def still(storage: Storage, registry: Registry) -> AsyncIterator[tuple[Services, Hands]]:
    """Services without background work: an evaluation stays where it is."""
    hands = Hands()
    services = Services(storage, registry, clock=hands)
    assert not has_errors((await services.blueprints.upsert(blueprint())).issues)
    yield services, hands
    await services.delivery.close()
    await services.calculator.close()


async def only_point(services: Services) -> Point:
    """What happened since the clock began to run."""
    found = await services.trends.trend(Question(Time(NOON, None, Interval.YEAR), scorecard="quality"))
    (series,) = found.series
    (point,) = series.points
    return point


async def test_a_rule_that_an_entity_meets_by_being_written_is_still_the_rules_doing(
    still: tuple[Services, Hands],
) -> None:
    services, hands = still
    await services.scorecards.upsert(scorecard("quality", LIKED))
    await write(services, entity("api", stars=9))
    hands.now += MINUTE
    await services.scorecards.upsert(scorecard("quality", KNOWN))
    await write(services, entity("api", stars=8))
    await services.delivery.settle()
    moved = (await only_point(services)).moved
    assert moved == {Origin.RULE: Movement(went=1, went_passed=1, appeared=1)}


async def test_what_time_has_done_is_told(still: tuple[Services, Hands]) -> None:
    services, hands = still
    await services.scorecards.upsert(scorecard("quality", FRESH))
    await write(services, entity("api", deployed_at="2026-01-10T11:59:00Z"))
    hands.now += 120 * MINUTE
    assert await services.timekeeping.tick() == 1
    point = await only_point(services)
    assert point.moved == {Origin.TIME: Movement(ceased=1)}
    assert (point.tally.passed, point.tally.not_passed, point.levels) == (0, 1, {"Basic": 1})


async def test_what_happened_at_the_very_beginning_is_no_movement(still: tuple[Services, Hands]) -> None:
    services, hands = still
    await services.scorecards.upsert(scorecard("quality", LIKED))
    await write(services, entity("api", stars=9))
    hands.now += MINUTE
    point = await only_point(services)
    assert (point.moved, point.traffic.created, point.tally.passed, point.entities) == ({}, 0, 1, 1)
