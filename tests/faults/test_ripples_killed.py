"""Servers are killed while teams, services and incidents move: all that these make of each other is right."""

import asyncio
from random import Random

import httpx

from levelmark.domain.json import Json
from levelmark.plugins import Registry
from levelmark.storage import Storage
from tests.faults.client import (
    DELETE_ENTITIES,
    UPSERT_BLUEPRINT,
    UPSERT_ENTITIES,
    UPSERT_SCORECARD,
    Client,
    refusals,
)
from tests.faults.conftest import Start
from tests.faults.neighbours import (
    BLUEPRINTS,
    ORACLE,
    incident,
    incident_blueprint,
    scorecards,
    service,
    service_blueprint,
    team,
    team_blueprint,
)
from tests.faults.workers import Worker, together
from tests.support.consistency import assert_consistent
from tests.support.server import ServerProcess

_EACH = 12
"""Teams, services and incidents that there may be of each."""


async def test_servers_that_are_killed_under_writers_leave_no_derived_value_behind(
    storage: Storage, registry: Registry, start: Start
) -> None:
    servers = start(2)
    define(servers[0])
    clients = [Client(server.url) for server in servers]
    async with clients[0], clients[1]:
        await together(
            *(writer(client) for client in clients for _ in range(3)),
            lambda dice: kill_one(servers, clients, dice),
            seconds=2.5,
        )
        await assert_consistent(storage, registry.operators, oracle=ORACLE)
    for server in servers:
        assert "Traceback" not in server.output


def define(server: ServerProcess) -> None:
    for document in (team_blueprint(), service_blueprint(), incident_blueprint(), team_blueprint()):
        server.query(UPSERT_BLUEPRINT, input=document)
    for document in scorecards():
        server.query(UPSERT_SCORECARD, input=document)


def writer(client: Client) -> Worker:
    """Writes a few entities of any blueprint, or deletes one; goes on when the server goes."""

    async def write(dice: Random) -> None:
        try:
            if dice.random() < 0.1:
                kind = dice.choice(BLUEPRINTS)
                await client.say(DELETE_ENTITIES, blueprint=kind, identifiers=[drawn(dice, kind)])
                return
            documents = {one["identifier"]: one for one in map(rolled, [dice] * dice.choice([1, 1, 4]))}
            payload = await client.say(UPSERT_ENTITIES, entities=list(documents.values()), mode="MERGE")
            codes = {issue["code"] for result in refusals(payload["results"] if payload else ())
                     for issue in result["issues"]}  # fmt: skip
            assert codes <= {"CONFLICT"}, payload
        except httpx.TransportError:
            await asyncio.sleep(0.05)

    return write


def drawn(dice: Random, kind: str) -> str:
    return f"{kind}-{dice.randrange(_EACH)}"


def rolled(dice: Random) -> dict[str, Json]:
    """An entity of some blueprint, as the dice have it."""
    kind = dice.choice(BLUEPRINTS)
    name = drawn(dice, kind)
    if kind == "team":
        return team(name, dice.randrange(1, 8))
    if kind == "service":
        return service(name, dice.choice([drawn(dice, "team"), None]))
    return incident(name, drawn(dice, "service"))


async def kill_one(servers: list[ServerProcess], clients: list[Client], dice: Random) -> None:
    """Kills a server and starts it again, at another address."""
    await asyncio.sleep(dice.uniform(0.2, 1.0))
    place = dice.randrange(len(servers))
    servers[place].kill()
    await asyncio.to_thread(servers[place].start)
    clients[place].url = servers[place].url
