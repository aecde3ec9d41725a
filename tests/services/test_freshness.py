"""Freshness: after any edits, everything derived and every score is what follows from the entities."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from benchmarks.organisation import edits, generate
from benchmarks.organisation.edits import state_of
from levelmark.plugins import Registry
from levelmark.services import Services
from levelmark.storage import Storage
from tests.support import freshness, scratch

ENTITIES = 400
EDITS = 150


@pytest_asyncio.fixture
async def still(storage: Storage, registry: Registry) -> AsyncIterator[Services]:
    """Services whose clock stands at the catalogue's present."""
    now = generate(0, 40).now
    async with Services(storage, registry, clock=lambda: now) as services:
        yield services


@pytest.mark.parametrize("seed", [1, 2])
async def test_all_that_is_stored_follows_from_the_entities_after_many_edits(
    still: Services, seed: int
) -> None:
    catalogue = generate(seed, ENTITIES)
    await freshness.load(still, catalogue.blueprints, catalogue.scorecards, catalogue.entities)
    state = state_of(catalogue)
    for edit in edits(seed, catalogue, EDITS):
        await freshness.make(still, edit)
        edit.apply(state)
    await still.settled()
    definitions = catalogue.blueprints, catalogue.scorecards
    expected = scratch.evaluate(*definitions, state.values(), catalogue.now)
    assert await freshness.stale(still.storage, expected) == []
