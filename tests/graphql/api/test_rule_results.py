"""Rule results: narrowed by each filter, paged in one order, and explained condition by condition."""

from typing import Any

import pytest

from tests.graphql.api import operations
from tests.graphql.api.client import Client
from tests.support.documents import blueprint, condition, entity, query, rule, scorecard

LIKED = rule("liked", "Bronze", condition("stars", ">", 5))
IN_GO = rule("in-go", "Silver", condition("language", "=", "Go"))


IDS = """
query($filter: RuleResultFilterInput, $first: Int!, $after: String) {
    ruleResults(filter: $filter, first: $first, after: $after) {
        pageInfo {hasNextPage endCursor} edges {node {id}}
    }
}"""


def places(api: Client, **variables: Any) -> list[tuple[str, str]]:
    """Entity and rule of each result."""
    found = api.nodes(operations.RULE_RESULTS, **variables)
    return [(one["entity"]["identifier"], one["rule"]["identifier"]) for one in found]


@pytest.fixture
def shop(api: Client, kind: str, card: str) -> str:
    """Three entities in two scorecards; both have a rule `liked`, on another level each."""
    api.write_blueprint(blueprint(kind))
    api.write_scorecard(scorecard(f"{card}-1", IN_GO, LIKED, of=kind))
    on_gold = {"identifier": "liked", "level": "Gold"}
    active = query(condition("archived", "!=", True))
    api.write_scorecard(scorecard(f"{card}-2", LIKED | on_gold, of=kind, filter=active))
    api.write_entities(
        entity("ape", kind, stars=9, language="Go") | {"team": "red"},
        entity("bee", kind, stars=1) | {"team": ["red", "blue"]},
        entity("cat", kind, stars=9, archived=True),
    )
    return kind


def test_results_stand_by_entity_and_scorecard_in_the_order_of_the_rules(api: Client, shop: str) -> None:
    assert places(api, filter={"blueprint": shop}) == [
        ("ape", "in-go"), ("ape", "liked"), ("ape", "liked"),
        ("bee", "in-go"), ("bee", "liked"), ("bee", "liked"),
        ("cat", "in-go"), ("cat", "liked"),
    ]  # fmt: skip
    first = api.nodes(operations.RULE_RESULTS, filter={"blueprint": shop}, first=1)[0]
    assert (first["result"], first["reason"], first["lastResult"]) == ("PASSED", None, None)
    assert first["since"] == api.query(operations.ENTITY, blueprint=shop, identifier="ape")["createdAt"]


def test_each_filter_narrows(api: Client, shop: str, card: str) -> None:
    def found(**narrow: Any) -> list[tuple[str, str]]:
        return places(api, filter={"blueprint": shop} | narrow)

    assert found(entity="bee", scorecard=f"{card}-1") == [("bee", "in-go"), ("bee", "liked")]
    assert found(teams=["blue"]) == [("bee", "in-go"), ("bee", "liked"), ("bee", "liked")]
    assert found(teams=[]) == []
    assert found(scorecard=f"{card}-2") == [("ape", "liked"), ("bee", "liked")]
    assert found(rule="in-go") == [("ape", "in-go"), ("bee", "in-go"), ("cat", "in-go")]
    assert found(level="Silver") == [("ape", "in-go"), ("bee", "in-go"), ("cat", "in-go")]
    assert found(result="PASSED") == [("ape", "in-go"), ("ape", "liked"), ("ape", "liked"), ("cat", "liked")]
    assert found(result="NO_DATA") == [("bee", "in-go"), ("cat", "in-go")]
    assert found(result="ERROR") == []
    for narrow in ({"entity": "dog"}, {"scorecard": "none"}, {"rule": "none"}, {"level": "None"}):
        assert found(**narrow) == []
    assert places(api, filter={"blueprint": f"{shop}-not"}) == []
    assert places(api, filter={"blueprint": f"{shop}-not", "scorecard": f"{card}-1"}) == []
    assert places(api, filter={"scorecard": f"{card}-2", "blueprint": None}) == [
        ("ape", "liked"),
        ("bee", "liked"),
    ]


def test_filters_narrow_together_and_page_by_page(api: Client, shop: str, card: str) -> None:
    ways: list[dict[str, Any]] = [
        {},
        {"result": "PASSED"},
        {"rule": "liked"},
        {"level": "Gold"},
        {"teams": ["red"]},
        {"entity": "ape"},
        {"scorecard": f"{card}-1", "result": "NO_DATA"},
        {"rule": "liked", "level": "Gold", "result": "PASSED"},
    ]
    for way in ways:
        narrow = {"blueprint": shop} | way
        whole = [node["id"] for node in api.nodes(operations.RULE_RESULTS, filter=narrow)]
        for size in (1, 2, 3):
            assert paged(api, narrow, size) == whole, (way, size)


def paged(api: Client, narrow: dict[str, Any], size: int) -> list[str]:
    found: list[str] = []
    after = None
    while True:
        page = api.query(IDS, filter=narrow, first=size, after=after)
        found += [edge["node"]["id"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]
        assert len(found) < 100


def test_a_filter_by_level_finds_entities_behind_ones_that_have_the_rule_elsewhere(
    api: Client, shop: str
) -> None:
    archived = [entity(f"a{number}", shop, stars=9, archived=True) for number in range(5)]
    api.write_entities(*archived)  # these have a rule `liked`, but not the one on Gold
    assert places(api, filter={"blueprint": shop, "level": "Gold"}, first=1) == [("ape", "liked")]
    assert places(api, filter={"blueprint": shop, "level": "Gold"}) == [("ape", "liked"), ("bee", "liked")]


def test_pages_go_on_when_the_rule_or_the_entity_at_the_cursor_has_gone(
    api: Client, shop: str, card: str
) -> None:
    narrow = {"blueprint": shop, "scorecard": f"{card}-1"}
    after = api.query(operations.RULE_RESULTS, filter=narrow, first=1)["pageInfo"]["endCursor"]
    api.query(operations.DELETE_RULE, input={"scorecard": f"{card}-1", "identifier": "in-go"})
    assert places(api, filter=narrow, after=after) == [("ape", "liked"), ("bee", "liked"), ("cat", "liked")]
    api.query(operations.DELETE_ENTITIES, input={"blueprint": shop, "identifiers": ["ape"]})
    assert places(api, filter=narrow, after=after) == [("bee", "liked"), ("cat", "liked")]


def test_results_of_all_blueprints_are_paged_as_one_list(api: Client, kind: str) -> None:
    for number in range(3):
        name = f"{kind}-{number}"
        api.write_blueprint(blueprint(name))
        api.write_scorecard(scorecard(name, LIKED, of=name))
        api.write_entities(entity("a", name), entity("b", name))
    found: list[str] = []
    after = None
    while True:
        page = api.query(
            "query($after: String) {ruleResults(first: 200, after: $after) {pageInfo {hasNextPage endCursor} "
            "edges {node {id entity {blueprint {identifier}}}}}}",
            after=after,
        )
        found += [edge["node"]["entity"]["blueprint"]["identifier"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert found == sorted(found)
    assert [name for name in found if name.startswith(f"{kind}-")] == [
        f"{kind}-{number}" for number in range(3) for _ in "ab"
    ]


def test_a_result_is_explained_condition_by_condition(api: Client, kind: str, card: str) -> None:
    api.write_blueprint(blueprint(kind, relations={"on": {"target": kind}}, schema={"properties": {
        "stars": {"type": "number"}, "language": {"type": "string"}, "any": {},
        "deployed_at": {"type": "string", "format": "date-time"}, "tags": {"type": "array"}}}))  # fmt: skip
    conditions = [
        condition("stars", ">", 5),
        query(condition("language", "=", "Go"), condition("any", "<", 3), combinator="or"),
        {"relation": "on", "operator": "isNotEmpty"},
        condition("deployed_at", ">", "2026-01-01"),
        condition("$team", "contains", "red"),
        condition("tags", "isEmpty"),
    ]
    api.write_scorecard(scorecard(card, rule("all", "Bronze", *conditions), of=kind))
    api.write_entities(
        entity("a", kind, stars=9.5, any="three", deployed_at="2026-02-01T00:00:00+01:00", tags=["x"])
        | {"team": "red"}
    )
    (result,) = api.nodes(operations.RULE_RESULTS, filter={"scorecard": card})
    fields = ("path", "property", "relation", "operator", "expected", "actual", "verdict", "reason")
    assert [tuple(one[field] for field in fields) for one in result["explanation"]] == [
        ("conditions[0]", "stars", None, ">", 5, 9.5, "TRUE", None),
        ("conditions[1].conditions[0]", "language", None, "=", "Go", None, "MISSING", "no data"),
        ("conditions[1].conditions[1]", "any", None, "<", 3, "three", "FALSE", "type mismatch"),
        ("conditions[2]", None, "on", "isNotEmpty", None, None, "FALSE", None),
        ("conditions[3]", "deployed_at", None, ">", "2026-01-01", "2026-02-01T00:00:00+01:00", "TRUE", None),
        ("conditions[4]", "$team", None, "contains", "red", ["red"], "TRUE", None),
        ("conditions[5]", "tags", None, "isEmpty", None, ["x"], "FALSE", None),
    ]
    assert result["result"] == "NOT_PASSED"
    assert result["reason"] == "`language`: no data; `any`: type mismatch"
    (change,) = api.nodes(operations.RESULT_CHANGES, filter={"scorecard": card})
    assert (change["toResult"], change["reason"]) == ("NOT_PASSED", result["reason"])
