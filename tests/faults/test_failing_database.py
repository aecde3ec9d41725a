"""A database that answers with failures: whoever asks is told to come back, and nothing is left half done."""

import asyncio
import shlex
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from levelmark.domain.errors import UnavailableError
from levelmark.domain.json import Json
from levelmark.plugins import Registry
from levelmark.server.embedded import EmbeddedMongo
from levelmark.server.embedded.binary import find_mongod
from levelmark.services import Services
from levelmark.services.writing import Mode
from levelmark.storage import Storage
from tests.faults.catalogue import attacked_blueprint, crowd, popular
from tests.faults.scale import chance
from tests.support.consistency import assert_consistent
from tests.support.waiting import eventually

MAJORITY_LOST = {"writeConcernError": {"code": 100, "errmsg": "not enough members hold data"}}
INTERRUPTED = {"errorCode": 11601}
STEPPED_DOWN = {"writeConcernError": {"code": 189, "errmsg": "primary stepped down"}}
UNHEARD_OF = {"errorCode": 8}


@pytest_asyncio.fixture(scope="module")
async def failing_url(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """A MongoDB that can be told to fail."""
    folder = tmp_path_factory.mktemp("failing")
    program = folder / "mongod"
    mongod = shlex.quote(str(find_mongod(None)))
    program.write_text(f'#!/bin/sh\nexec {mongod} "$@" --setParameter enableTestCommands=1\n')
    program.chmod(0o755)
    async with EmbeddedMongo(folder / "data", program) as mongo:
        yield mongo.url


@pytest_asyncio.fixture
async def failing(failing_url: str, database: str) -> AsyncIterator[Storage]:
    """A storage over a database that can be told to fail."""
    async with Storage(failing_url, database) as storage:
        yield storage
        await fail(storage, 0)


async def fail(storage: Storage, times: int, *commands: str, **how: Any) -> None:
    """Lets the next of these commands fail so many times."""
    mode = {"times": times} if times else "off"
    data = {"failCommands": list(commands), "appName": "levelmark", **how}
    await storage.database.client.admin.command("configureFailPoint", "failCommand", mode=mode, data=data)


async def loaded(services: Services, name: str, count: int = 20) -> list[dict[str, Json]]:
    await services.blueprints.upsert(attacked_blueprint())
    await services.scorecards.upsert(popular())
    entities = crowd(chance(name), count)
    await services.entities.upsert(entities, Mode.REPLACE)
    return entities


@pytest.mark.parametrize("command", ["insert", "update"])
@pytest.mark.parametrize("how", [MAJORITY_LOST, STEPPED_DOWN, INTERRUPTED])
async def test_a_write_that_the_majority_has_not_confirmed_is_not_acknowledged(
    failing: Storage, registry: Registry, command: str, how: dict[str, Json]
) -> None:
    services = Services(failing, registry)
    await loaded(services, "first")
    await fail(failing, 5, command, **how)
    with pytest.raises(UnavailableError):
        await services.entities.upsert(crowd(chance("second"), 30), Mode.REPLACE)
    await fail(failing, 0)
    async with Services(failing, registry) as again:
        await again.entities.upsert(crowd(chance("second"), 30), Mode.REPLACE)
        await assert_consistent(failing, registry.operators)


async def test_a_deletion_that_the_majority_has_not_confirmed_is_not_acknowledged(
    failing: Storage, registry: Registry
) -> None:
    services = Services(failing, registry)
    entities = await loaded(services, "deleted")
    await fail(failing, 5, "update", **MAJORITY_LOST)
    with pytest.raises(UnavailableError):
        await services.entities.delete("service", [str(one["identifier"]) for one in entities])
    await fail(failing, 0)
    async with Services(failing, registry):
        await assert_consistent(failing, registry.operators)


async def test_a_scorecard_that_the_majority_has_not_confirmed_is_not_acknowledged(
    failing: Storage, registry: Registry
) -> None:
    services = Services(failing, registry)
    await loaded(services, "edited")
    for document in (popular(2), popular(2) | {"identifier": "another"}):
        await fail(failing, 5, "insert", "update", **MAJORITY_LOST)
        with pytest.raises(UnavailableError):
            await services.scorecards.upsert(document)
        await fail(failing, 0)
    async with Services(failing, registry):
        await assert_consistent(failing, registry.operators)


async def test_background_work_survives_failures_that_nobody_has_foreseen(
    failing: Storage, registry: Registry, caplog: pytest.LogCaptureFixture
) -> None:
    async with Services(failing, registry) as services, Services(failing, registry) as editor:
        await loaded(services, "unforeseen")
        follower = services.feed.follow(0)
        received = await anext(follower)
        await fail(failing, 40, "find", "aggregate", "findAndModify", "getMore", "distinct", **UNHEARD_OF)
        await eventually(lambda: said(caplog), lambda text: "background work broke off" in text)
        await fail(failing, 0)
        await editor.scorecards.upsert(popular(1))
        changes = await assert_consistent(failing, registry.operators)
        async with asyncio.timeout(5):
            while len(received) < len(changes):
                received += await anext(follower)
    assert received == changes


async def said(caplog: pytest.LogCaptureFixture) -> str:
    return caplog.text
