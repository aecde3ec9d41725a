"""A process that dies, or sleeps, in the middle of a background evaluation: another finishes it."""

import asyncio
import os
import signal
import time
from typing import Any

from levelmark.domain.evaluation import Evaluation, EvaluationState
from levelmark.plugins import Registry
from levelmark.storage import Storage
from tests.faults.catalogue import crowd, popular
from tests.faults.client import UPSERT_BLUEPRINT, UPSERT_SCORECARD, Client
from tests.faults.conftest import Start
from tests.faults.scale import chance, scaled
from tests.support.consistency import assert_consistent
from tests.support.documents import blueprint
from tests.support.server import ServerProcess

_CROWD = max(1_600, scaled(1_600))
_SECONDS = 60


async def test_another_process_finishes_what_a_dead_one_and_a_sleeping_one_had_begun(
    storage: Storage, registry: Registry, start: Start
) -> None:
    (sleeper,) = start(1)
    await define(sleeper, "service")
    await define(sleeper, "library")
    left_asleep = await begun(storage, sleeper, "service")
    os.kill(sleeper.pid, signal.SIGSTOP)
    (doomed,) = start(1)
    left_dead = await begun(storage, doomed, "library")
    doomed.kill()
    (heir,) = start(1)
    for seen in await asyncio.gather(watch(storage, left_asleep), watch(storage, left_dead)):
        assert [one.evaluated for one in seen] == sorted(one.evaluated for one in seen)
        assert all(one.evaluated <= one.total == _CROWD for one in seen)
        assert seen[-1].state is EvaluationState.DONE
    os.kill(sleeper.pid, signal.SIGCONT)
    await assert_consistent(storage, registry.operators)
    for server in (sleeper, heir):
        assert "Traceback" not in server.output


async def define(server: ServerProcess, kind: str) -> None:
    """A blueprint with a scorecard and a crowd."""
    entities = [one | {"blueprint": kind} for one in crowd(chance(kind), _CROWD)]
    async with Client(server.url) as client:
        await client.say(UPSERT_BLUEPRINT, input=blueprint(kind))
        await client.say(UPSERT_SCORECARD, input=of(kind, 5))
        assert await client.load(entities, batch=1_000, at_once=2)


def of(kind: str, threshold: int) -> dict[str, Any]:
    return popular(threshold) | {"identifier": f"popular-{kind}", "blueprint": kind}


async def begun(storage: Storage, server: ServerProcess, kind: str) -> str:
    """An evaluation that the server is in the middle of, set off by an edit."""
    document = """
      mutation ($input: ScorecardInput!) { upsertScorecard(input: $input) { evaluation { identifier } } }
    """
    payload = server.query(document, input=of(kind, 2))["upsertScorecard"]
    identifier: str = payload["evaluation"]["identifier"]
    await until_under_way(storage, identifier)
    return identifier


async def until_under_way(storage: Storage, identifier: str) -> None:
    while (one := await look(storage, identifier)).evaluated == 0:
        assert one.state is not EvaluationState.DONE
        await asyncio.sleep(0.005)


async def watch(storage: Storage, identifier: str) -> list[Evaluation]:
    """Every progress that can be seen until the evaluation is done."""
    deadline = time.monotonic() + _SECONDS
    seen = [await look(storage, identifier)]
    while seen[-1].state is not EvaluationState.DONE:
        assert time.monotonic() < deadline, seen[-1]
        await asyncio.sleep(0.05)
        seen.append(await look(storage, identifier))
    return seen


async def look(storage: Storage, identifier: str) -> Evaluation:
    found = await storage.evaluations.get(identifier)
    assert found is not None
    return found
