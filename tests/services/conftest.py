"""What tests of counts share: random catalogues that they only look at."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
import pytest_asyncio

from levelmark.plugins import Registry
from levelmark.services import Services
from levelmark.storage import Storage
from tests.support import random_catalogue


@pytest_asyncio.fixture(scope="module", params=[1, 2])
async def catalogue(
    mongo_url: str, registry: Registry, request: pytest.FixtureRequest
) -> AsyncIterator[Services]:
    """A random catalogue that a module's tests only look at."""
    cake = random_catalogue.with_cake(registry)
    database = f"random-{uuid4().hex}"
    async with Storage(mongo_url, database) as storage, Services(storage, cake) as services:
        await random_catalogue.write(services, request.param)
        yield services
        await storage.database.client.drop_database(database)
