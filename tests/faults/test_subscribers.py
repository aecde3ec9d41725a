"""Subscribers receive every change once and in order: cut off, too slow, or at another process."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from random import Random
from statistics import median
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection

from levelmark.domain.change import Change
from levelmark.domain.errors import LimitExceededError
from levelmark.domain.json import Json
from levelmark.plugins import Registry
from levelmark.services import Services
from levelmark.services.writing import Mode
from levelmark.storage import Storage
from tests.faults.catalogue import attacked_blueprint, crowd, modern, popular
from tests.faults.client import UPSERT_BLUEPRINT, UPSERT_ENTITIES, UPSERT_SCORECARD, Client
from tests.faults.conftest import Start
from tests.faults.scale import chance, scaled
from tests.faults.subscribers import (
    FAT_LEVEL_CHANGES,
    SocketSubscriber,
    StreamSubscriber,
    Subscriber,
    following,
    subscribed,
)
from tests.support.consistency import assert_consistent
from tests.support.server import ServerProcess
from tests.support.waiting import eventually

HISTORY = """
  query ($after: String) {
    levelChanges(first: 500, after: $after) {
      edges { node { cursor entityIdentifier scorecardIdentifier fromLevel toLevel } }
      pageInfo { hasNextPage endCursor }
    }
  }
"""


async def test_subscribers_that_are_cut_off_receive_every_change_once_and_in_order(
    storage: Storage, registry: Registry, start: Start
) -> None:
    dice = chance("cut off")
    (server,) = start(1)
    define(server)
    async with following(subscribed_to(server, 3, 2)) as subscribers, cutting(subscribers, dice):
        for number in range(scaled(4)):
            if number % 2:
                server.kill()
                server.start()
                for one in subscribers:
                    one.url = server.url
            async with Client(server.url) as client:
                assert await client.load(crowd(dice, 100), batch=dice.choice([5, 20, 50]))
        await assert_consistent(storage, registry.operators)
        told = history(server)
        for one in subscribers:
            await one.until(len(told))
            assert one.received == told
            assert one.refusals == []


async def test_a_subscriber_that_does_not_read_slows_nobody_and_loses_nothing(start: Start) -> None:
    (server,) = start(1)
    define(server)
    ballast: dict[str, Json] = {"settings": {"ballast": "x" * 10_000}}
    async with (
        following(subscribed_to(server, 1, 1)) as brisk,
        subscribed(server.url, "0", FAT_LEVEL_CHANGES) as slow,
        Client(server.url) as client,
    ):
        for number in range(scaled(3)):
            entities = crowd(chance(f"slow {number}"), 300)
            fat = [one | {"properties": one["properties"] | ballast} for one in entities]
            assert await client.load(fat, batch=50)
            told = history(server)
            for one in brisk:
                await one.until(len(told))
                assert one.received == told
        everything = history(server)
        assert await received_by(slow, len(everything)) == everything


async def test_a_subscriber_that_falls_too_far_behind_is_told_so_and_can_resume(
    storage: Storage, registry: Registry
) -> None:
    async with Services(storage, registry, ring=50) as services:
        await services.blueprints.upsert(attacked_blueprint())
        await services.scorecards.upsert(popular())
        following = services.feed.follow()
        first = asyncio.create_task(next_of(following))
        await asyncio.sleep(0.1)
        await services.entities.upsert(crowd(chance("first"), 1), Mode.REPLACE)
        received = await first
        await services.entities.upsert(crowd(chance("far"), 200), Mode.REPLACE)
        _, newest = await storage.log.bounds()
        await eventually(lambda: at(services), lambda place: place == newest)
        with pytest.raises(LimitExceededError, match="resume after the last cursor"):
            await anext(following)
        resumed = services.feed.follow(received[-1].number)
        while received[-1].number < newest:
            received += await asyncio.wait_for(next_of(resumed), 5)
    assert [change.number for change in received] == list(range(1, newest + 1))


async def test_who_resumes_before_the_feed_has_begun_need_not_wait_for_another_change(
    storage: Storage, mongo_url: str, database: str, registry: Registry
) -> None:
    before = Services(storage, registry)
    await before.blueprints.upsert(attacked_blueprint())
    await before.scorecards.upsert(popular())
    await before.entities.upsert(crowd(chance("early"), 1), Mode.REPLACE)
    async with Storage(mongo_url, database) as own:
        restarted = Services(own, registry)
        early = asyncio.create_task(next_of(restarted.feed.follow(1)))
        await asyncio.sleep(0.1)
        async with restarted, asyncio.timeout(5):
            assert [change.number for change in await early] == [2, 3, 4]


async def test_a_change_written_by_one_process_reaches_the_subscribers_of_another(start: Start) -> None:
    writer, reader = start(2)
    define(writer)
    delays: list[float] = []
    async with following(subscribed_to(reader, 1, 0)) as (subscriber,), Client(writer.url) as client:
        for number in range(scaled(20)):
            entity = {"blueprint": "service", "identifier": f"s{number}", "properties": {"archived": True}}
            await client.say(UPSERT_ENTITIES, entities=[entity])
            acknowledged = time.perf_counter()
            await subscriber.until(number + 1)
            delays.append(time.perf_counter() - acknowledged)
    figures = f"median {1_000 * median(delays):.1f} ms, worst {1_000 * max(delays):.1f} ms"
    print(f"after its acknowledgement, a change is at another process's subscriber: {figures}")  # noqa: T201 - a measure for who runs with -s


def define(server: ServerProcess) -> None:
    server.query(UPSERT_BLUEPRINT, input=attacked_blueprint())
    server.query(UPSERT_SCORECARD, input=popular())
    server.query(UPSERT_SCORECARD, input=modern())


def subscribed_to(server: ServerProcess, sockets: int, streams: int) -> list[Subscriber]:
    """So many subscribers of each kind."""
    kinds: list[type[Subscriber]] = [SocketSubscriber] * sockets + [StreamSubscriber] * streams
    return [kind(server.url) for kind in kinds]


@asynccontextmanager
async def cutting(subscribers: Sequence[Subscriber], dice: Random) -> AsyncIterator[None]:
    """Cuts one of them off, again and again."""

    async def cut() -> None:
        while True:
            await asyncio.sleep(dice.uniform(0, 0.2))
            dice.choice(subscribers).cut()

    task = asyncio.create_task(cut())
    yield
    task.cancel()


def history(server: ServerProcess) -> list[dict[str, Any]]:
    """All level changes, oldest first, by the history that the API offers."""
    nodes: list[dict[str, Any]] = []
    after = None
    while True:
        page = server.query(HISTORY, after=after)["levelChanges"]
        nodes += [edge["node"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            return nodes[::-1]
        after = page["pageInfo"]["endCursor"]


async def next_of(following: AsyncIterator[list[Change]]) -> list[Change]:
    return await anext(following)


async def at(services: Services) -> int:
    """How far the feed has read."""
    return services.feed._last


async def received_by(connection: ClientConnection, count: int) -> list[dict[str, Any]]:
    """So many changes from a socket that nobody has read; without the ballast."""
    async with asyncio.timeout(20):
        messages = [json.loads(await connection.recv()) for _ in range(count)]
    changes = [message["payload"]["data"]["levelChanges"] for message in messages]
    return [{name: value for name, value in change.items() if name != "entity"} for change in changes]
