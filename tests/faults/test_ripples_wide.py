"""A write that concerns more than can be evaluated at once: a background evaluation, which no death loses."""

from typing import Final

import pytest

from levelmark.plugins import Registry
from levelmark.services import Services
from levelmark.storage import Storage
from tests.faults.interleaving import CrashError
from tests.faults.mortal import dies_at
from tests.faults.neighbours import ORACLE, define, incident, spread, stale, team, tribe, write
from tests.faults.scale import SCALE, chance
from tests.support.consistency import assert_consistent

_WIDE: Final = 10
_MOST_CALLS: Final = 200


@pytest.fixture(autouse=True)
def _narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets few be many."""
    monkeypatch.setattr("levelmark.services.spreading._AT_ONCE", _WIDE - 1)
    monkeypatch.setattr("levelmark.services.evaluations._CHUNK", _WIDE // 2)


async def test_an_evaluation_of_many_dependents_is_lost_at_no_death(
    storage: Storage, registry: Registry
) -> None:
    first = Services(storage, registry)
    await define(first)
    step = max(1, round(8 / SCALE))
    for call in range(chance("wide").randrange(step), _MOST_CALLS, step):
        name = f"t{call:03}"
        await write(first, *tribe(name), *(incident(f"{name}-{more}", name) for more in range(_WIDE)))
        await _work_off(first)
        died = await _dies(first, call, name)
        await _work_off(first)
        if not died:
            break
    await first.delivery.close()
    assert await stale(storage), "no death left anything behind"
    async with Services(storage, registry):
        await assert_consistent(storage, registry.operators, oracle=ORACLE)
    begun = await storage.evaluations.page(None, None, _MOST_CALLS)
    assert any(one.links and one.total > _WIDE and one.changed for one in begun)


async def _dies(first: Services, call: int, name: str) -> bool:
    """Whether a process that changes the team comes as far as that call, its evaluation included."""
    doomed = Services(dies_at(call).storage(first.storage), first.registry)
    try:
        await write(doomed, team(name, 5))
        await _work_off(doomed)
    except CrashError:
        return True
    finally:
        await doomed.delivery.close()
        await first.storage.evaluations.give_up(doomed.evaluations._owner)  # its lease has run out
    return False


async def _work_off(services: Services) -> None:
    """Sees to what the process's writes mean for others, and to all evaluations that are begun."""
    await spread(services)
    owner = services.evaluations._owner
    while (evaluation := await services.storage.evaluations.take(owner)) is not None:
        await services.evaluations._work(evaluation)
        await spread(services)
