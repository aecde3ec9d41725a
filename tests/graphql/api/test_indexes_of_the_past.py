"""Indexes of the past: what stood at an instant is found by it, and nothing else is looked at."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.graphql.api import operations
from tests.graphql.api.commands import Executor
from tests.graphql.api.test_indexes import FILTERS, RESULTS, assert_indexed, assert_pages_indexed

PAST = {name: one for name, one in FILTERS.items() if "search" not in (one or {})}


def now() -> str:
    return datetime.now(UTC).isoformat()


@pytest.mark.parametrize("name", PAST)
async def test_entities_of_the_past_are_found_on_an_index(executor: Executor, name: str) -> None:
    for order in ({"field": "IDENTIFIER"}, {"field": "UPDATED_AT"}, {"property": "stars"}):
        narrow = {"blueprint": "service", "filter": PAST[name], "order": order, "asOf": now()}
        await assert_pages_indexed(executor, operations.ENTITIES, **narrow)


@pytest.mark.parametrize("name", RESULTS)
async def test_rule_results_of_the_past_are_found_on_an_index(executor: Executor, name: str) -> None:
    await assert_pages_indexed(executor, operations.RULE_RESULTS, filter=RESULTS[name], asOf=now())


async def test_an_entity_of_the_past_is_found_by_its_identifier(executor: Executor) -> None:
    asked: dict[str, Any] = {"blueprint": "service", "identifier": "e001", "asOf": now()}
    sent = await executor.commands_of(operations.ENTITY, **asked)
    await assert_indexed(executor, sent)
    (one,) = [one for one in sent if one.get("find") == "history"]
    told = await executor.services.storage.database.command(
        "explain", {"find": "history", "filter": one["filter"]}, verbosity="executionStats"
    )
    assert told["executionStats"]["totalDocsExamined"] == 1


async def test_who_stood_at_an_instant_is_found_without_looking_at_who_did_not(executor: Executor) -> None:
    sent = await executor.commands_of(operations.ENTITIES, blueprint="service", asOf=now(), first=500)
    (one,) = [one for one in sent if one.get("find") == "history"]
    told = await executor.services.storage.database.command(
        "explain", {"find": "history", "filter": one["filter"]}, verbosity="executionStats"
    )
    stats = told["executionStats"]
    assert stats["totalDocsExamined"] == stats["nReturned"] == 100
