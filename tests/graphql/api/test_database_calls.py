"""Database calls: their number does not grow with what a page holds, and is written down for a write."""

from typing import Any

import pytest

from tests.graphql.api import operations
from tests.graphql.api.commands import Executor
from tests.support.documents import condition, entity, query

VERSIONS = "aggregate blueprints"  # the versions of the scorecards come with those of the blueprints
NAMED_E = query(condition("$identifier", "beginsWith", "e"))

PAGES: dict[str, tuple[str, dict[str, Any], list[str]]] = {
    "entities": (
        operations.ENTITIES,
        {"blueprint": "service"},
        [VERSIONS, VERSIONS, "find blueprints", "find entities", "find scorecards"],
    ),
    "filtered entities": (
        operations.ENTITIES,
        {"blueprint": "service", "filter": {"query": NAMED_E}, "order": {"field": "TITLE"}},
        [VERSIONS, VERSIONS, "find blueprints", "find entities", "find scorecards"],
    ),
    "standings": (
        operations.STANDINGS,
        {"blueprint": "service"},
        [VERSIONS, VERSIONS, "find entities", "find scorecards"],
    ),
    "rule results": (
        operations.RULE_RESULTS,
        {"filter": {"blueprint": "service"}},
        [VERSIONS, "find entities", "find scorecards", "find scorecards"],
    ),
    "level changes": (operations.LEVEL_CHANGES, {}, ["find changes", "find entities", "find scorecards"]),
    "rule result changes": (
        operations.RESULT_CHANGES,
        {},
        ["find changes", "find entities", "find scorecards"],
    ),
}


@pytest.mark.parametrize("name", PAGES)
async def test_a_page_of_a_hundred_costs_as_many_calls_as_one_of_ten(executor: Executor, name: str) -> None:
    document, variables, expected = PAGES[name]
    for first in (10, 100):
        assert await executor.calls_of(document, first=first, **variables) == expected, first


async def test_all_figures_cost_just_these_calls(executor: Executor) -> None:
    with executor.commands.recorded() as sent:
        await executor.services.figures.figures()
    calls = sorted(f"{(name := next(iter(one)))} {one[name]}" for one in sent)
    looks = ["aggregate evaluations", "find changes", "find changes"]
    definitions = [VERSIONS, VERSIONS]
    assert calls == [*definitions, *["aggregate entities"] * 4, *looks]


async def test_many_nodes_of_one_operation_are_read_together(executor: Executor) -> None:
    alias = (
        '{name}: entity(blueprint: "service", identifier: "{name}") {{blueprint {{title}} scores {{since}}}}'
    )
    for count in (2, 20):
        fields = " ".join(alias.format(name=f"e{number:03}") for number in range(count))
        calls = await executor.calls_of(f"{{{fields}}}")
        assert calls == ["find blueprints", "find entities", "find scorecards"]


WRITE = """
mutation($entities: [EntityInput!]!) {
    upsertEntities(input: {entities: $entities}) {results {outcome}}
}"""

KEPT = ["insert history", "update entities"]  # the new state, and out of the outbox with it
MOVED = [*KEPT, "update history"]  # and the end of the state before
WRITES: list[tuple[str, Any, list[str]]] = [
    (
        "a new one",
        entity("new", stars=1),
        # A new one looks whether a deleted one of its name still owes the log its last words.
        [VERSIONS, VERSIONS, "find entities", "find entities", "insert entities", "insert changes", *KEPT],
    ),
    (
        "one with other results",
        entity("new", stars=9),
        [VERSIONS, "find entities", "update entities", "insert changes", *MOVED],
    ),
    (
        "one whose results stay",
        entity("new", stars=10),
        [VERSIONS, "find entities", "update entities", *MOVED],
    ),
    ("one that says nothing new", entity("new", stars=10), ["find entities"]),
    ("one that is wrong", entity("new", stars="many"), [VERSIONS, "find entities"]),
]


async def test_a_write_of_one_entity_costs_just_these_calls(executor: Executor) -> None:
    for name, document, expected in WRITES:
        assert await executor.calls_of(WRITE, entities=[document]) == sorted(expected), name


async def test_a_write_of_a_hundred_entities_costs_as_many_calls_as_one_of_ten(executor: Executor) -> None:
    for count in (10, 100):
        many = [entity(f"new-{count}-{number}", stars=number) for number in range(count)]
        assert await executor.calls_of(WRITE, entities=many) == sorted(WRITES[0][2])
