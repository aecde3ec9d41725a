"""Indexes: nothing that the API asks of the database looks at a whole collection."""

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest

from levelmark.domain.change import CauseKind
from levelmark.domain.evaluation import EvaluationState
from tests.graphql.api import operations
from tests.graphql.api.commands import Command, Executor
from tests.support.documents import blueprint, condition, entity, query, rule, scorecard
from tests.support.explaining import explained, follows_the_oplog, winning
from tests.support.waiting import eventually

FILTERS: dict[str, Any] = {
    "nothing": None,
    "teams": {"teams": ["red"]},
    "several teams": {"teams": ["red", "blue"]},
    "level": {"level": {"scorecard": "a", "levels": ["Bronze"]}},
    "no level": {"level": {"scorecard": "a", "levels": [None]}},
    "some or no level": {"level": {"scorecard": "a", "levels": [None, "Basic"]}},
    "any level": {"level": {"scorecard": "a"}},
    "query": {"query": query(condition("stars", ">", 3), condition("language", "=", "Go"), combinator="or")},
    "identifier": {"query": query(condition("$identifier", "=", "e001"))},
    "undecidable query": {"query": query(condition("language", "beginsWith", "G"))},
    "search": {"search": "e0 go"},
    "search and query": {"search": "e0", "query": query(condition("stars", ">", 3))},
    "everything": {
        "teams": ["red"],
        "level": {"scorecard": "a", "levels": ["Basic", "Bronze"]},
        "query": query(condition("stars", ">=", 0)),
    },
}
FIELDS = ("IDENTIFIER", "TITLE", "CREATED_AT", "UPDATED_AT")
ORDERS = [{"field": field, "direction": way} for field, way in product(FIELDS, ("ASC", "DESC"))]
PASSES: list[dict[str, str]] = [
    {"property": "stars"},
    {"property": "deployed_at", "direction": "DESC"},
    {"property": "$title"},
    {"property": "$team"},
    {"scorecard": "a", "direction": "DESC"},
]
SUBJECTS = [{"property": "stars"}, {"property": "$team"}, {"relation": "on"}, {"scorecard": "a"}]
CHANGES: dict[str, Any] = {
    "nothing": {},
    "blueprint": {"blueprint": "service"},
    "entity": {"blueprint": "service", "entity": "e001"},
    "entity alone": {"entity": "e001"},
    "scorecard": {"scorecard": "a"},
    "rule": {"rule": "liked"},
    "teams": {"teams": ["red"]},
    "everything": {
        "blueprint": "service",
        "entity": "e001",
        "scorecard": "a",
        "rule": "liked",
        "teams": ["red"],
    },
}
RESULTS: dict[str, Any] = {
    **{name: one for name, one in CHANGES.items() if name != "entity alone"},
    "level": {"level": "Bronze"},
    "result": {"result": "PASSED"},
}


async def stages(executor: Executor, command: Command) -> set[str]:
    """The stages of the winning plans of a command; none for one that reads nothing."""
    plans = explained(executor.services.storage, command)
    return {stage async for plan in plans for stage in winning(plan)}


async def assert_indexed(executor: Executor, commands: list[Command]) -> None:
    assert commands
    for command in commands:
        if not follows_the_oplog(command):
            assert "COLLSCAN" not in await stages(executor, command), command


async def assert_pages_indexed(executor: Executor, document: str, **variables: Any) -> None:
    """The same of the first two pages of a list, of five nodes each."""
    after = None
    for _ in range(2):
        with executor.commands.recorded() as sent:
            (page,) = (await executor.execute(document, first=5, after=after, **variables)).values()
        await assert_indexed(executor, sent)
        after = page["pageInfo"]["endCursor"]


@pytest.mark.parametrize("name", FILTERS)
async def test_entities_are_found_on_an_index(executor: Executor, name: str) -> None:
    for order in ORDERS:
        narrow = {"blueprint": "service", "filter": FILTERS[name], "order": order}
        await assert_pages_indexed(executor, operations.ENTITY_NAMES, **narrow)
    await assert_pages_indexed(executor, operations.ENTITIES, blueprint="service", filter=FILTERS[name])


@pytest.mark.parametrize("name", ["nothing", "query"])
@pytest.mark.parametrize("order", ORDERS, ids=lambda order: "-".join(order.values()))
async def test_entities_come_out_of_an_index_in_their_order(
    executor: Executor, name: str, order: dict[str, str]
) -> None:
    await assert_unsorted(executor, FILTERS[name], order)


# Those of few teams or levels may be sorted where that is cheaper than to look through all in another order.
@pytest.mark.parametrize(
    "name", ["teams", "several teams", "level", "no level", "some or no level", "any level"]
)
async def test_narrowed_entities_come_out_of_an_index_by_identifier(executor: Executor, name: str) -> None:
    await assert_unsorted(executor, FILTERS[name], ORDERS[0])
    await assert_unsorted(executor, FILTERS[name], ORDERS[1])


async def assert_unsorted(executor: Executor, narrow: Any, order: dict[str, str]) -> None:
    """Nothing is sorted in memory for the first two pages."""
    after = None
    for _ in range(2):
        variables = {"blueprint": "service", "filter": narrow, "order": order, "first": 5, "after": after}
        with executor.commands.recorded() as sent:
            found = await executor.execute(operations.ENTITY_NAMES, **variables)
        (page,) = [one for one in sent if one.get("find") == "entities"]
        assert "SORT" not in await stages(executor, page), page
        after = found["entities"]["pageInfo"]["endCursor"]


@pytest.mark.parametrize("name", FILTERS)
async def test_an_order_without_an_index_looks_at_one_blueprint_and_keeps_a_page(
    executor: Executor, name: str
) -> None:
    for order in PASSES:
        narrow = {"blueprint": "service", "filter": FILTERS[name], "order": order}
        await assert_pages_indexed(executor, operations.ENTITY_NAMES, **narrow)
        with executor.commands.recorded() as sent:
            await executor.execute(operations.ENTITY_NAMES, **narrow, first=5)
        (one,) = [one for one in sent if sorts(one)]
        assert one["allowDiskUse"] is False
        assert one["maxTimeMS"] <= 20_000
        assert await kept(executor, one) == (6 if decidable(name) else 500)
        assert "IXSCAN" in await stages(executor, one)


def sorts(command: Command) -> bool:
    return command.get("aggregate") == "entities" and any("$sort" in one for one in command["pipeline"])


def decidable(name: str) -> bool:
    return name != "undecidable query"


async def kept(executor: Executor, command: Command) -> int:
    """How many places the sort of a pass keeps."""
    asked = {"aggregate": "entities", "pipeline": command["pipeline"], "cursor": {}}
    plan = await executor.services.storage.database.command("explain", asked, verbosity="queryPlanner")
    (limit,) = set(limits(plan))
    return int(limit)


def limits(plan: Any) -> Iterator[int]:
    if isinstance(plan, list):
        for one in plan:
            yield from limits(one)
    if isinstance(plan, dict):
        if plan.get("stage") == "SORT":
            yield plan["limitAmount"]
        if "$sort" in plan:
            yield plan["$sort"]["limit"]
        for key, one in plan.items():
            if key not in {"rejectedPlans", "command"}:
                yield from limits(one)


@pytest.mark.parametrize("narrow", [{}, {"blueprints": ["service"]}, {"teams": ["red", "blue"]}])
async def test_a_search_runs_on_the_index_of_words_and_keeps_a_page(
    executor: Executor, narrow: dict[str, Any]
) -> None:
    for text in ("e0", "go e00", '"e001"', "nothing", "x" * 40):
        await assert_pages_indexed(executor, operations.SEARCH, text=text, **narrow)
    with executor.commands.recorded() as sent:
        await executor.execute(operations.SEARCH, text="e0", first=5, **narrow)
    (one,) = [one for one in sent if sorts(one)]
    assert one["allowDiskUse"] is False
    assert await kept(executor, one) == 6
    assert "TEXT_MATCH" in await stages(executor, one) or "TEXT" in await stages(executor, one)


@pytest.mark.parametrize("name", FILTERS)
async def test_facets_are_counted_on_an_index(executor: Executor, name: str) -> None:
    for subject in SUBJECTS:
        sent = await executor.commands_of(
            operations.FACETS, blueprint="service", filter=FILTERS[name], **subject
        )
        await assert_indexed(executor, sent)


async def test_all_figures_are_counted_on_an_index(executor: Executor) -> None:
    with executor.commands.recorded() as sent:
        await executor.services.figures.figures()
    await assert_indexed(executor, sent)


@pytest.mark.parametrize("name", RESULTS)
async def test_rule_results_are_found_on_an_index(executor: Executor, name: str) -> None:
    await assert_pages_indexed(executor, operations.RULE_RESULTS, filter=RESULTS[name])


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("document", [operations.LEVEL_CHANGES, operations.RESULT_CHANGES])
async def test_changes_are_found_on_an_index(executor: Executor, document: str, name: str) -> None:
    await assert_pages_indexed(executor, document, filter=CHANGES[name])


@pytest.mark.parametrize(
    ("document", "variables"),
    [
        (operations.BLUEPRINTS, {}),
        (operations.SCORECARDS, {}),
        (operations.SCORECARDS, {"blueprint": "service"}),
        (operations.RULES, {"scorecard": "a"}),
        (operations.EVALUATIONS, {}),
        (operations.EVALUATIONS, {"blueprint": "service"}),
    ],
)
async def test_definitions_and_evaluations_are_found_on_an_index(
    executor: Executor, document: str, variables: dict[str, Any]
) -> None:
    await assert_pages_indexed(executor, document, **variables)


async def test_single_objects_are_found_on_an_index(executor: Executor) -> None:
    nodes: list[tuple[str, dict[str, Any]]] = [
        (operations.BLUEPRINTS, {}),
        (operations.SCORECARDS, {}),
        (operations.ENTITIES, {"blueprint": "service"}),
        (operations.RULES, {"scorecard": "a"}),
        (operations.RULE_RESULTS, {}),
        (operations.LEVEL_CHANGES, {}),
        (operations.RESULT_CHANGES, {}),
        (operations.EVALUATIONS, {}),
    ]
    for document, variables in nodes:
        (page,) = (await executor.execute(document, first=1, **variables)).values()
        node = page["edges"][0]["node"]["id"]
        await assert_indexed(executor, await executor.commands_of(operations.NODE, id=node))


async def test_mutations_find_what_they_write_on_an_index(executor: Executor) -> None:
    own, card = (
        blueprint("other"),
        scorecard("other", rule("r", "Bronze", condition("stars", ">", 1)), of="other"),
    )
    some, owner = query(condition("stars", ">", 0)), {"target": "team", "required": True}
    steps: list[tuple[str, dict[str, Any]]] = [
        (operations.UPSERT_BLUEPRINT, own),
        (operations.UPSERT_SCORECARD, card),
        (operations.UPSERT_ENTITIES, {"entities": [entity("a", "other", stars=1), entity("b", "other")]}),
        (operations.UPSERT_ENTITIES, {"entities": [entity("a", "other", stars=9)], "mode": "MERGE"}),
        (operations.UPSERT_BLUEPRINT, own | {"title": "Other"}),
        (operations.UPSERT_BLUEPRINT, own | {"relations": {"owner": owner}, "force": True}),
        (operations.UPSERT_SCORECARD, card | {"filter": some}),
        (
            operations.UPSERT_RULE,
            {"scorecard": "other", "rule": rule("s", "Gold", condition("stars", ">", 3))},
        ),
        (operations.DELETE_RULE, {"scorecard": "other", "identifier": "s"}),
        (operations.EVALUATE, {"blueprint": "other", "identifiers": ["a"]}),
        (operations.EVALUATE, {"blueprint": "other"}),
        (operations.DELETE_ENTITIES, {"blueprint": "other", "identifiers": ["a"]}),
        (operations.DELETE_SCORECARD, {"identifier": "other", "force": True}),
        (operations.DELETE_BLUEPRINT, {"identifier": "other", "force": True}),
    ]
    for document, sent in steps:
        await assert_indexed(executor, await executor.commands_of(document, input=sent))


async def test_the_work_in_the_background_runs_on_indexes(executor: Executor) -> None:
    services = executor.services
    await executor.execute(
        operations.UPSERT_RULE,
        input={"scorecard": "a", "rule": rule("extra", "Gold", condition("stars", ">", 3))},
    )
    with executor.commands.recorded() as sent:
        async with services:
            await eventually(
                lambda: services.storage.evaluations.page("service", None, 500),
                lambda found: all(one.state is EvaluationState.DONE for one in found),
            )
            await services.reconciler.reconcile(CauseKind.PLUGINS_CHANGED)
            await anext(services.feed.follow(0))
    await assert_indexed(executor, sent)
