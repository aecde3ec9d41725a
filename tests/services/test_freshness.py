"""Freshness: after any edits, everything derived and every score is what follows from the entities."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import timedelta

import pytest
import pytest_asyncio

from benchmarks.organisation import Catalogue, Edit, edits, generate
from benchmarks.organisation.catalogue import NOW
from benchmarks.organisation.edits import State, state_of
from levelmark.plugins import Registry
from levelmark.services import Services
from levelmark.storage import Storage
from tests.support import freshness, scratch
from tests.support.waiting import eventually

ENTITIES = 400
EDITS = 150
AT_ONCE = 12


@pytest_asyncio.fixture
async def still(storage: Storage, registry: Registry) -> AsyncIterator[Services]:
    """Services whose clock stands at the catalogue's present."""
    async with Services(storage, registry, clock=lambda: NOW) as services:
        yield services


@pytest.mark.parametrize("seed", [1, 2])
async def test_all_that_is_stored_follows_from_the_entities_after_one_edit_upon_the_other(
    still: Services, seed: int
) -> None:
    catalogue = await _loaded(still, seed)
    state = state_of(catalogue)
    for edit in edits(seed, catalogue, EDITS):
        await freshness.make(still, edit)
        edit.apply(state)
    await _assert_fresh(still, catalogue, state)


async def test_all_that_is_stored_follows_from_the_entities_after_many_edits_at_once(
    still: Services,
) -> None:
    catalogue = await _loaded(still, 3)
    state = state_of(catalogue)
    for batch in _apart(edits(3, catalogue, EDITS)):
        await asyncio.gather(*(freshness.make(still, edit) for edit in batch))
        for edit in batch:
            edit.apply(state)
    await _assert_fresh(still, catalogue, state)


async def test_all_that_is_stored_follows_from_the_entities_when_time_has_passed(
    storage: Storage, registry: Registry
) -> None:
    now = NOW
    async with Services(storage, registry, clock=lambda: now) as services:
        catalogue = await _loaded(services, 4)
        await services.settled()
        now = NOW + timedelta(days=40)
        expected = scratch.evaluate(catalogue.blueprints, catalogue.scorecards, catalogue.entities, now)
        assert await freshness.stale(storage, expected) != []
        await eventually(lambda: freshness.stale(storage, expected), lambda faults: not faults)


async def _loaded(services: Services, seed: int) -> Catalogue:
    catalogue = generate(seed, ENTITIES)
    await freshness.load(services, catalogue.blueprints, catalogue.scorecards, catalogue.entities)
    return catalogue


async def _assert_fresh(services: Services, catalogue: Catalogue, state: State) -> None:
    await services.settled()
    definitions = catalogue.blueprints, catalogue.scorecards
    expected = scratch.evaluate(*definitions, state.values(), catalogue.now)
    assert await freshness.stale(services.storage, expected) == []


def _apart(made: Iterable[Edit]) -> Iterator[list[Edit]]:
    """Batches of edits, no two of which are of the same entity, so that their order does not matter."""
    batch: dict[tuple[str, str], Edit] = {}
    for edit in made:
        if edit.key in batch or len(batch) == AT_ONCE:
            yield list(batch.values())
            batch = {}
        batch[edit.key] = edit
    yield list(batch.values())
