"""A mongod that is killed under a server that loads."""

import asyncio
import json
import os
import signal
from contextlib import AsyncExitStack
from pathlib import Path
from random import Random
from typing import Final

from msgspec import Struct, convert

from levelmark.plugins import Registry
from levelmark.server.embedded import EmbeddedMongo
from levelmark.storage import Storage
from tests.faults.catalogue import attacked_blueprint, crowd, modern, popular
from tests.faults.client import UPSERT_BLUEPRINT, UPSERT_SCORECARD, Client
from tests.faults.scale import chance, scaled
from tests.support.consistency import assert_consistent
from tests.support.server import ServerProcess

_CROWD: Final = 800


class Record(Struct):
    """What the holder of a data folder writes of itself."""

    mongod: int
    url: str


async def test_a_server_whose_own_mongod_is_killed_says_so_and_has_all_data_when_started_again(
    tmp_path: Path, registry: Registry
) -> None:
    dice = chance("own mongod killed")
    data = tmp_path / "data"
    options = ("--data", str(data), "--shutdown-seconds", "1")
    with ServerProcess(tmp_path / "server.log", *options) as server:
        define(server)
        for _ in range(scaled(1)):
            await load_until_killed(server, dice, record(data).mongod)
            assert await asyncio.to_thread(server.wait) == 1
            assert "the embedded MongoDB died" in server.output
            assert "killed by signal 9" in server.output
            assert "Traceback" not in server.output
            server.start()
        async with Client(server.url) as client:
            assert await client.load(crowd(dice, _CROWD), batch=50)
        await check(record(data).url, registry)


async def test_a_server_outlives_a_database_that_crashes_and_comes_back(
    tmp_path: Path, registry: Registry
) -> None:
    dice = chance("another's mongod killed")
    data = tmp_path / "data"
    async with AsyncExitStack() as stack:
        async with EmbeddedMongo(data) as mongo:
            url = mongo.url  # the port is the folder's for good
            options = ("--mongodb-url", url, "--shutdown-seconds", "1")
            server = stack.enter_context(ServerProcess(tmp_path / "server.log", *options))
            define(server)
        async with Client(server.url) as client:
            loads: list[asyncio.Task[bool]] = []
            for _ in range(scaled(1)):
                async with EmbeddedMongo(data) as mongo:
                    loads.append(asyncio.create_task(client.load(crowd(dice, _CROWD), batch=5)))
                    await asyncio.sleep(dice.uniform(0.05, 0.4))
                    os.kill(mongo.pid, signal.SIGKILL)
            async with EmbeddedMongo(data):
                await asyncio.gather(*loads)
                assert await client.load(crowd(dice, _CROWD), batch=50)
                await check(url, registry)
    assert "Traceback" not in server.output


def define(server: ServerProcess) -> None:
    server.query(UPSERT_BLUEPRINT, input=attacked_blueprint())
    server.query(UPSERT_SCORECARD, input=popular())
    server.query(UPSERT_SCORECARD, input=modern())


async def load_until_killed(server: ServerProcess, dice: Random, mongod: int) -> None:
    async with Client(server.url) as client:
        loading = asyncio.create_task(client.load(crowd(dice, _CROWD), batch=5))
        await asyncio.sleep(dice.uniform(0.05, 0.4))
        os.kill(mongod, signal.SIGKILL)
        assert not await loading, "the kill hit no load"


async def check(url: str, registry: Registry) -> None:
    async with Storage(url, "levelmark") as storage:
        await assert_consistent(storage, registry.operators)
        assert await storage.entities.count("service") == _CROWD


def record(data: Path) -> Record:
    return convert(json.loads((data / "lock").read_text()), Record)
