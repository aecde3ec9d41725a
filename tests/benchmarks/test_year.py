"""The year that benchmarks draw: its rows are those that writes would have left; answers fit its states."""

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio

from benchmarks.year import PARTS, Sizes, State, Told, compiled, load, told
from levelmark.domain.change import Move
from levelmark.domain.entity import Entity
from levelmark.domain.score import RuleResult, Score
from levelmark.plugins import Registry
from levelmark.services import Services
from levelmark.storage import Storage
from tests.graphql.api import operations
from tests.graphql.api.commands import Commands, Executor
from tests.support.consistency import assert_consistent

SIZES = Sizes(entities=300, changes=6_000)
KINDS = ["PASSED", "NOT_PASSED", "NO_DATA", "ERROR"]
FIGURES = ["passed", "notPassed", "noData", "errors"]
INSTANTS = [SIZES.since + timedelta(days=days) for days in (-10, 0, 1, 100, 182, 300, 365)]


@pytest.fixture(scope="module")
def states(registry: Registry) -> list[State]:
    """Every state that was ever drawn, as this process remembers it."""
    return [one.state for one in drawn(registry) if one.gone is None]


@pytest.fixture(scope="module")
def moves(registry: Registry) -> list[tuple[datetime, Move]]:
    """Everything that results did."""
    return [(one.at, move) for one in drawn(registry) for move in one.transition.moves
            if move.rule is not None]  # fmt: skip


def drawn(registry: Registry) -> Iterator[Told]:
    return (one for part in range(PARTS) for one in told(compiled(registry), SIZES, part))


@pytest_asyncio.fixture(scope="module")
async def executor(mongo_url: str, registry: Registry) -> AsyncIterator[Executor]:
    """Operations over the same year, as it was loaded."""
    database = f"year-{uuid4().hex}"
    await load(mongo_url, database, SIZES)
    async with Storage(mongo_url, database) as storage:
        yield Executor(Services(storage, registry), Commands())
        await storage.database.client.drop_database(database)


async def test_all_is_as_writes_would_have_left_it(executor: Executor, registry: Registry) -> None:
    changes = await assert_consistent(executor.services.storage, registry.operators)
    assert len(changes) > SIZES.changes
    assert [one.at for one in changes] == sorted(one.at for one in changes)


async def test_there_is_as_much_as_was_asked_for(states: list[State]) -> None:
    assert sum(one.end is None for one in states) == SIZES.entities
    later = sum(len(one.transition.moves) for one in states if one.transition.previous)
    assert later == pytest.approx(SIZES.changes, rel=0.1)


def standing(states: Iterable[State], at: datetime) -> list[State]:
    return [one for one in states if one.stood_at(at)]


def counted(values: Iterable[Any]) -> dict[Any, int]:
    return dict(Counter(values))


@pytest.mark.parametrize("at", INSTANTS, ids=str)
async def test_facets_of_an_instant_count_the_states_of_then(
    executor: Executor, states: list[State], at: datetime
) -> None:
    there = standing(states, at)
    teams = await facet(executor, at, property="$team")
    assert teams == counted(team for one in there for team in one.entity.teams)
    tiers = await facet(executor, at, property="tier")
    assert tiers == counted(one.entity.properties["tier"] for one in there if "tier" in one.entity.properties)
    levels = await facet(executor, at, scorecard="security")
    assert levels == counted(score.level for one in there if (score := one.entity.score("security")))


async def facet(executor: Executor, at: datetime, **subject: str) -> dict[Any, int]:
    asked = {"blueprint": "service", "asOf": at.isoformat(), "first": 100} | subject
    found = await executor.execute(operations.FACETS, **asked)
    return {one["value"]: one["count"] for one in found["facets"]["values"]}


@pytest.mark.parametrize("at", INSTANTS, ids=str)
async def test_rollups_of_an_instant_count_the_results_of_then(
    executor: Executor, states: list[State], at: datetime
) -> None:
    there = standing(states, at)
    by_team = await rollup(executor, at, {"dimension": "TEAM"}, {"dimension": "SCORECARD"})
    assert by_team == tallied((team, score.scorecard, one.result.value)
                              for score, one, entity in results(there)
                              for team in entity.teams or (None,))  # fmt: skip
    by_rule = await rollup(executor, at, {"property": "tier"}, {"dimension": "RULE"})
    assert by_rule == tallied((entity.properties.get("tier"), one.rule, one.result.value)
                              for _, one, entity in results(there))  # fmt: skip


def results(states: Iterable[State]) -> Iterator[tuple[Score, RuleResult, Entity]]:
    for state in states:
        for score in state.entity.scores:
            yield from ((score, one, state.entity) for one in score.results)


def tallied(found: Iterable[tuple[Any, Any, str]]) -> dict[tuple[Any, Any], list[int]]:
    """By two keys, how many results there are of each kind."""
    counts: dict[tuple[Any, Any], list[int]] = {}
    for one, other, result in found:
        counts.setdefault((one, other), [0, 0, 0, 0])[KINDS.index(result)] += 1
    return counts


async def rollup(executor: Executor, at: datetime, *by: dict[str, str]) -> dict[tuple[Any, Any], list[int]]:
    asked = {"by": list(by), "asOf": at.isoformat(), "first": 500}
    found = (await executor.execute(operations.ROLLUP, **asked))["rollup"]
    assert not found["pageInfo"]["hasNextPage"]
    groups = [edge["node"] for edge in found["edges"]]
    return {(one["keys"][0]["value"], one["keys"][1]["value"]): figures(one) for one in groups}


async def test_a_trend_by_team_counts_the_states_at_the_end_of_each_week(
    executor: Executor, states: list[State]
) -> None:
    shown = await trend(executor, groupBy=[{"property": "$team"}], first=100, interval="WEEK")
    assert len(shown) == 41
    for place, point in enumerate(shown[None]):
        at = datetime.fromisoformat(point["at"])
        expected = tallied((team, None, one.result.value) for _, one, entity in results(standing(states, at))
                           for team in entity.teams or (None,))  # fmt: skip
        found = {(team, None): figures(points[place]) for team, points in shown.items()}
        assert found == {key: [0, 0, 0, 0] for key in found} | expected


async def test_a_trend_counts_what_befell_results_within_each_month(
    executor: Executor, moves: list[tuple[datetime, Move]]
) -> None:
    (points,) = (await trend(executor, interval="MONTH")).values()
    for one in points:
        begin, end = datetime.fromisoformat(one["start"]), datetime.fromisoformat(one["at"])
        within = [move for at, move in moves if max(begin, SIZES.since) < at <= end]
        (moved,) = one["moved"]
        assert moved["origin"] == "ENTITY"
        assert [moved["began"], moved["ceased"]] == [
            sum(move.after == "PASSED" and move.before is not None for move in within),
            sum(move.before == "PASSED" and move.after is not None for move in within),
        ]
        assert [moved["appeared"], moved["appearedPassed"], moved["went"], moved["wentPassed"]] == [
            sum(move.before is None for move in within),
            sum(move.before is None and move.after == "PASSED" for move in within),
            sum(move.after is None for move in within),
            sum(move.after is None and move.before == "PASSED" for move in within),
        ]


async def trend(executor: Executor, **asked: Any) -> dict[Any, list[Any]]:
    """The points of each group, by its only tag."""
    year = {"blueprint": "service", "from": SIZES.since.isoformat(), "to": SIZES.until.isoformat()}
    series = (await executor.execute(operations.TREND, **year, **asked))["trend"]["series"]
    return {one["tags"][0]["value"] if one["tags"] else None: one["points"] for one in series}


def figures(group: dict[str, Any]) -> list[int]:
    return [group["tally"][name] for name in FIGURES]
