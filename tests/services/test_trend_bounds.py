"""The bounds of trends: what would be too large is refused, and says what to narrow."""

from datetime import timedelta

import pytest

from levelmark.domain.errors import LimitExceededError
from levelmark.engine.trend.intervals import Interval
from levelmark.services import Services, trends
from levelmark.services.tagging import TagName
from levelmark.services.trends import Question, Time
from tests.support.catalogue import write
from tests.support.documents import blueprint, entity


async def question(services: Services, *, hours: int, first: int = 50) -> Question:
    """Three services by their identifiers, hour by hour."""
    await services.blueprints.upsert(blueprint())
    await write(services, *(entity(name) for name in "abc"))
    time = Time(services.clock() - timedelta(hours=hours), None, Interval.HOUR)
    return Question(time, "service", by=(TagName("$identifier"),), first=first)


async def test_too_many_groups_are_refused(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = await question(services, hours=1)
    assert (await services.trends.trend(asked)).groups == 3
    monkeypatch.setattr(trends, "MAX_GROUPS", 2)
    with pytest.raises(LimitExceededError, match="more than 2 groups; narrow the entities by `filter`"):
        await services.trends.trend(asked)


async def test_too_many_points_of_all_series_are_refused(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trends, "MAX_SHOWN", 20)
    with pytest.raises(LimitExceededError, match="points would be shown, and 20 are the most"):
        await services.trends.trend(await question(services, hours=12))
    found = await services.trends.trend(await question(services, hours=12, first=1))
    assert (len(found.series), found.groups) == (1, 3)
