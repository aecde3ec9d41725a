"""A server that is killed while it loads: loading again leaves what an undisturbed load leaves."""

import asyncio
from random import Random
from uuid import uuid4

from levelmark.domain.json import Json
from levelmark.plugins import Registry
from levelmark.services import Services
from levelmark.services.writing import Mode
from levelmark.storage import Storage
from tests.faults.catalogue import attacked_blueprint, crowd, modern, popular
from tests.faults.client import UPSERT_BLUEPRINT, UPSERT_SCORECARD, Client
from tests.faults.conftest import Start
from tests.faults.scale import chance, scaled
from tests.support.consistency import assert_consistent
from tests.support.server import ServerProcess


async def test_what_a_killed_server_left_half_loaded_is_as_if_nothing_had_happened(
    storage: Storage, registry: Registry, mongo_url: str, start: Start
) -> None:
    dice = chance("server killed")
    entities = crowd(dice, 400)
    (server,) = start(1)
    server.query(UPSERT_BLUEPRINT, input=attacked_blueprint())
    server.query(UPSERT_SCORECARD, input=modern())
    cut_short = 0
    for left in reversed(range(scaled(3))):
        if left > 1:  # the lease of what is evaluated when it dies has ended when the last is killed
            server.query(UPSERT_SCORECARD, input=popular(dice.randrange(1, 6)))
        cut_short += await load_until_killed(server, crowd(dice, len(entities)), dice)
        server.start()
    assert cut_short, "no kill hit a load"
    server.query(UPSERT_SCORECARD, input=popular())
    async with Client(server.url) as client:
        assert await client.load(entities, batch=50)
    await assert_consistent(storage, registry.operators)
    assert await levels(storage) == await undisturbed_levels(mongo_url, registry, entities)


async def load_until_killed(server: ServerProcess, entities: list[dict[str, Json]], dice: Random) -> bool:
    """Kills the server at a random moment of a load; whether that cut it short."""
    async with Client(server.url) as client:
        load = asyncio.create_task(client.load(entities, batch=dice.choice([1, 10, 50])))
        await asyncio.sleep(dice.uniform(0.01, 0.8))
        server.kill()
        return not await load


async def undisturbed_levels(
    mongo_url: str, registry: Registry, entities: list[dict[str, Json]]
) -> dict[str, list[tuple[str, str]]]:
    """The levels after one load by one process that nobody kills."""
    database = f"test-{uuid4().hex}"
    async with Storage(mongo_url, database) as storage:
        services = Services(storage, registry)
        await services.blueprints.upsert(attacked_blueprint())
        await services.scorecards.upsert(modern())
        await services.scorecards.upsert(popular())
        await services.entities.upsert(entities, Mode.REPLACE)
        found = await levels(storage)
        await storage.database.client.drop_database(database)
    return found


async def levels(storage: Storage) -> dict[str, list[tuple[str, str]]]:
    """The level of every entity in every scorecard that applies to it."""
    found = [held.entity for held in await storage.entities.chunk("service", None, 10_000)]
    return {one.identifier: [(score.scorecard, score.level) for score in one.scores] for one in found}
