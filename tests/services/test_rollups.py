"""Rollups: whatever results are counted by, they are what counting each of them comes to."""

import random
from collections.abc import AsyncIterator
from itertools import combinations
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio

from levelmark.domain.json import Json
from levelmark.domain.naming import KeyOf
from levelmark.plugins import Registry
from levelmark.services import Services
from levelmark.services.rollups import Dimension, Kind, Rollup, Row
from levelmark.storage import Storage
from levelmark.storage.ranking import Ranking
from tests.support import naive_tallies, random_catalogue
from tests.support.documents import condition, query
from tests.support.naive_tallies import Groups, marked

OWN = ("tier", "stars", "language", "archived", "tags", "any", "half", "$title", "$team", "deployed_at")
DIMENSIONS = [
    *(Dimension(kind) for kind in Kind if kind not in {Kind.PROPERTY, Kind.RELATION}),
    *(Dimension(Kind.PROPERTY, KeyOf(name)) for name in OWN),
    *(Dimension(Kind.RELATION, KeyOf(name)) for name in ("on", "in")),
]
CARDS = ("quality", "loved", "bare", "library")
DECIDED: dict[str, Json] = {
    "nobody": None,
    "the database": query(condition("$identifier", ">", "")),
    "the engine": query(condition("$identifier", "doesNotContains", "#")),
}
"""Filters that leave nobody out, and who decides them."""


@pytest_asyncio.fixture(scope="module", params=[1, 2])
async def catalogue(
    mongo_url: str, registry: Registry, request: pytest.FixtureRequest
) -> AsyncIterator[Services]:
    """A random catalogue that a module's tests only look at."""
    database = f"random-{uuid4().hex}"
    async with Storage(mongo_url, database) as storage, Services(storage, registry) as services:
        await random_catalogue.write(services, request.param)
        yield services
        await storage.database.client.drop_database(database)


def seen(rows: list[Row]) -> Groups:
    found = {tuple(map(marked, row.key)): (row.tally, row.entities) for row in rows}
    assert len(found) == len(rows)
    return found


async def expected(services: Services, *by: Dimension, cards: Any = CARDS) -> Groups:
    entities = await naive_tallies.entities_of(services, "library", "service")
    return await naive_tallies.tallies(services, by, entities, cards)


async def test_results_are_counted_by_any_dimensions(catalogue: Services) -> None:
    chance = random.Random(3)
    pairs = chance.sample(list(combinations(DIMENSIONS, 2)), 25)
    many = [chance.sample(DIMENSIONS, 4) for _ in range(5)]
    for by in [(), *((one,) for one in DIMENSIONS), *pairs, *many]:
        rows = await catalogue.rollups.rows(Rollup(tuple(by)), Ranking(limit=20_000))
        assert seen(rows) == await expected(catalogue, *by), by


@pytest.mark.parametrize("who", DECIDED)
async def test_whoever_decides_a_filter_the_counts_are_the_same(catalogue: Services, who: str) -> None:
    for one in DIMENSIONS:
        for cards in (CARDS[:3], CARDS[:1]):
            question = Rollup((one,), ("service",), cards, query=DECIDED[who])
            rows = await catalogue.rollups.rows(question, Ranking(limit=20_000))
            entities = await naive_tallies.entities_of(catalogue, "service")
            naive = await naive_tallies.tallies(catalogue, (one,), entities, cards)
            assert seen(rows) == naive, one
