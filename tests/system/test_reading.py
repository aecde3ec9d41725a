"""Scorecards, rules and rule results are read as entities, with every property that is documented."""

from typing import Any

import pytest

from tests.graphql.api import operations
from tests.graphql.api.client import Client, Data
from tests.support.documents import blueprint, condition, entity, query, rule, scorecard

LIKED = rule("liked", "Bronze", condition("stars", ">", 5)) | {"description": "People *like* it."}
LOVED = rule("loved", "Silver", condition("stars", ">", 50))


@pytest.fixture
def story(api: Client, kind: str, card: str) -> str:
    """Three entities of two teams under a scorecard of two rules."""
    api.write_blueprint(blueprint(kind))
    some = query(condition("archived", "!=", True))
    api.write_scorecard(scorecard(card, LIKED, LOVED, of=kind, filter=some))
    api.settle(kind)
    api.write_entities(
        entity("a", kind, stars=99) | {"team": "red", "title": "Able"},
        entity("b", kind, stars=9) | {"team": ["red", "blue"]},
        entity("c/d~", kind),
        entity("old", kind, stars=100, archived=True),
    )
    return kind


def read(api: Client, of: str, identifier: str) -> Any:
    return api.query(operations.ENTITY, blueprint=of, identifier=identifier)


def listed(api: Client, of: str, *conditions: Any, **how: Any) -> list[Data]:
    narrow = {"filter": {"query": query(*conditions)}} if conditions else {}
    return api.nodes(operations.ENTITIES, blueprint=of, **narrow, **how)


def test_a_scorecard_has_its_documented_properties(api: Client, story: str, card: str) -> None:
    one = read(api, "_scorecard", card)
    assert one["title"] == card.title()
    assert one["properties"] == {
        "blueprint": story,
        "levels": [
            {"title": "Basic", "color": "paleBlue"},
            {"title": "Bronze", "color": "bronze"},
            {"title": "Silver", "color": "silver"},
            {"title": "Gold", "color": "gold"},
        ],
        "filter": query(condition("archived", "!=", True)),
    }
    assert one["derived"] == {"rules_tested": 6, "rules_passed": 3, "percentage": 50}
    assert one["relations"] == {}
    stored = api.query(operations.SCORECARD, identifier=card)
    assert (one["createdAt"], one["updatedAt"]) == (stored["createdAt"], stored["updatedAt"])


def test_a_rule_has_its_documented_properties(api: Client, story: str, card: str) -> None:
    assert story
    one = read(api, "_rule", f"{card}/liked")
    assert one["title"] == "Liked"
    assert one["properties"] == {
        "level": "Bronze",
        "query": query(condition("stars", ">", 5)),
        "description": "People *like* it.",
    }
    assert one["derived"] == {
        "entities_tested": 3,
        "entities_passed": 2,
        "percentage": pytest.approx(200 / 3),
    }
    assert one["relations"] == {"scorecard": card}


def test_a_rule_result_has_its_documented_properties(api: Client, story: str, card: str) -> None:
    one = read(api, "_rule_result", f"{card}/loved/b")
    (stored,) = api.nodes(operations.RULE_RESULTS, filter={"scorecard": card, "rule": "loved", "entity": "b"})
    assert one["title"] == "Loved"
    assert one["team"] == ["red", "blue"]
    assert one["properties"] == {
        "result": "Not passed",
        "entity": "b",
        "result_last_change": stored["since"],
    }
    assert one["derived"] == {
        "level": "Silver",
        "scorecard": card.title(),
        "blueprint": story,
        "entity_link": f"/entities/{story}/b",
    }
    assert one["relations"] == {"rule": f"{card}/loved", story: "b"}
    assert read(api, "_rule_result", f"{card}/liked/b")["properties"]["result"] == "Passed"


def test_what_does_not_exist_is_not_found(api: Client, story: str, card: str) -> None:
    assert story
    for of, name in (
        ("_scorecard", "nothing"),
        ("_rule", card),
        ("_rule", f"{card}/nothing"),
        ("_rule_result", f"{card}/liked/nothing"),
        ("_rule_result", f"{card}/liked/old"),
        ("_rule_result", f"{card}/liked"),
        ("_rule_result", f"{card}/liked/c~1d~"),
    ):
        assert read(api, of, name) is None, name


def test_names_with_the_separator_are_told_apart(api: Client, story: str, card: str) -> None:
    one = read(api, "_rule_result", f"{card}/liked/c~1d~0")
    assert (one["identifier"], one["properties"]["entity"]) == (f"{card}/liked/c~1d~0", "c/d~")
    assert one["derived"]["entity_link"] == f"/entities/{story}/c%2Fd~"


def test_lists_show_what_single_reads_show(api: Client, story: str, card: str) -> None:
    of_card = {"relation": "scorecard", "operator": "=", "value": card}
    rules = listed(api, "_rule", of_card)
    assert [one["identifier"] for one in rules] == [f"{card}/liked", f"{card}/loved"]
    results = listed(api, "_rule_result", condition("blueprint", "=", story))
    assert [one["identifier"] for one in results] == [
        f"{card}/{rule}/{name}" for rule in ("liked", "loved") for name in ("a", "b", "c~1d~0")
    ]
    (own,) = listed(api, "_scorecard", condition("blueprint", "=", story))
    for of, some in (("_rule", rules), ("_rule_result", results), ("_scorecard", [own])):
        for one in some:
            assert read(api, of, one["identifier"]) == one


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ([condition("result", "=", "Passed")], ["liked/a", "liked/b", "loved/a"]),
        ([condition("entity", "=", "a")], ["liked/a", "loved/a"]),
        ([condition("level", "=", "Silver")], ["loved/a", "loved/b", "loved/c~1d~0"]),
        ([condition("level", "beginsWith", "Sil"), condition("result", "!=", "Passed")],
         ["loved/b", "loved/c~1d~0"]),
        ([condition("$title", "=", "Liked"), condition("entity", "!=", "b")], ["liked/a", "liked/c~1d~0"]),
        ([condition("$identifier", "endsWith", "/b")], ["liked/b", "loved/b"]),
        ([condition("$team", "containsAny", ["blue"])], ["liked/b", "loved/b"]),
        ([condition("result_last_change", "isEmpty")], []),
    ],
)  # fmt: skip
def test_results_are_filtered(
    api: Client,
    story: str,
    card: str,
    conditions: list[Any],
    expected: list[str],
) -> None:
    own = condition("blueprint", "=", story)
    for order in ({"field": "IDENTIFIER"}, {"property": "$identifier"}, {"field": "TITLE"}):
        found = listed(api, "_rule_result", own, *conditions, order=order)
        names = [one["identifier"] for one in found]
        if order == {"field": "IDENTIFIER"}:
            assert names == [f"{card}/{one}" for one in expected]
        assert sorted(names) == sorted(f"{card}/{one}" for one in expected), order


def test_results_are_found_by_relations_to_rule_and_entity(api: Client, story: str, card: str) -> None:
    by_rule = {"relation": "rule", "operator": "=", "value": f"{card}/loved"}
    by_entity = {"relation": story, "operator": "=", "value": "a"}
    assert [one["properties"]["entity"] for one in listed(api, "_rule_result", by_rule)] == ["a", "b", "c/d~"]
    assert [one["title"] for one in listed(api, "_rule_result", by_entity)] == ["Liked", "Loved"]
    red = api.nodes(operations.ENTITIES, blueprint="_rule_result", filter={"teams": ["red"]}, first=500)
    assert {one["identifier"] for one in red if one["relations"].get(story)} == {
        f"{card}/{rule}/{name}" for rule in ("liked", "loved") for name in ("a", "b")
    }


def test_results_are_paged_both_ways(api: Client, story: str) -> None:
    own = {"query": query(condition("blueprint", "=", story))}
    for order in (
        {"field": "IDENTIFIER", "direction": "ASC"},
        {"field": "IDENTIFIER", "direction": "DESC"},
        {"property": "result", "direction": "DESC"},
        {"property": "level", "direction": "ASC"},
        {"field": "UPDATED_AT", "direction": "DESC"},
    ):
        asked = {"blueprint": "_rule_result", "filter": own, "order": order}
        whole = api.identifiers(operations.ENTITIES, **asked)
        assert len(whole) == len(set(whole)) == 6
        paged: list[str] = []
        after, more = None, True
        while more:
            page = api.query(operations.ENTITIES, **asked, first=2, after=after)
            paged += [edge["node"]["identifier"] for edge in page["edges"]]
            after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
        assert paged == whole, order


def test_scorecards_and_rules_are_ordered_and_filtered_by_their_counts(
    api: Client,
    story: str,
    card: str,
) -> None:
    assert story
    own = {"relation": "scorecard", "operator": "=", "value": card}
    worst = listed(api, "_rule", own, order={"property": "percentage", "direction": "ASC"})
    assert [one["title"] for one in worst] == ["Loved", "Liked"]
    assert [one["title"] for one in listed(api, "_rule", own, condition("entities_passed", ">=", 2))] == [
        "Liked"
    ]
    half = listed(api, "_scorecard", condition("percentage", "=", 50), condition("blueprint", "=", story))
    assert [one["identifier"] for one in half] == [card]


def test_facets_count_results(api: Client, story: str) -> None:
    own = {"query": query(condition("blueprint", "=", story))}
    asked = {"blueprint": "_rule_result", "property": "result", "filter": own}
    found = api.query(operations.FACETS, **asked)
    assert {one["value"]: one["count"] for one in found["values"]} == {"Passed": 3, "Not passed": 3}
    levels = api.query(operations.FACETS, blueprint="_rule", property="level")
    assert {"Bronze", "Silver"} <= {one["value"] for one in levels["values"]}


def test_relations_lead_from_result_to_rule_to_scorecard_and_back(
    api: Client,
    story: str,
    card: str,
) -> None:
    def to(of: str, name: str, relation: str) -> list[str]:
        found = api.query(operations.RELATED, blueprint=of, identifier=name, relation=relation)
        assert found["danglingTargets"] == []
        return [edge["node"]["identifier"] for edge in found["related"]["edges"]]

    def back(of: str, name: str, by: str, relation: str | None = None) -> list[str]:
        asked = {"blueprint": of, "identifier": name, "by": by, "relation": relation}
        page = api.query(operations.RELATED_BY, **asked)["relatedBy"]
        return [edge["node"]["identifier"] for edge in page["edges"]]

    assert to("_rule_result", f"{card}/liked/a", "rule") == [f"{card}/liked"]
    assert to("_rule_result", f"{card}/liked/a", story) == ["a"]
    assert to("_rule", f"{card}/liked", "scorecard") == [card]
    assert back("_scorecard", card, "_rule") == [f"{card}/liked", f"{card}/loved"]
    assert back("_rule", f"{card}/loved", "_rule_result", "rule") == [
        f"{card}/loved/{name}" for name in ("a", "b", "c~1d~0")
    ]
    assert back(story, "b", "_rule_result") == [f"{card}/liked/b", f"{card}/loved/b"]


def test_search_finds_scorecards_and_rules_but_no_results(api: Client, story: str, card: str) -> None:
    assert story
    found = api.query(operations.SEARCH, text=card)["edges"]
    kinds = {(one["node"]["blueprint"]["identifier"], one["node"]["identifier"]) for one in found}
    assert ("_scorecard", card) in kinds
    assert ("_rule", f"{card}/liked") in kinds
    assert "_rule_result" not in {of for of, _ in kinds}
    described = api.query(operations.SEARCH, text=f"like people {card}", blueprints=["_rule"])["edges"]
    assert [one["node"]["identifier"] for one in described] == [f"{card}/liked"]
    rules = api.identifiers(operations.ENTITIES, blueprint="_rule", filter={"search": f"{card} loved"})
    assert rules == [f"{card}/loved"]


def test_results_are_searched_within_their_own_list(api: Client, story: str, card: str) -> None:
    assert story

    def found(words: str, **how: Any) -> Any:
        asked = {"blueprint": "_rule_result", "filter": {"search": f"{card} {words}"}}
        return api.query(operations.ENTITIES, **asked, **how)

    page = found('"not passed"')
    names = [edge["node"]["identifier"] for edge in page["edges"]]
    assert names == [f"{card}/liked/c~1d~0", f"{card}/loved/b", f"{card}/loved/c~1d~0"]
    first = found('"not passed"', first=1)["pageInfo"]["endCursor"]
    rest = found('"not passed"', after=first)["edges"]
    assert [edge["node"]["identifier"] for edge in rest] == names[1:]
    assert found("nothing")["edges"] == []
    asked = {"blueprint": "_rule_result", "filter": {"search": card}, "order": {"property": "result"}}
    assert "listed by identifier" in api.refusal(operations.ENTITIES, **asked)[1]


def test_renamed_things_show_their_new_names(api: Client, story: str, card: str) -> None:
    for operation, renaming in (
        (operations.RENAME_RULE, {"scorecard": card, "identifier": "liked", "to": "popular"}),
        (operations.RENAME_LEVEL, {"scorecard": card, "identifier": "Bronze", "to": "Copper"}),
        (operations.RENAME_PROPERTY, {"blueprint": story, "identifier": "stars", "to": "likes"}),
    ):
        assert api.query(operation, input=renaming)["outcome"] == "UPDATED"
    one = read(api, "_rule", f"{card}/popular")
    assert one["properties"]["level"] == "Copper"
    assert one["properties"]["query"] == query(condition("likes", ">", 5))
    assert one["derived"]["entities_passed"] == 2
    result = read(api, "_rule_result", f"{card}/popular/a")
    assert (result["derived"]["level"], result["relations"]["rule"]) == ("Copper", f"{card}/popular")
    assert read(api, "_rule_result", f"{card}/liked/a") is None


def test_what_is_derived_when_read_orders_no_results(api: Client, story: str) -> None:
    assert story
    asked = {"blueprint": "_rule_result", "order": {"property": "entity_link"}}
    code, message = api.refusal(operations.ENTITIES, **asked)
    assert code == "BAD_USER_INPUT"
    assert "`entity_link`" in message


def test_a_new_scorecard_and_a_deleted_one_are_seen_at_once(api: Client, story: str, card: str) -> None:
    api.write_scorecard(scorecard(f"{card}-2", LOVED, of=story))
    api.settle(story)
    assert read(api, "_rule_result", f"{card}-2/loved/old")["properties"]["result"] == "Passed"
    api.query(operations.DELETE_SCORECARD, input={"identifier": f"{card}-2", "force": True})
    assert read(api, "_rule", f"{card}-2/loved") is None
    assert read(api, "_rule_result", f"{card}-2/loved/old") is None
