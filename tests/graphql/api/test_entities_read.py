"""Entities: narrowed by query, level and team, ordered, and paged without repeating or skipping one."""

from typing import Any

import pytest

from tests.graphql.api import operations
from tests.graphql.api.client import Client
from tests.support.documents import blueprint, condition, entity, query, rule, scorecard

LIKED = rule("liked", "Bronze", condition("stars", ">", 5))
LOVED = rule("loved", "Silver", condition("stars", ">", 50))
IS_GO = condition("language", "=", "Go")


def names(api: Client, kind: str, **variables: Any) -> list[str]:
    return api.identifiers(operations.ENTITY_NAMES, blueprint=kind, **variables)


def by_query(api: Client, kind: str, *conditions: Any, combinator: str = "and") -> list[str]:
    return names(api, kind, filter={"query": query(*conditions, combinator=combinator)})


@pytest.fixture
def shop(api: Client, kind: str, card: str) -> str:
    """Five entities: on Silver, Bronze and Basic, and two that the scorecard leaves out."""
    api.write_blueprint(blueprint(kind, relations={"on": {"target": kind, "many": True}}))
    active = query(condition("archived", "!=", True))
    api.write_scorecard(scorecard(card, LIKED, LOVED, of=kind, filter=active))
    api.write_entities(
        entity("ape", kind, stars=99, language="Go", tags=["x", "y"]) | {"title": "zebra", "team": "red"},
        entity("bee", kind, stars=9, language="Go") | {"title": "Yak", "team": ["red", "blue"]},
        entity("cat", kind, language="Rust", tags=["y"]) | {"relations": {"on": ["ape", "bee"]}},
        entity("dog", kind, stars=99, archived=True) | {"title": "yak", "team": "blue"},
        entity("elk", kind, archived=True, language=None) | {"team": []},
    )
    return kind


def test_a_query_narrows_by_properties_of_every_kind(api: Client, shop: str) -> None:
    assert by_query(api, shop, IS_GO) == ["ape", "bee"]
    assert by_query(api, shop, condition("stars", ">=", 9.0), IS_GO) == ["ape", "bee"]
    assert by_query(api, shop, condition("stars", "<", 10)) == ["bee"]
    assert by_query(api, shop, condition("archived", "=", True)) == ["dog", "elk"]
    assert by_query(api, shop, condition("tags", "containsAny", ["x", "z"])) == ["ape"]
    assert by_query(api, shop, condition("language", "isEmpty")) == ["dog", "elk"]
    assert by_query(api, shop, condition("language", "isNotEmpty")) == ["ape", "bee", "cat"]
    assert by_query(api, shop, condition("language", "!=", "Go")) == ["cat", "dog", "elk"]
    assert by_query(api, shop, condition("$identifier", "beginsWith", "b")) == ["bee"]
    assert by_query(api, shop, condition("$title", "=", "yak")) == ["dog"]
    assert by_query(api, shop, condition("$team", "contains", "blue")) == ["bee", "dog"]
    assert by_query(api, shop, condition("$team", "isNotEmpty")) == ["ape", "bee", "dog"]
    assert by_query(api, shop, condition("$createdAt", ">", "2020-01-01")) == [
        "ape",
        "bee",
        "cat",
        "dog",
        "elk",
    ]
    on_ape = {"relation": "on", "operator": "contains", "value": "ape"}
    assert by_query(api, shop, on_ape) == ["cat"]


def test_queries_nest_by_and_and_or(api: Client, shop: str) -> None:
    either = query(condition("stars", ">", 50), condition("tags", "contains", "y"), combinator="or")
    assert by_query(api, shop, either, condition("archived", "!=", True)) == ["ape", "cat"]
    both = query(IS_GO, condition("stars", "<", 50))
    assert by_query(api, shop, both, condition("archived", "=", True), combinator="or") == [
        "bee",
        "dog",
        "elk",
    ]


def test_a_typed_clients_nulls_in_a_query_count_as_left_out(api: Client, shop: str) -> None:
    leaf = {"combinator": None, "conditions": None, "relation": None} | IS_GO
    inner = query(leaf) | {"property": None, "operator": None, "relation": None, "value": None}
    del inner["value"]
    assert by_query(api, shop, inner) == ["ape", "bee"]


def test_a_level_narrows_also_by_none_and_by_any(api: Client, shop: str, card: str) -> None:
    def on(*levels: str | None) -> list[str]:
        return names(api, shop, filter={"level": {"scorecard": card, "levels": list(levels)}})

    assert on("Silver") == ["ape"]
    assert on("Silver", "Basic") == ["ape", "cat"]
    assert on(None) == ["dog", "elk"]
    assert on("Bronze", None) == ["bee", "dog", "elk"]
    assert on("Gold") == []
    assert on() == []
    assert names(api, shop, filter={"level": {"scorecard": card}}) == ["ape", "bee", "cat"]
    assert names(api, shop, filter={"level": {"scorecard": card, "levels": None}}) == ["ape", "bee", "cat"]
    assert names(api, shop, filter={"level": {"scorecard": f"{card}-not", "levels": ["Basic"]}}) == []


def test_teams_narrow_to_those_of_any(api: Client, shop: str) -> None:
    assert names(api, shop, filter={"teams": ["red"]}) == ["ape", "bee"]
    assert names(api, shop, filter={"teams": ["blue", "red"]}) == ["ape", "bee", "dog"]
    assert names(api, shop, filter={"teams": []}) == []
    assert names(api, shop, filter={"teams": None, "query": None, "level": None}) == [
        "ape", "bee", "cat", "dog", "elk",
    ]  # fmt: skip


def test_filters_narrow_together(api: Client, shop: str, card: str) -> None:
    level = {"scorecard": card, "levels": ["Silver", "Bronze"]}
    narrow = {"query": query(IS_GO), "level": level, "teams": ["blue"]}
    assert names(api, shop, filter=narrow) == ["bee"]
    descending = {"field": "TITLE", "direction": "DESC"}
    assert names(api, shop, filter={"query": query(IS_GO), "teams": ["red"]}, order=descending) == [
        "ape",
        "bee",
    ]


@pytest.mark.parametrize(
    ("field", "ascending"),
    [
        ("IDENTIFIER", ["ape", "bee", "cat", "dog", "elk"]),
        ("TITLE", ["cat", "elk", "bee", "dog", "ape"]),
        ("CREATED_AT", ["ape", "bee", "cat", "dog", "elk"]),
        ("UPDATED_AT", ["ape", "bee", "dog", "elk", "cat"]),
    ],
)
def test_entities_are_ordered_by_each_field_both_ways_and_paged_in_that_order(
    api: Client, shop: str, field: str, ascending: list[str]
) -> None:
    api.write_entities(entity("cat", shop, stars=1), mode="MERGE")
    for direction, expected in (("ASC", ascending), ("DESC", ascending[::-1])):
        order = {"field": field, "direction": direction}
        assert names(api, shop, order=order) == expected
        assert paged(api, shop, order=order, first=2) == expected
        assert paged(api, shop, order=order, first=1, filter={"teams": ["red", "blue"]}) == [
            name for name in expected if name in {"ape", "bee", "dog"}
        ]
    assert names(api, shop, order={"field": field}) == ascending


def paged(api: Client, kind: str, **variables: Any) -> list[str]:
    """All pages, each asked for with the cursor of the one before."""
    found: list[str] = []
    after = None
    while True:
        page = api.query(operations.ENTITIES, blueprint=kind, after=after, **variables)
        found += [edge["node"]["identifier"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            return found
        assert page["pageInfo"]["endCursor"] == page["edges"][-1]["cursor"]
        assert page["pageInfo"]["startCursor"] == page["edges"][0]["cursor"]
        after = page["pageInfo"]["endCursor"]
        assert len(found) < 100


@pytest.mark.parametrize("filtered", [None, {"query": query(condition("stars", ">", 0))}])
@pytest.mark.parametrize("field", ["IDENTIFIER", "TITLE", "CREATED_AT"])
def test_pages_neither_repeat_nor_skip_while_entities_come_and_go(
    api: Client, kind: str, field: str, filtered: Any
) -> None:
    api.write_blueprint(blueprint(kind))
    steady = [f"e{number:02}" for number in range(20)]
    api.write_entities(*(entity(name, kind, stars=1) | {"title": name.upper()} for name in steady))
    found: list[str] = []
    after = None
    for step in range(10):
        page = api.query(
            operations.ENTITIES, blueprint=kind, order={"field": field}, first=4, after=after, filter=filtered
        )
        found += [edge["node"]["identifier"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
        last = found[-1]
        passing = [f"{place}-{step}" for place in ("a", last, f"{last}z")]
        api.write_entities(*(entity(name, kind, stars=1) | {"title": name.upper()} for name in passing))
        api.query(operations.DELETE_ENTITIES, input={"blueprint": kind, "identifiers": [passing[0], last]})
    assert [name for name in found if name in steady] == steady
    assert len(set(found)) == len(found)


def test_first_is_cut_to_five_hundred_and_may_be_nothing_but_not_less(api: Client, kind: str) -> None:
    api.write_blueprint(blueprint(kind))
    write = "mutation($input: UpsertEntitiesInput!) {upsertEntities(input: $input) {results {outcome}}}"
    api.query(write, input={"entities": [entity(f"e{number:03}", kind) for number in range(501)]})
    page = api.query(operations.ENTITY_NAMES, blueprint=kind, first=10_000)
    assert len(page["edges"]) == 500
    assert page["pageInfo"]["hasNextPage"] is True
    nothing = api.query(operations.ENTITY_NAMES, blueprint=kind, first=0)
    assert nothing["edges"] == []
    assert nothing["pageInfo"] == {
        "hasNextPage": True, "hasPreviousPage": False, "startCursor": None, "endCursor": None,
    }  # fmt: skip
    code, message = api.refusal(operations.ENTITY_NAMES, blueprint=kind, first=-1)
    assert (code, message) == ("BAD_USER_INPUT", "`first` must not be negative")
    unnamed = api.query("query($kind: String!) {entities(blueprint: $kind) {edges {cursor}}}", kind=kind)
    assert len(unnamed["edges"]) == 50


@pytest.mark.parametrize(
    "operation",
    [operations.BLUEPRINTS, operations.SCORECARDS, operations.RULE_RESULTS, operations.LEVEL_CHANGES,
     operations.RESULT_CHANGES, operations.EVALUATIONS],
)  # fmt: skip
@pytest.mark.parametrize("cursor", ["", "nonsense", "WyJ4Il0", "W1sx", "9" * 30, "²", "%", "W1tb" * 4_000])
def test_a_cursor_that_no_list_gave_out_is_refused(api: Client, operation: str, cursor: str) -> None:
    code, message = api.refusal(operation, after=cursor)
    assert code == "BAD_USER_INPUT"
    assert "cursor" in message


def test_a_cursor_of_another_list_or_order_is_refused(api: Client, shop: str, card: str) -> None:
    by_title = api.query(operations.ENTITIES, blueprint=shop, order={"field": "TITLE"}, first=1)
    cursor = by_title["pageInfo"]["endCursor"]
    code, message = api.refusal(operations.ENTITIES, blueprint=shop, after=cursor)
    assert code == "BAD_USER_INPUT"
    assert "entities by IDENTIFIER" in message
    kinds = api.query(operations.BLUEPRINTS, first=1)["pageInfo"]["endCursor"]
    assert api.refusal(operations.SCORECARDS, after=kinds)[0] == "BAD_USER_INPUT"
    assert api.refusal(operations.RULES, scorecard=card, after=kinds)[0] == "BAD_USER_INPUT"


def test_an_unknown_blueprint_has_no_entities_to_list(api: Client, kind: str) -> None:
    code, message = api.refusal(operations.ENTITIES, blueprint=kind)
    assert code == "NOT_FOUND"
    assert message.startswith(f"there is no blueprint `{kind}`")
    assert api.query(operations.ENTITY, blueprint=kind, identifier="a") is None


def test_a_query_that_is_not_sound_says_where_what_and_what_was_meant(api: Client, shop: str) -> None:
    wrong = query(condition("langage", "=", "Go"), condition("stars", ">", "5"))
    code, message = api.refusal(operations.ENTITIES, blueprint=shop, filter={"query": wrong})
    assert code == "BAD_USER_INPUT"
    assert "filter.query.conditions[0].property: " in message
    assert "did you mean `language`?" in message
    assert "filter.query.conditions[1].value: " in message
    assert api.refusal(operations.ENTITIES, blueprint=shop, filter={"query": query()})[0] == "BAD_USER_INPUT"


def test_the_score_in_one_scorecard_can_be_asked_for(api: Client, shop: str, card: str) -> None:
    score = api.query(operations.SCORE, blueprint=shop, identifier="bee", scorecard=card)["score"]
    assert score["level"]["title"] == "Bronze"
    assert [one["result"] for one in score["ruleResults"]] == ["PASSED", "NOT_PASSED"]
    for identifier, scorecard_name in (("dog", card), ("bee", f"{card}-not")):
        none = api.query(operations.SCORE, blueprint=shop, identifier=identifier, scorecard=scorecard_name)
        assert none == {"score": None}
