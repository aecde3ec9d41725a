"""A process ends before the history has what it wrote: whoever comes next keeps it first."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio

from levelmark.plugins import Registry
from levelmark.services import Services
from levelmark.services.writing import Mode
from levelmark.storage import Storage
from tests.faults.catalogue import crowd
from tests.faults.conftest import Repaired
from tests.faults.scale import chance

FEW = 5


@pytest_asyncio.fixture
async def successor(mongo_url: str, database: str, registry: Registry) -> AsyncIterator[Services]:
    """Another process, which comes next."""
    async with Storage(mongo_url, database) as storage:
        services = Services(storage, registry)
        yield services
        await services.delivery.close()


async def rewrite(services: Services, salt: str) -> None:
    """Writes the entities anew, twice, with other values."""
    for again in ("a", "b"):
        await services.entities.upsert(crowd(chance(f"{salt}-{again}"), FEW), Mode.REPLACE)


async def remove(services: Services, salt: str) -> None:
    """Deletes the entities."""
    del salt
    names = [str(one["identifier"]) for one in crowd(chance("kept"), FEW)]
    await services.entities.delete("service", names)


async def remove_and_rewrite(services: Services, salt: str) -> None:
    """Deletes them and writes others of their names."""
    await remove(services, salt)
    await rewrite(services, salt)


@pytest.mark.parametrize("follow", [rewrite, remove, remove_and_rewrite])
@pytest.mark.parametrize("step", ["first", "later"])
async def test_a_state_that_a_crash_left_is_kept_before_it_is_replaced(
    doomed: Services,
    repaired: Repaired,
    *,
    monkeypatch: pytest.MonkeyPatch,
    successor: Services,
    follow: Callable[[Services, str], Awaitable[None]],
    step: str,
) -> None:
    if step == "later":
        await doomed.entities.upsert(crowd(chance("earlier"), FEW), Mode.REPLACE)
        await doomed.delivery.settle()
    forgets(doomed, monkeypatch)
    await doomed.entities.upsert(crowd(chance("lost"), FEW), Mode.REPLACE)
    database = successor.storage.database
    rows = await database["entities"].find({}).to_list(None)
    owed = {"_id": {"$in": [f"{row['_id']}.{row['standing']['version']}" for row in rows]}}
    assert await database["history"].count_documents(owed) == 0
    await follow(successor, "next")
    await successor.delivery.settle()
    assert await database["history"].count_documents(owed) == FEW
    await repaired()


async def test_a_crash_between_a_deletion_and_the_history_loses_no_end(
    doomed: Services, repaired: Repaired, monkeypatch: pytest.MonkeyPatch, successor: Services
) -> None:
    await doomed.entities.upsert(crowd(chance("kept"), FEW), Mode.REPLACE)
    await doomed.delivery.settle()
    forgets(doomed, monkeypatch)
    await remove(doomed, "")
    gone, history = {"gone": True}, successor.storage.database["history"]
    assert await history.count_documents(gone) == 0
    await repaired()
    assert await history.count_documents(gone) == FEW


def forgets(services: Services, patch: pytest.MonkeyPatch) -> None:
    """Lets the process end, from now on, before it has kept any state or settled any outbox."""
    patch.setattr(services.storage.history, "flush", _never)
    patch.setattr(services.storage.entities, "settle", _never)


async def _never(*args: object) -> None:
    del args
