"""Two processes write neighbours at the same time, at every moment at which the one can meet the other.

A process does its deed to one tribe after the other; right before its first call to the database for the
first tribe, its second for the second and so on, the other does its own, to the end of what that means. Once
the first has come to its end, too, everything must follow from the entities, with no reconciler at work.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final, TypeAlias

import pytest

from levelmark.domain.json import Json
from levelmark.plugins import Registry
from levelmark.services import Services
from levelmark.storage import Storage
from tests.faults.interleaving import Action, CrashError, before, crash
from tests.faults.mortal import Life
from tests.faults.neighbours import (
    ORACLE,
    define,
    incident,
    service,
    spread,
    stale,
    team,
    tribe,
    write,
)
from tests.faults.scale import SCALE, chance
from tests.support.consistency import assert_consistent

Deed: TypeAlias = Callable[[Services, str], Awaitable[object]]

_MOST_CALLS: Final = 200
_AT_ONCE: Final = 20
_WRITE: Final = range(3, 10)
"""The calls between the read of what is written and the end of the write."""


async def link(services: Services, name: str) -> None:
    """The service goes to the idle team, with its incident."""
    await write(services, service(name, f"{name}-idle"))


async def link_bare(services: Services, name: str) -> None:
    """The service without incidents goes to the idle team, to which that means nothing."""
    await write(services, service(f"{name}-bare", f"{name}-idle"))


async def point(services: Services, name: str) -> None:
    """A new incident points at the service."""
    await write(services, incident(f"{name}-new", name))


async def change(services: Services, name: str) -> None:
    """The idle team gets another tier; the service is no concern of its yet."""
    await write(services, team(f"{name}-idle", 1))


async def change_both(services: Services, name: str) -> None:
    """Both teams get another tier."""
    await write(services, team(name, 5), team(f"{name}-idle", 1))


async def go(services: Services, name: str) -> None:
    """The idle team goes."""
    await services.entities.delete("team", [f"{name}-idle"])


async def everything(services: Services, name: str) -> None:
    """All of the tribe is written in one request."""
    await write(services, team(f"{name}-idle", 8), service(name, f"{name}-idle"), incident(name, name, 4))


_PAIRS: Final[tuple[tuple[Deed, Deed], ...]] = (
    (link, change),
    (link_bare, change),
    (change, link),
    (link, go),
    (point, change_both),
    (everything, change_both),
)


async def test_whatever_the_moment_at_which_neighbours_are_written_all_are_right_in_the_end(
    storage: Storage, registry: Registry
) -> None:
    rival = Services(storage, registry)
    await define(rival)
    for one, other in _PAIRS:
        actions = partial(_whole, rival, other)
        await _meet_everywhere(rival, one, actions, prefix=f"{one.__name__}-{other.__name__}-")
    await _assert_fresh(rival)


def _whole(services: Services, deed: Deed, name: str) -> list[Action]:
    return [partial(_done, services, deed, name)]


async def test_a_neighbour_that_flips_to_and_fro_is_seen_as_it_stands_in_the_end(
    storage: Storage, registry: Registry
) -> None:
    rival = Services(storage, registry)
    await define(rival)

    def flips(name: str) -> list[Action]:
        async def flip(tier: int) -> None:
            await write(rival, team(f"{name}-idle", tier))
            await spread(rival)

        return [lambda: flip(1), lambda: flip(7)]

    for distance in (1, 2, 4):
        await _meet_everywhere(rival, link_bare, flips, distance=distance, prefix=f"flip{distance}-")
    await spread(rival)
    await _assert_fresh(rival)


async def _done(services: Services, deed: Deed, name: str) -> None:
    await deed(services, name)
    await spread(services)


async def _assert_fresh(services: Services) -> None:
    await services.delivery.close()
    assert await stale(services.storage) == []
    await _assert_made_good(services)


async def _assert_made_good(services: Services) -> None:
    async with Services(services.storage, services.registry):
        await assert_consistent(services.storage, services.registry.operators, oracle=ORACLE)


async def _meet_everywhere(
    rival: Services,
    deed: Deed,
    actions: Callable[[str], list[Action]],
    *,
    distance: int = 1,
    prefix: str = "t",
) -> None:
    """Lets the actions happen from every call of the deed on, `distance` calls apart."""
    calls = _tried(prefix)
    names = [f"{prefix}{call:03}" for call in calls]
    for place, (call, name) in enumerate(zip(calls, names, strict=True)):
        if place % _AT_ONCE == 0:
            tribes = map(tribe, names[place : place + _AT_ONCE])
            await write(rival, *(one for members in tribes for one in members))
            await spread(rival)
        moments = {call + number * distance: action for number, action in enumerate(actions(name))}
        life = Life(moments)
        process = Services(life.storage(rival.storage), rival.registry)
        await _done(process, deed, name)
        await process.delivery.close()
        if life.calls <= call:
            return
    pytest.fail("it never came to its end")


def _tried(name: str) -> list[int]:
    """Which calls are met: all of the write itself and some of those after it; at a scale of 32, all."""
    step = max(1, round(32 / SCALE))
    return [*_WRITE, *range(_WRITE.stop + chance(name).randrange(step), _MOST_CALLS, step)]


def app(**mirrors: str) -> dict[str, Json]:
    """A blueprint of what uses libraries, with mirrors by name."""
    return {
        "identifier": "app",
        "title": "App",
        "relations": {"uses": {"title": "Uses", "target": "library"}},
        "mirrorProperties": {name: {"title": name, "path": path} for name, path in mirrors.items()},
    }


def library(name: str, title: str) -> dict[str, Json]:
    return {"identifier": name, "blueprint": "library", "title": title}


async def found(services: Services, name: str) -> None:
    """The library comes that the app has pointed at all along."""
    await write(services, library(f"{name}-missing", "Here"))


async def rename(services: Services, name: str) -> None:
    """The library gets another title."""
    await write(services, library(name, "Renamed"))


async def leave(services: Services, name: str) -> None:
    """The library goes."""
    await services.entities.delete("library", [name])


@pytest.mark.parametrize("deed", [found, rename, leave])
async def test_whatever_the_moment_of_a_blueprint_edit_its_new_mirror_sees_what_is_written_meanwhile(
    storage: Storage, registry: Registry, deed: Deed
) -> None:
    editor = Services(storage, registry)
    await editor.blueprints.upsert({"identifier": "library", "title": "Library"})
    for call in range(_MOST_CALLS):
        await editor.blueprints.upsert(app(), force=True)  # nobody reads libraries
        name = f"l{call:03}"
        uses = [(name, name), (f"{name}-hopeful", f"{name}-missing")]
        apps = [{"identifier": of, "blueprint": "app", "relations": {"uses": it}} for of, it in uses]
        await write(editor, library(name, "Named"), *apps)
        await _sweep(editor)
        life = Life({call: lambda: _add_mirror(editor)})
        writer = Services(life.storage(storage), registry)
        await writer.catalogue.every()
        await _done(writer, deed, name)
        await writer.delivery.close()
        assert await stale(storage) == [], f"edited before call {call}"
        if life.calls <= call:
            break
    await _assert_fresh(editor)


@pytest.mark.parametrize("deed", [found, rename, leave])
async def test_readers_of_whom_a_writer_learns_after_its_write_are_evaluated_though_it_dies(
    storage: Storage, registry: Registry, monkeypatch: pytest.MonkeyPatch, deed: Deed
) -> None:
    editor = Services(storage, registry)
    await editor.blueprints.upsert({"identifier": "library", "title": "Library"})
    await editor.blueprints.upsert(app())
    uses = [{"identifier": of, "blueprint": "app", "relations": {"uses": of}} for of in ("l", "l-missing")]
    await write(editor, library("l", "Named"), *uses)
    doomed = Services(storage, registry)
    await doomed.catalogue.every()
    before(monkeypatch, storage.entities, "bury" if deed is leave else "commit", lambda: _add_mirror(editor))
    before(monkeypatch, doomed.spreading._reaching, "of", crash)
    with pytest.raises(CrashError):
        await _done(doomed, deed, "l")
    await doomed.delivery.close()
    assert await stale(storage)
    await _assert_made_good(editor)


async def _add_mirror(editor: Services) -> None:
    await editor.blueprints.upsert(app(title="uses.$title"))
    await _sweep(editor)


async def _sweep(services: Services) -> None:
    owner = services.evaluations._owner
    while (evaluation := await services.storage.evaluations.take(owner)) is not None:
        await services.evaluations._work(evaluation)
    await spread(services)
