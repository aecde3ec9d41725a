"""The clock of all processes is the database's."""

from datetime import UTC, datetime, timedelta

import pytest

from levelmark.services.clock import DatabaseClock
from levelmark.storage import Storage


@pytest.mark.parametrize("wrong", [timedelta(hours=1), timedelta(minutes=-10)])
async def test_a_process_whose_clock_is_wrong_follows_the_databases(
    storage: Storage, wrong: timedelta
) -> None:
    clock = DatabaseClock(storage, lambda: datetime.now(UTC) + wrong)
    assert abs(clock() - datetime.now(UTC) - wrong) < timedelta(seconds=5)
    await clock.put_right()
    assert abs(clock() - datetime.now(UTC)) < timedelta(seconds=5)


async def test_a_clock_that_is_right_is_left_alone(storage: Storage) -> None:
    at = await storage.time()
    clock = DatabaseClock(storage, lambda: at)
    await clock.put_right()
    assert clock() == at
