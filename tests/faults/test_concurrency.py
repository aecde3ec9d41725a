"""Several server processes, many writers, one editor: whoever is faster, everything fits in the end."""

import asyncio
from random import Random

from levelmark.plugins import Registry
from levelmark.storage import Storage
from tests.faults.catalogue import attacked_blueprint, popular
from tests.faults.client import (
    DELETE_BLUEPRINT,
    DELETE_SCORECARD,
    UPSERT_BLUEPRINT,
    UPSERT_SCORECARD,
    Client,
)
from tests.faults.conftest import Start
from tests.faults.workers import define, edit, together, write
from tests.support.consistency import assert_consistent


async def test_two_processes_write_the_same_entities_while_a_third_edits_the_scorecards(
    storage: Storage, registry: Registry, start: Start
) -> None:
    servers = start(3)
    define(servers[0])
    async with (
        Client(servers[0].url) as one,
        Client(servers[1].url) as other,
        Client(servers[2].url) as third,
    ):
        await together(
            *(lambda dice, client=client: write(client, dice) for client in (one, other) for _ in range(4)),
            lambda dice: edit(third, dice),
        )
    await assert_consistent(storage, registry.operators)
    for server in servers:
        assert "Traceback" not in server.output


async def test_a_blueprint_is_deleted_while_writers_write(
    storage: Storage, registry: Registry, start: Start
) -> None:
    servers = start(2)
    define(servers[0])
    async with Client(servers[0].url) as one, Client(servers[1].url) as other:

        async def delete(dice: Random) -> None:
            await other.say(DELETE_BLUEPRINT, identifier="service")
            await asyncio.sleep(dice.uniform(0, 0.3))
            await other.say(UPSERT_BLUEPRINT, input=attacked_blueprint())
            await other.say(UPSERT_SCORECARD, input=popular())
            await asyncio.sleep(dice.uniform(0, 0.5))

        await together(
            *(lambda dice, client=client: write(client, dice) for client in (one, other) for _ in range(3)),
            lambda dice: edit(one, dice),
            delete,
        )
        await assert_consistent(storage, registry.operators)
        await together(lambda dice: write(one, dice), lambda dice: edit(one, dice), seconds=0.3)
        deleting = asyncio.create_task(other.say(DELETE_BLUEPRINT, identifier="service"))
        await together(lambda dice: write(one, dice), lambda dice: edit(one, dice), seconds=0.5)
        while (await deleting) is None:
            deleting = asyncio.create_task(other.say(DELETE_BLUEPRINT, identifier="service"))
    await assert_consistent(storage, registry.operators)
    assert await storage.entities.count("service") == 0
    assert await storage.definitions.scorecards() == []


async def test_a_scorecard_is_deleted_while_writers_write(
    storage: Storage, registry: Registry, start: Start
) -> None:
    servers = start(2)
    define(servers[0])
    async with Client(servers[0].url) as one, Client(servers[1].url) as other:

        async def delete(dice: Random) -> None:
            await other.say(DELETE_SCORECARD, identifier="popular")
            await asyncio.sleep(dice.uniform(0, 0.3))
            await other.say(UPSERT_SCORECARD, input=popular())
            await asyncio.sleep(dice.uniform(0, 0.3))

        await together(
            *(lambda dice, client=client: write(client, dice) for client in (one, other) for _ in range(3)),
            delete,
        )
        while await other.say(DELETE_SCORECARD, identifier="popular") is None:
            pass
    await assert_consistent(storage, registry.operators)
    assert await storage.entities.count("service", "popular") == 0
