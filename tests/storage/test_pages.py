"""Pages: a deep one looks at no more than the first, whatever the order."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio

from levelmark.plugins import Registry
from levelmark.services import Services
from levelmark.services.writing import Mode
from levelmark.storage import Storage
from levelmark.storage.pages import Order, Page, Selection
from tests.support.documents import blueprint, entity

SELECTION = Selection("service")
COUNT, SIZE = 600, 20


@pytest_asyncio.fixture(scope="module")
async def many(mongo_url: str, registry: Registry) -> AsyncIterator[Storage]:
    """Hundreds of entities, ten of each title."""
    async with Storage(mongo_url, f"pages-{uuid4().hex}") as storage:
        services = Services(storage, registry)
        await services.blueprints.upsert(blueprint())
        documents = [
            entity(f"e{number:04}") | {"title": f"T{number * 7919 % (COUNT // 10):03}"}
            for number in range(COUNT)
        ]
        await services.entities.upsert(documents, Mode.REPLACE)
        yield storage
        await storage.database.client.drop_database(storage.database.name)


async def looked_at(storage: Storage, page: Page) -> int:
    """How many keys of indexes a page costs."""
    command: dict[str, Any] = {
        "find": "entities",
        "filter": SELECTION.conditions(page),
        "sort": dict(page.sort()),
        "limit": page.limit,
    }
    plan = await storage.database.command("explain", command, verbosity="executionStats")
    keys: int = plan["executionStats"]["totalKeysExamined"]
    return keys


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("order", Order)
async def test_the_last_page_costs_as_little_as_the_first(
    many: Storage, order: Order, descending: bool
) -> None:
    found: list[str] = []
    after = None
    while True:
        page = Page(order, descending, after, SIZE, SIZE)
        assert await looked_at(many, page) <= 2 * SIZE
        async with many.entities.scan(SELECTION, page) as held:
            nodes = [one.entity async for one in held]
        if not nodes:
            break
        found += [one.identifier for one in nodes]
        after = order.key(nodes[-1]), nodes[-1].identifier
    assert len(found) == len(set(found)) == COUNT


async def test_nothing_stays_open_for_who_has_read_enough(many: Storage) -> None:
    async def open_cursors() -> int:
        status = await many.database.command("serverStatus")
        count: int = status["metrics"]["cursor"]["open"]["total"]
        return count

    before = await open_cursors()
    for _ in range(5):
        async with many.entities.scan(SELECTION, Page(batch=10)) as held:
            assert (await anext(held)).entity.identifier == "e0000"
    assert await open_cursors() <= before
