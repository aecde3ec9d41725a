"""What tests of the API share: one server, and, for those that look at the database, services in-process."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio

from levelmark.plugins import Registry
from levelmark.services import Services
from levelmark.services.writing import Mode
from levelmark.storage import Storage
from tests.graphql.api.client import Client
from tests.graphql.api.commands import Commands, Executor
from tests.graphql.api.world import EXPECTED, World, comes_to
from tests.support.documents import blueprint, condition, entity, rule, scorecard
from tests.support.server import ServerProcess


@pytest.fixture(scope="session")
def shared_server(mongo_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server that the tests share; at the end, it must have nothing to regret."""
    log: Path = tmp_path_factory.mktemp("api") / "server.log"
    with ServerProcess(log, "--mongodb-url", mongo_url, "--database", f"api-{uuid4().hex}") as server:
        yield server
    assert "Internal error" not in server.output, server.output
    assert "Traceback" not in server.output, server.output


@pytest.fixture(scope="session")
def api(shared_server: ServerProcess) -> Iterator[Client]:
    """A client of the shared server."""
    with Client(shared_server.url) as client:
        yield client


@pytest.fixture
def kind() -> str:
    """The name of a blueprint that is this test's alone."""
    return f"service-{uuid4().hex[:8]}"


@pytest.fixture
def card() -> str:
    """The name of a scorecard that is this test's alone."""
    return f"quality-{uuid4().hex[:8]}"


@pytest_asyncio.fixture(scope="module")
async def executor(mongo_url: str, registry: Registry) -> AsyncIterator[Executor]:
    """Operations in this process, over a hundred entities in three scorecards.

    The services' background work does not run, so that every command seen belongs to an operation.
    """
    database, commands = f"calls-{uuid4().hex}", Commands()
    async with Storage(mongo_url, database, listeners=(commands,)) as storage:
        services = Services(storage, registry)
        await _populate(services)
        yield Executor(services, commands)
        await storage.database.client.drop_database(database)


async def _populate(services: Services) -> None:
    rules = (
        rule("liked", "Bronze", condition("stars", ">", 5)),
        rule("in-go", "Silver", condition("language", "=", "Go")),
    )
    await services.blueprints.upsert(blueprint(relations={"on": {"target": "service", "many": True}}))
    for name in ("a", "b", "c"):
        await services.scorecards.upsert(scorecard(name, *rules))
    for stars in (0, 9):
        many = [entity(f"e{number:03}", stars=number % 10 + stars) for number in range(100)]
        owned = [one | {"team": ["red", "blue", "green"][: place % 4]} for place, one in enumerate(many)]
        await services.entities.upsert(owned, Mode.REPLACE)
    await services.delivery.close()


@pytest.fixture(scope="module")
def settled(api: Client) -> World:
    """A world in which all has followed; tests only look at it."""
    world = World(api)
    world.write()
    comes_to(world.derived, EXPECTED)
    return world


@pytest.fixture
def world(api: Client) -> World:
    """A world in which nothing is written yet."""
    return World(api)


@pytest.fixture
def domain(api: Client, kind: str) -> str:
    """Another blueprint: `kind` has the relations `domain` and `backup` to it, and `uses` to itself."""
    name = f"domain-{uuid4().hex[:8]}"
    api.write_blueprint(blueprint(name))
    relations = {
        "domain": {"target": name},
        "backup": {"target": name},
        "uses": {"target": kind, "many": True},
    }
    api.write_blueprint(blueprint(kind, relations=relations))
    return name
