"""Workers: writers and editors that never rest, on fifty entities that all of them want."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from random import Random
from typing import TypeAlias

from tests.faults.catalogue import attacked_blueprint, crowd, modern, popular, rolled
from tests.faults.client import (
    DELETE_ENTITIES,
    DELETE_RULE,
    UPSERT_BLUEPRINT,
    UPSERT_ENTITIES,
    UPSERT_RULE,
    UPSERT_SCORECARD,
    Client,
    refusals,
)
from tests.faults.scale import SCALE, chance
from tests.support.documents import condition, query, rule
from tests.support.server import ServerProcess

Worker: TypeAlias = Callable[[Random], Awaitable[None]]


def define(server: ServerProcess) -> None:
    server.query(UPSERT_BLUEPRINT, input=attacked_blueprint())
    server.query(UPSERT_SCORECARD, input=popular())
    server.query(UPSERT_SCORECARD, input=modern())
    server.query(UPSERT_ENTITIES, entities=crowd(chance("crowd"), 50))


async def together(*workers: Worker, seconds: float = 2) -> None:
    """Runs each worker over and over, all at the same time, for so many seconds at the usual scale."""
    until = time.monotonic() + seconds * SCALE

    async def run(worker: Worker, dice: Random) -> None:
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
