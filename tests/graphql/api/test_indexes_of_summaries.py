"""Rollups and tables: one aggregation on an index, however many groups, columns and rows they show."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.graphql.api import operations
from tests.graphql.api.commands import Executor
from tests.graphql.api.test_database_calls import VERSIONS
from tests.graphql.api.test_indexes import FILTERS, assert_indexed
from tests.support.documents import condition, query

BY: list[list[dict[str, str]]] = [
    [],
    [{"dimension": "TEAM"}, {"property": "language"}],
    [{"dimension": "RULE"}],
    [{"dimension": "RULE_LEVEL"}, {"relation": "on"}],
    [{"dimension": "LEVEL"}],
    [{"dimension": "ENTITY"}],
]
GROUPS: list[Any] = [
    None,
    {"property": "$team"},
    {"property": "language"},
    {"relation": "on"},
    {"scorecard": "a"},
]
GROUPED: dict[str, Any] = {"blueprint": "service", "groupBy": {"property": "$team"}}
COUNTED = """
query($by: [RollupDimensionInput!]!, $filter: EntityFilterInput, $asOf: DateTime) {
    rollup(by: $by, blueprints: ["service"], filter: $filter, asOf: $asOf) {edges {node {entities}}}
}"""


@pytest.mark.parametrize("name", FILTERS)
async def test_results_are_counted_on_an_index(executor: Executor, name: str) -> None:
    for by in BY:
        await assert_indexed(executor, await executor.commands_of(COUNTED, by=by, filter=FILTERS[name]))


@pytest.mark.parametrize("name", FILTERS)
async def test_tables_are_read_on_an_index(executor: Executor, name: str) -> None:
    for group in GROUPS:
        asked = {"blueprint": "service", "groupBy": group, "filter": FILTERS[name]}
        await assert_indexed(executor, await executor.commands_of(operations.TABLE, **asked))


async def test_what_stood_at_an_instant_is_counted_on_an_index(executor: Executor) -> None:
    at = datetime.now(UTC).isoformat()
    by = [{"dimension": "TEAM"}]
    await assert_indexed(executor, await executor.commands_of(COUNTED, by=by, asOf=at))
    await assert_indexed(executor, await executor.commands_of(operations.TABLE, **GROUPED, asOf=at))


async def test_results_are_counted_in_one_call(executor: Executor) -> None:
    for by in BY:
        assert await executor.calls_of(COUNTED, by=by) == [VERSIONS, "aggregate entities"]


async def test_a_table_is_counted_in_one_call_and_its_entities_are_read_in_another(
    executor: Executor,
) -> None:
    for rows, group in ((1, None), (50, None), (1, {"property": "$team"}), (50, {"property": "$team"})):
        asked = {"blueprint": "service", "groupBy": group, "rows": rows}
        calls = await executor.calls_of(operations.TABLE, **asked)
        assert calls == [VERSIONS, "aggregate entities", "aggregate entities"], group


async def test_what_a_filter_leaves_out_is_not_looked_at(executor: Executor) -> None:
    narrow = {"teams": ["red"], "query": query(condition("$identifier", "<", "e010"))}
    sent = await executor.commands_of(COUNTED, by=BY[1], filter=narrow)
    sent += await executor.commands_of(operations.TABLE, **GROUPED, filter=narrow)
    counts = [one for one in sent if one.get("aggregate") == "entities"]
    assert len(counts) == 3
    for one in counts:
        told = await executor.services.storage.database.command(
            "explain",
            {key: one[key] for key in ("aggregate", "pipeline", "cursor")},
            verbosity="executionStats",
        )
        stages = told.get("stages", [{"$cursor": told}])
        assert stages[0]["$cursor"]["executionStats"]["totalDocsExamined"] == 7
