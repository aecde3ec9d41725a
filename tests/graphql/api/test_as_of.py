"""As of: entities, scores and rule results are told as they stood at any past instant."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.graphql.api import operations
from tests.graphql.api.client import Client, Data
from tests.support.documents import blueprint, condition, entity, query, rule, scorecard

LIKED = rule("liked", "Bronze", condition("stars", ">", 5))
LOVED = rule("loved", "Silver", condition("stars", ">", 50))


def now() -> str:
    """An instant with nothing else in its millisecond."""
    time.sleep(0.004)
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    time.sleep(0.004)
    return at


@pytest.fixture
def story(api: Client, kind: str, card: str) -> dict[str, str]:
    """An entity that is written twice, deleted and written anew, with an instant after each."""
    api.write_blueprint(blueprint(kind, relations={"on": {"target": kind, "many": True}}))
    api.write_scorecard(scorecard(card, LIKED, LOVED, of=kind))
    api.settle(kind)
    instants = {"before": now()}
    api.write_entities(entity("b", kind, stars=1) | {"team": "blue", "relations": {"on": ["a", "z"]}})
    api.write_entities(entity("a", kind, stars=9, language="Go") | {"team": "red", "title": "Able"})
    instants["young"] = now()
    api.write_entities(entity("a", kind, stars=99) | {"team": ["blue", "green"], "title": "Apt"})
    api.write_entities(entity("b", kind, stars=1) | {"team": "blue"})
    instants["grown"] = now()
    assert api.query(operations.DELETE_ENTITIES, input={"blueprint": kind, "identifiers": ["a"]})
    instants["gone"] = now()
    api.write_entities(entity("a", kind, stars=0) | {"team": "red"})
    instants["again"] = now()
    return instants


def of(api: Client, kind: str, at: str | None, name: str = "a") -> Any:
    return api.query(operations.ENTITY, blueprint=kind, identifier=name, asOf=at)


def levels(one: Data) -> list[tuple[str, list[str]]]:
    return [(score["level"]["title"], [result["result"] for result in score["ruleResults"]])
            for score in one["scores"]]  # fmt: skip


def test_an_entity_is_told_as_it_stood(api: Client, kind: str, story: dict[str, str]) -> None:
    assert of(api, kind, story["before"]) is None
    young, grown = of(api, kind, story["young"]), of(api, kind, story["grown"])
    assert (young["title"], young["team"], young["properties"]) == (
        "Able",
        "red",
        {"stars": 9, "language": "Go"},
    )
    assert (grown["title"], grown["team"], grown["properties"]) == ("Apt", ["blue", "green"], {"stars": 99})
    assert of(api, kind, story["gone"]) is None
    assert of(api, kind, story["again"])["properties"] == {"stars": 0}
    assert of(api, kind, None)["properties"] == {"stars": 0}


def test_its_scores_are_those_of_then(api: Client, kind: str, story: dict[str, str]) -> None:
    young, grown = of(api, kind, story["young"]), of(api, kind, story["grown"])
    assert levels(young) == [("Bronze", ["PASSED", "NOT_PASSED"])]
    assert levels(grown) == [("Silver", ["PASSED", "PASSED"])]
    assert grown["scores"][0]["ruleResults"][0]["since"] == young["scores"][0]["since"]
    (liked, loved) = young["scores"][0]["ruleResults"]
    assert [one["actual"] for one in (*liked["explanation"], *loved["explanation"])] == [9, 9]


def test_the_first_instant_of_a_state_is_its_own(api: Client, kind: str, story: dict[str, str]) -> None:
    grown = of(api, kind, story["grown"])
    assert of(api, kind, grown["updatedAt"])["title"] == "Apt"
    before = datetime.fromisoformat(grown["updatedAt"]) - timedelta(milliseconds=1)
    assert of(api, kind, before.isoformat())["title"] == "Able"


def test_lists_are_filtered_ordered_and_paged_as_of_then(
    api: Client, kind: str, card: str, story: dict[str, str]
) -> None:
    def listed(at: str, **how: Any) -> list[str]:
        return api.identifiers(operations.ENTITIES, blueprint=kind, asOf=story[at], **how)

    assert [listed(at) for at in story] == [[], ["a", "b"], ["a", "b"], ["b"], ["a", "b"]]
    liked = {"query": query(condition("stars", ">", 5))}
    assert [listed(at, filter=liked) for at in story] == [[], ["a"], ["a"], [], []]
    assert [listed(at, filter={"teams": ["blue"]}) for at in story] == [[], ["b"], ["a", "b"], ["b"], ["b"]]
    silver = {"level": {"scorecard": card, "levels": ["Silver"]}}
    assert [listed(at, filter=silver) for at in story] == [[], [], ["a"], [], []]
    undecidable = {"query": query(condition("language", "beginsWith", "G"))}
    assert [listed(at, filter=undecidable) for at in story] == [[], ["a"], [], [], []]
    assert listed("grown", order={"property": "stars"}) == ["b", "a"]
    assert listed("grown", order={"scorecard": card, "direction": "DESC"}) == ["a", "b"]
    assert listed("grown", order={"field": "TITLE", "direction": "DESC"}) == ["b", "a"]
    page = api.query(operations.ENTITIES, blueprint=kind, asOf=story["young"], first=1)
    assert page["pageInfo"]["hasNextPage"]
    assert listed("young", after=page["pageInfo"]["endCursor"]) == ["b"]


def test_facets_count_what_was(api: Client, kind: str, story: dict[str, str]) -> None:
    def teams(at: str) -> Any:
        found = api.query(operations.FACETS, blueprint=kind, property="$team", asOf=story[at])
        return {one["value"]: one["count"] for one in found["values"]}

    assert teams("young") == {"red": 1, "blue": 1}
    assert teams("grown") == {"blue": 2, "green": 1}
    assert teams("gone") == {"blue": 1}


def test_rule_results_are_found_as_of_then(api: Client, card: str, story: dict[str, str]) -> None:
    def passed(at: str) -> list[tuple[str, str]]:
        found = api.nodes(
            operations.RULE_RESULTS, filter={"scorecard": card, "result": "PASSED"}, asOf=story[at]
        )
        return [(one["entity"]["identifier"], one["rule"]["identifier"]) for one in found]

    assert passed("young") == [("a", "liked")]
    assert passed("grown") == [("a", "liked"), ("a", "loved")]
    assert passed("gone") == []


def test_relations_are_followed_in_the_past(api: Client, kind: str, story: dict[str, str]) -> None:
    def pointed(at: str) -> Any:
        found = api.query(operations.RELATED, blueprint=kind, identifier="b", relation="on", asOf=story[at])
        return found["danglingTargets"], [edge["node"]["title"] for edge in found["related"]["edges"]]

    def pointing(at: str) -> Any:
        asked = {"blueprint": kind, "identifier": "a", "by": kind, "asOf": story[at]}
        page = api.query(operations.RELATED_BY, **asked)["relatedBy"]
        return [edge["node"]["identifier"] for edge in page["edges"]]

    assert pointed("young") == (["z"], ["Able"])
    assert pointed("grown") == ([], [])
    assert pointing("young") == ["b"]
    assert pointing("grown") == []


def test_ids_of_the_past_lead_back_to_it(api: Client, kind: str, story: dict[str, str]) -> None:
    young = of(api, kind, story["young"])
    result = young["scores"][0]["ruleResults"][1]
    assert young["id"] != of(api, kind, None)["id"]
    node = "query($id: ID!) {node(id: $id) {... on Entity {title} ... on RuleResult {result since}}}"
    assert api.query(node, id=young["id"]) == {"title": "Able"}
    assert api.query(node, id=result["id"]) == {"result": "NOT_PASSED", "since": result["since"]}


def test_scores_of_the_past_keep_the_rules_and_levels_of_then(
    api: Client, kind: str, card: str, story: dict[str, str]
) -> None:
    other = scorecard(card, rule("named", "Gold", condition("$title", "isNotEmpty")), of=kind)
    other["levels"] = [{"title": "Low", "color": "red"}, {"title": "Gold", "color": "gold"}]
    api.write_scorecard(other)
    api.settle(kind)
    between = now()
    assert levels(of(api, kind, story["grown"])) == [("Silver", ["PASSED", "PASSED"])]
    assert of(api, kind, story["grown"])["scores"][0]["level"]["color"] == "silver"
    assert levels(of(api, kind, between)) == [("Low", ["NOT_PASSED"])]
    api.query(operations.DELETE_SCORECARD, input={"identifier": card, "force": True})
    api.settle(kind)
    assert levels(of(api, kind, story["grown"])) == [("Silver", ["PASSED", "PASSED"])]
    assert levels(of(api, kind, between)) == [("Low", ["NOT_PASSED"])]
    assert levels(of(api, kind, now())) == []
    found = api.nodes(operations.RULE_RESULTS, filter={"blueprint": kind}, asOf=story["grown"])
    assert len(found) == 4


def test_what_was_renamed_since_has_its_present_name(api: Client, kind: str, story: dict[str, str]) -> None:
    renaming = {"blueprint": kind, "identifier": "stars", "to": "likes"}
    assert api.query(operations.RENAME_PROPERTY, input=renaming)["outcome"] == "UPDATED"
    assert of(api, kind, story["grown"])["properties"] == {"likes": 99}
    liked = {"query": query(condition("likes", ">", 5))}
    assert api.identifiers(operations.ENTITIES, blueprint=kind, asOf=story["grown"], filter=liked) == ["a"]


@pytest.mark.parametrize("told", ["soon", "2026-13-01T00:00:00Z", "12", ""])
def test_what_is_no_instant_is_refused(api: Client, kind: str, story: dict[str, str], told: str) -> None:
    code, message = api.refusal(operations.ENTITY, blueprint=kind, identifier="a", asOf=told)
    assert code == "BAD_USER_INPUT"
    assert "asOf" in message
    assert story


def test_what_is_still_to_come_is_refused(api: Client, kind: str, story: dict[str, str]) -> None:
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    code, message = api.refusal(operations.ENTITIES, blueprint=kind, asOf=later)
    assert code == "BAD_USER_INPUT"
    assert "still to come" in message
    assert story


def test_words_are_not_searched_in_the_past(api: Client, kind: str, story: dict[str, str]) -> None:
    asked = {"blueprint": kind, "asOf": story["young"], "filter": {"search": "able"}}
    code, message = api.refusal(operations.ENTITIES, **asked)
    assert code == "BAD_USER_INPUT"
    assert "search" in message
