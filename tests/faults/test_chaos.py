"""Everything at once: writers, editors and subscribers, on servers that are killed and started again."""

import asyncio
from collections.abc import Awaitable, Callable
from random import Random

import httpx

from levelmark.plugins import Registry
from levelmark.storage import Storage
from tests.faults.client import Client
from tests.faults.conftest import Start
from tests.faults.subscribers import SocketSubscriber, following
from tests.faults.workers import Worker, define, edit, together, write
from tests.support.consistency import assert_consistent, levels
from tests.support.server import ServerProcess


async def test_servers_that_are_killed_under_writers_editors_and_subscribers_leave_everything_fitting(
    storage: Storage, registry: Registry, start: Start
) -> None:
    servers = start(2)
    define(servers[0])
    clients = [Client(server.url) for server in servers]
    subscribers = [SocketSubscriber(server.url) for server in servers]
    async with following(subscribers), clients[0], clients[1]:
        await together(
            *(undaunted(write, client) for client in clients for _ in range(3)),
            *(undaunted(edit, client) for client in clients),
            lambda dice: kill_one(servers, clients, subscribers, dice),
            seconds=3,
        )
        told = levels(await assert_consistent(storage, registry.operators))
        for one in subscribers:
            await one.until(len(told))
            assert [change["cursor"] for change in one.received] == [str(change.number) for change in told]
    for server in servers:
        assert "Traceback" not in server.output


def undaunted(work: Callable[[Client, Random], Awaitable[None]], client: Client) -> Worker:
    """The work, which goes on when the server goes."""

    async def worker(dice: Random) -> None:
        try:
            await work(client, dice)
        except httpx.TransportError:
            await asyncio.sleep(0.05)

    return worker


async def kill_one(
    servers: list[ServerProcess], clients: list[Client], subscribers: list[SocketSubscriber], dice: Random
) -> None:
    """Kills a server and starts it again, at another address."""
    await asyncio.sleep(dice.uniform(0.2, 1.5))
    place = dice.randrange(len(servers))
    servers[place].kill()
    await asyncio.to_thread(servers[place].start)
    clients[place].url = subscribers[place].url = servers[place].url
