"""Summaries over rows that other rules have evaluated than those in force, as while a sweep is under way."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio

from levelmark.domain.entity import Entity
from levelmark.domain.naming import KeyOf
from levelmark.domain.tally import Tally
from levelmark.plugins import Registry
from levelmark.services import Services
from levelmark.services.facets import Subject
from levelmark.services.rollups import Dimension, Kind, Rollup
from levelmark.services.tables import TableAsk
from levelmark.storage import Storage
from levelmark.storage.pages import Selection
from levelmark.storage.ranking import Ranking
from tests.support import naive_tallies, random_catalogue

RULES = tuple(rule["identifier"] for rule in random_catalogue.RULES)
LEFT: dict[str, Any] = {
    "[05]$": {"$reverseArray": "$$score.results"},
    "[16]$": {"$slice": ["$$score.results", 1, 9]},
    "[27]$": {"$concatArrays": [[{"rule": "gone", "result": "PASSED", "since": ""}], "$$score.results"]},
}
"""How earlier rules have left the results of entities, by a pattern of their identifiers."""


@pytest_asyncio.fixture(scope="module")
async def catalogue(mongo_url: str, registry: Registry) -> AsyncIterator[Services]:
    """A random catalogue in which the rows of some entities are stale."""
    cake = random_catalogue.with_cake(registry)
    database = f"stale-{uuid4().hex}"
    async with Storage(mongo_url, database) as storage, Services(storage, cake) as services:
        await random_catalogue.write(services, 1)
        for pattern, results in LEFT.items():
            several = {"$gt": [{"$size": "$$score.results"}, 1]}
            left = {"results": {"$cond": [several, results, "$$score.results"]}}
            score = {"$mergeObjects": ["$$score", left]}
            scores = {"$map": {"input": "$scores", "as": "score", "in": score}}
            chosen = {"blueprint": "service", "identifier": {"$regex": pattern}}
            found = await storage.database["entities"].update_many(chosen, [{"$set": {"scores": scores}}])
            assert found.modified_count > 0
        yield services
        await storage.database.client.drop_database(database)


def tally_of(entities: list[Entity], rule: str) -> Tally:
    scores = [score for entity in entities if (score := entity.score("quality"))]
    return Tally.of(found.result for score in scores if (found := score.result(rule)))


async def test_a_table_counts_each_rule_where_it_stands(catalogue: Services) -> None:
    entities = await naive_tallies.entities_of(catalogue, "service")
    scores = [score for entity in entities if (score := entity.score("quality"))]
    assert len({tuple(one.rule for one in score.results) for score in scores}) == 1 + len(LEFT)
    table = await catalogue.tables.table(
        TableAsk(Selection("service"), scorecards=("loved", "quality"), group=Subject(property="$team"))
    )
    assert table.whole is not None
    for rule in RULES:
        assert table.whole.tally("quality", rule) == tally_of(entities, rule)
        for group in table.groups:
            own = [one for one in entities if group.key in (one.teams or (None,))]
            assert group.summary.tally("quality", rule) == tally_of(own, rule)


@pytest.mark.parametrize("rules", [RULES, RULES[3:], ("in-go", "liked")])
async def test_results_are_counted_by_rule_wherever_these_stand(
    catalogue: Services, rules: tuple[str, ...]
) -> None:
    entities = await naive_tallies.entities_of(catalogue, "service")
    question = Rollup((Dimension(Kind.RULE),), ("service",), ("quality",), tuple(map(KeyOf, rules)))
    rows = await catalogue.rollups.rows(question, Ranking(limit=100))
    assert {row.key[-1]: row.tally for row in rows} == {rule: tally_of(entities, rule) for rule in rules}
    for row in rows:
        assert row.entities == row.tally.tested == sum(count for _, count in row.levels or ())
