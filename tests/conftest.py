"""What all tests may use: a real MongoDB for the whole run, a database and services for each test."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio

from levelmark.plugins import Registry
from levelmark.plugins.loading import load_registry
from levelmark.server.embedded import EmbeddedMongo
from levelmark.services import Services
from levelmark.storage import Storage
from tests.support.server import ServerProcess


@pytest_asyncio.fixture(scope="session")
async def mongo_url(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """A real MongoDB that the whole run shares."""
    async with EmbeddedMongo(tmp_path_factory.mktemp("mongo")) as mongo:
        yield mongo.url


@pytest.fixture(scope="session")
def registry() -> Registry:
    """The installed plugins."""
    return load_registry()


@pytest.fixture
def database() -> str:
    """The name of a database that is this test's alone."""
    return f"test-{uuid4().hex}"


@pytest_asyncio.fixture
async def storage(mongo_url: str, database: str) -> AsyncIterator[Storage]:
    """An empty storage."""
    async with Storage(mongo_url, database) as storage:
        yield storage
        await storage.database.client.drop_database(database)


@pytest_asyncio.fixture
async def services(storage: Storage, registry: Registry) -> AsyncIterator[Services]:
    """Services over an empty storage, with their background work running."""
    async with Services(storage, registry) as services:
        yield services


@pytest.fixture
def server(mongo_url: str, database: str, tmp_path: Path) -> Iterator[ServerProcess]:
    """A real server process over an empty database."""
    with ServerProcess(tmp_path / "server.log", "--mongodb-url", mongo_url, "--database", database) as server:
        yield server
