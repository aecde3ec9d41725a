"""Several server processes, many writers, one editor: whoever is faster, everything fits in the end."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from random import Random

from levelmark.plugins import Registry
from levelmark.storage import Storage
from tests.faults.catalogue import attacked_blueprint, crowd, modern, popular, rolled
from tests.faults.client import (
    DELETE_BLUEPRINT,
    DELETE_ENTITIES,
    DELETE_RULE,
    DELETE_SCORECARD,
    UPSERT_BLUEPRINT,
    UPSERT_ENTITIES,
    UPSERT_RULE,
    UPSERT_SCORECARD,
    Client,
    refusals,
)
from tests.faults.conftest import Start
from tests.faults.scale import chance, scaled
from tests.support.consistency import assert_consistent
from tests.support.documents import condition, query, rule
from tests.support.server import ServerProcess

_SECONDS = 2


async def test_two_processes_write_the_same_entities_while_a_third_edits_the_scorecards(
    storage: Storage, registry: Registry, start: Start
) -> None:
    servers = [start(), start(), start()]
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
    servers = [start(), start()]
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
    servers = [start(), start()]
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


def define(server: ServerProcess) -> None:
    server.query(UPSERT_BLUEPRINT, input=attacked_blueprint())
    server.query(UPSERT_SCORECARD, input=popular())
    server.query(UPSERT_SCORECARD, input=modern())
    server.query(UPSERT_ENTITIES, entities=crowd(chance("crowd"), 50))


async def together(*workers: Callable[[Random], Awaitable[None]], seconds: float | None = None) -> None:
    """Runs each worker over and over, all at the same time, for a while."""
    until = time.monotonic() + (scaled(_SECONDS) if seconds is None else seconds)

    async def run(worker: Callable[[Random], Awaitable[None]], dice: Random) -> None:
        while time.monotonic() < until:
            await worker(dice)

    async with asyncio.TaskGroup() as group:
        for number, worker in enumerate(workers):
            group.create_task(run(worker, chance(f"worker {number}")))


async def write(client: Client, dice: Random) -> None:
    """Writes some of fifty entities, or deletes a few."""
    names = [f"service-{number:05}" for number in dice.sample(range(50), dice.choice([1, 3, 20]))]
    if dice.random() < 0.15:
        await client.say(DELETE_ENTITIES, blueprint="service", identifiers=names[:3])
        return
    mode = dice.choice(["REPLACE", "MERGE"])
    payload = await client.say(UPSERT_ENTITIES, entities=[rolled(dice, name) for name in names], mode=mode)
    codes = {issue["code"] for result in refusals(payload["results"] if payload else ())
             for issue in result["issues"]}  # fmt: skip
    assert codes <= {"UNKNOWN_BLUEPRINT", "CONFLICT"}, payload


async def edit(client: Client, dice: Random) -> None:
    """One edit of a scorecard: whole, a rule, a rule's end, the filter."""
    extra = rule("extra", dice.choice(["Bronze", "Gold"]), condition("stars", "<", dice.randrange(15)))
    wanted = query(condition("language", "=", dice.choice(["go", "rust"])))
    filtered = popular(dice.randrange(1, 6), filter=wanted)
    kind = dice.randrange(5)
    await (
        client.say(UPSERT_RULE, scorecard="popular", rule=extra) if kind == 0
        else client.say(DELETE_RULE, scorecard="popular", rule="extra") if kind == 1
        else client.say(UPSERT_SCORECARD, input=filtered) if kind == 2
        else client.say(UPSERT_SCORECARD, input=popular(dice.randrange(1, 6))) if kind == 3
        else client.say(UPSERT_RULE, scorecard="modern", rule=extra)
    )  # fmt: skip
    await asyncio.sleep(dice.uniform(0, 0.2))
