"""Taking figures: once for all who ask together, and again when they have grown old."""

import asyncio

import pytest

from levelmark.domain.errors import UnavailableError
from levelmark.server.metrics.taking import Shared


class Counter:
    """Gives 1, 2, 3 …, each after a moment; fails while `broken`."""

    def __init__(self) -> None:
        self.count = 0
        self.broken = False

    async def take(self) -> int:
        self.count += 1
        taken = self.count
        await asyncio.sleep(0.01)
        if self.broken:
            raise UnavailableError("the database does not answer")
        return taken


async def test_those_who_ask_together_share_one_answer() -> None:
    shared = Shared(Counter().take, 0)
    assert await asyncio.gather(*(shared.get() for _ in range(9))) == [1] * 9
    assert await shared.get() == 2


async def test_an_answer_is_good_for_a_while() -> None:
    shared = Shared(Counter().take, 60)
    assert [await shared.get(), await shared.get()] == [1, 1]


async def test_a_failure_is_not_kept() -> None:
    counter = Counter()
    shared = Shared(counter.take, 60)
    counter.broken = True
    with pytest.raises(UnavailableError):
        await shared.get()
    counter.broken = False
    assert await shared.get() == 2


async def test_who_goes_away_leaves_the_others_their_answer() -> None:
    shared = Shared(Counter().take, 60)
    first, second = (asyncio.create_task(shared.get()) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    assert await second == 1
