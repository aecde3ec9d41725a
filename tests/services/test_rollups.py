"""Rollups: whatever results are counted by, they are what counting each of them comes to."""

import random
from itertools import combinations, product
from typing import Any

import pytest

from levelmark.domain.errors import LimitExceededError
from levelmark.domain.naming import KeyOf
from levelmark.services import Services
from levelmark.services.rollups import Dimension, Kind, Rollup, Row, rollups
from levelmark.storage.ranking import Figure, Ranking
from tests.support import naive_tallies
from tests.support.naive_tallies import Groups, marked
from tests.support.random_catalogue import DECIDED

OWN = ("tier", "stars", "language", "archived", "tags", "any", "half", "$title", "$team", "deployed_at")
DIMENSIONS = [
    *(Dimension(kind) for kind in Kind if kind not in {Kind.PROPERTY, Kind.RELATION}),
    *(Dimension(Kind.PROPERTY, KeyOf(name)) for name in OWN),
    *(Dimension(Kind.RELATION, KeyOf(name)) for name in ("on", "in")),
]
LEVELS = ["Basic", "Bronze", "Silver", "Gold"]
CARDS = ("quality", "loved", "bare", "library")


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
    whole = (await catalogue.rollups.whole(Rollup())).tally
    assert min(whole.passed, whole.not_passed, whole.no_data, whole.errors) > 0
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


async def test_results_of_some_rules_are_counted_alone(catalogue: Services) -> None:
    wanted = ("liked", "ordered")
    entities = await naive_tallies.entities_of(catalogue, "service")
    for one in DIMENSIONS:
        question = Rollup((one,), ("service",), ("quality",), tuple(map(KeyOf, wanted)))
        rows = await catalogue.rollups.rows(question, Ranking(limit=20_000))
        naive = await naive_tallies.tallies(catalogue, (one,), entities, ("quality",), wanted)
        assert seen(rows) == naive, one


@pytest.mark.parametrize("who", DECIDED)
async def test_a_group_of_one_scorecard_tells_its_entities_by_level(catalogue: Services, who: str) -> None:
    entities = await naive_tallies.entities_of(catalogue, "service")
    of_level = Dimension(Kind.LEVEL)
    for kind in (Kind.TEAM, Kind.SCORECARD, Kind.RULE, Kind.RULE_LEVEL):
        by = (Dimension(kind),)
        question = Rollup(by, ("service",), ("quality",), query=DECIDED[who])
        rows = await catalogue.rollups.rows(question)
        naive = await naive_tallies.tallies(catalogue, (*by, of_level), entities, ("quality",))
        told = {
            tuple(map(marked, (*row.key, "quality", level))): count
            for row in rows
            for level, count in row.levels or ()
            if count
        }
        assert told == {key: number for key, (_, number) in naive.items()}, kind
        assert all([name for name, _ in row.levels or ()] == LEVELS for row in rows)


async def test_every_order_is_followed_page_by_page_whoever_counts(catalogue: Services) -> None:
    asks = [
        (("service",), (Dimension(Kind.PROPERTY, KeyOf("any")), Dimension(Kind.TEAM)), "nobody"),
        (("service",), (Dimension(Kind.PROPERTY, KeyOf("any")), Dimension(Kind.TEAM)), "the engine"),
        (None, (Dimension(Kind.PROPERTY, KeyOf("stars")),), "nobody"),
        (None, (Dimension(Kind.ENTITY),), "nobody"),
    ]
    for (blueprints, by, who), figure, down in product(asks, (None, *Figure), (False, True)):
        question = Rollup(by, blueprints, query=DECIDED[who])
        whole = await catalogue.rollups.rows(question, Ranking(figure, down, limit=20_000))
        if figure is not None:
            figures = [_figure(row, figure) for row in whole]
            known = [one for one in figures if one is not None]
            assert figures == sorted(known, reverse=down) + [None] * (len(figures) - len(known))
        middle = len(whole) // 2
        rest = await catalogue.rollups.rows(question, Ranking(figure, down, whole[middle].place, 20_000))
        assert rest == whole[middle + 1 :], (by, figure, down)


def _figure(row: Row, figure: Figure) -> float | None:
    if figure is Figure.ENTITIES:
        return row.entities
    names = {Figure.NOT_PASSED: "not_passed", Figure.NO_DATA: "no_data"}
    found: float | None = getattr(row.tally, names.get(figure, figure.value))
    return found


async def test_groups_are_told_apart_within_a_bound(
    catalogue: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rollups, "MAX_GROUPS", 3)
    for who, blueprints in (("nobody", None), ("the engine", ("service",))):
        question = Rollup((Dimension(Kind.PROPERTY, KeyOf("any")),), blueprints, query=DECIDED[who])
        with pytest.raises(LimitExceededError, match="more than 3 groups"):
            await catalogue.rollups.rows(question)
