"""A process ends before the history has what it wrote: whoever comes next keeps it first."""

from collections.abc import Awaitable, Callable

import pytest

from levelmark.services import Services
from levelmark.services.writing import Mode
from levelmark.storage import Storage
from tests.faults.catalogue import crowd
from tests.faults.conftest import Repaired
from tests.faults.interleaving import CrashError, crash
from tests.faults.scale import chance

FEW = 5


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
    monkeypatch: pytest.MonkeyPatch,
    *,
    follow: Callable[[Services, str], Awaitable[None]],
    step: str,
) -> None:
    if step == "later":
        await doomed.entities.upsert(crowd(chance("earlier"), FEW), Mode.REPLACE)
        await doomed.delivery.settle()
    database = doomed.storage.database
    with monkeypatch.context() as patch:
        patch.setattr(doomed.storage.history, "keep", _never)
        with pytest.raises(CrashError):
            await doomed.entities.upsert(crowd(chance("lost"), FEW), Mode.REPLACE)
    rows = await database["entities"].find({}).to_list(None)
    owed = {"_id": {"$in": [f"{row['_id']}.{row['standing']['version']}" for row in rows]}}
    assert await database["history"].count_documents(owed) == 0
    await follow(Services(doomed.storage, doomed.registry), "next")
    assert await database["history"].count_documents(owed) == FEW
    await repaired()


async def test_a_crash_between_a_deletion_and_the_history_loses_no_end(
    doomed: Services, repaired: Repaired, monkeypatch: pytest.MonkeyPatch
) -> None:
    await doomed.entities.upsert(crowd(chance("kept"), FEW), Mode.REPLACE)
    await doomed.delivery.settle()
    monkeypatch.setattr(doomed.storage.history, "keep", _none_of_the_gone(doomed.storage))
    with pytest.raises(CrashError):
        await remove(doomed, "")
    await repaired()
    assert await doomed.storage.database["history"].count_documents({"gone": True}) == FEW


async def _never(*args: object) -> None:
    if args and args[0]:
        await crash()


def _none_of_the_gone(storage: Storage) -> Callable[..., Awaitable[None]]:
    keep = storage.history.keep

    async def kept(states_: list[object]) -> None:
        if any(getattr(one, "entity", None) is None for one in states_):
            await crash()
        await keep(states_)  # type: ignore[arg-type]

    return kept
