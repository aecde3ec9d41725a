"""A process dies anywhere between a write and the end of what it means for others: another ends it."""

from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias

import pytest

from levelmark.plugins import Registry
from levelmark.services import Services
from levelmark.storage import Storage
from tests.faults.interleaving import CrashError
from tests.faults.mortal import dies_at
from tests.faults.neighbours import ORACLE, define, incident, service, spread, stale, team, tribe, write
from tests.faults.scale import SCALE, chance
from tests.support.consistency import assert_consistent

Deed: TypeAlias = Callable[[Services, str], Awaitable[object]]

_MOST_CALLS: Final = 200
_AT_ONCE: Final = 8


async def _create(services: Services, name: str) -> None:
    await write(services, incident(f"{name}-new", name, severity=9))


async def _change(services: Services, name: str) -> None:
    await write(services, team(name, 5))


async def _move(services: Services, name: str) -> None:
    await write(services, service(name, f"{name}-idle"))


async def _move_together(services: Services, name: str) -> None:
    await write(services, team(f"{name}-idle", 6), service(name, f"{name}-idle"), incident(name, name, 4))


async def _delete(services: Services, name: str) -> None:
    await services.entities.delete("team", [name])


async def _delete_what_points(services: Services, name: str) -> None:
    await services.entities.delete("incident", [name])


_DEEDS: Final = (_create, _change, _move, _move_together, _delete, _delete_what_points)


async def test_whatever_the_last_call_of_a_dying_process_another_ends_what_it_began(
    storage: Storage, registry: Registry
) -> None:
    first = Services(storage, registry)
    await define(first)
    for deed in _DEEDS:
        await _die_everywhere(first, deed)
    await first.delivery.close()
    assert await stale(storage), "no death left anything behind"
    async with Services(storage, registry):
        await assert_consistent(storage, registry.operators, oracle=ORACLE)


async def _die_everywhere(first: Services, deed: Deed) -> None:
    """Lets processes do the deed, each to its own tribe, and come farther each time; at scale 2, by one."""
    step = max(1, round(2 / SCALE))
    calls = range(chance(deed.__name__).randrange(step), _MOST_CALLS, step)
    names = [f"{deed.__name__}{call:03}" for call in calls]
    for place, (call, name) in enumerate(zip(calls, names, strict=True)):
        if place % _AT_ONCE == 0:
            tribes = map(tribe, names[place : place + _AT_ONCE])
            await write(first, *(one for members in tribes for one in members))
            await spread(first)
        if not await _dies(first, call, deed, name):
            return
    pytest.fail("it never came to its end")


async def _dies(first: Services, call: int, deed: Deed, name: str) -> bool:
    """Whether a process that does the deed and sees to its consequences comes as far as that call."""
    doomed = Services(dies_at(call).storage(first.storage), first.registry)
    try:
        await deed(doomed, name)
        await spread(doomed)
    except CrashError:
        return True
    finally:
        await doomed.delivery.close()
    return False
