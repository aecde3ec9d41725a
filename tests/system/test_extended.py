"""What others add to the system blueprints: properties, mirrors, calculations and relations of their own."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.graphql.api import operations
from tests.graphql.api.client import Client, Data
from tests.support.documents import blueprint, condition, entity, query, rule, scorecard

LIKED = rule("liked", "Bronze", condition("stars", ">", 5))

TITLES = {"_rule": "Rule", "_rule_result": "Rule Result"}
RULE: dict[str, Any] = {
    "schema": {"properties": {"weight": {"type": "number"}}},
    "mirrorProperties": {"of": {"path": "scorecard.$title"}},
    "calculationProperties": {
        "points": {"type": "number", "calculation": ".properties.weight * .properties.entities_passed"}
    },
}
RESULT: dict[str, Any] = {
    "schema": {"properties": {"ticket": {"type": "string"}}},
    "calculationProperties": {
        "told": {"type": "string", "calculation": '.properties.entity + ": " + .properties.level'}
    },
}


@pytest.fixture
def extended(api: Client, kind: str, card: str) -> Iterator[str]:
    """Two entities under a scorecard, and system blueprints that others have added to."""
    api.write_blueprint(blueprint(kind))
    api.write_scorecard(scorecard(card, LIKED, of=kind))
    api.settle(kind)
    api.write_entities(entity("a", kind, stars=9, language="Go"), entity("b", kind, stars=1))
    mirrors = {"weight_of_rule": {"path": "rule.weight"}, "language": {"path": f"{kind}.language"}}
    written: list[tuple[str, Data]] = [
        ("_rule", RULE),
        ("_rule_result", RESULT | {"mirrorProperties": mirrors, "relations": {"fix": {"target": kind}}}),
    ]
    for name, own in written:
        api.write_blueprint({"identifier": name, "title": TITLES[name], **own})
    yield kind
    for name, _ in written:
        api.query(
            operations.UPSERT_BLUEPRINT, input={"identifier": name, "title": TITLES[name], "force": True}
        )


def write(api: Client, of: str, identifier: str, **own: Any) -> None:
    api.write_entities({"blueprint": of, "identifier": identifier, **own}, mode="MERGE")


def read(api: Client, of: str, identifier: str, at: str | None = None) -> Any:
    return api.query(operations.ENTITY, blueprint=of, identifier=identifier, asOf=at)


def test_own_properties_are_read_with_the_core(api: Client, extended: str, card: str) -> None:
    write(api, "_rule", f"{card}/liked", properties={"weight": 3})
    write(api, "_rule_result", f"{card}/liked/b", properties={"ticket": "T-1"}, relations={"fix": "a"})
    one = read(api, "_rule", f"{card}/liked")
    assert one["properties"]["weight"] == 3
    assert one["derived"] == {
        "entities_tested": 2,
        "entities_passed": 1,
        "percentage": 50,
        "of": card.title(),
        "points": 3,
    }
    result = read(api, "_rule_result", f"{card}/liked/b")
    assert result["properties"] | {"result_last_change": ""} == {
        "ticket": "T-1",
        "result": "Not passed",
        "entity": "b",
        "result_last_change": "",
    }
    assert result["relations"] == {"rule": f"{card}/liked", extended: "b", "fix": "a"}
    assert (result["derived"]["weight_of_rule"], result["derived"]["told"]) == (3, "b: Bronze")
    assert read(api, "_rule_result", f"{card}/liked/a")["derived"]["language"] == "Go"


def test_own_values_survive_evaluation_and_are_listed(api: Client, extended: str, card: str) -> None:
    api.write_entities(entity(card, extended))
    write(api, "_rule", f"{card}/liked", properties={"weight": 3})
    write(api, "_rule_result", f"{card}/liked/b", properties={"ticket": card}, relations={"fix": card})
    api.write_entities(entity("b", extended, stars=100))
    own = {"filter": {"query": query(condition("ticket", "=", card))}}
    for order in ({"field": "IDENTIFIER"}, {"property": "ticket"}):
        (found,) = api.nodes(operations.ENTITIES, blueprint="_rule_result", order=order, **own)
        assert found["properties"]["result"] == "Passed"
        assert found == read(api, "_rule_result", f"{card}/liked/b")
    heavy = {"filter": {"query": query(condition("points", "=", 6))}}
    assert api.identifiers(operations.ENTITIES, blueprint="_rule", **heavy) == [f"{card}/liked"]
    asked = {"blueprint": extended, "identifier": card, "by": "_rule_result", "relation": "fix"}
    page = api.query(operations.RELATED_BY, **asked)["relatedBy"]
    assert [edge["node"]["identifier"] for edge in page["edges"]] == [f"{card}/liked/b"]


def test_own_values_outlive_a_renaming_of_the_rule(api: Client, extended: str, card: str) -> None:
    assert extended
    write(api, "_rule", f"{card}/liked", properties={"weight": 3})
    write(api, "_rule_result", f"{card}/liked/b", properties={"ticket": "T-1"})
    api.query(operations.RENAME_RULE, input={"scorecard": card, "identifier": "liked", "to": "popular"})
    assert read(api, "_rule", f"{card}/popular")["properties"]["weight"] == 3
    assert read(api, "_rule_result", f"{card}/popular/b")["properties"]["ticket"] == "T-1"
    write(api, "_rule_result", f"{card}/popular/b", properties={"ticket": "T-2"})
    assert read(api, "_rule_result", f"{card}/popular/b")["properties"]["ticket"] == "T-2"


def test_results_and_counts_are_told_as_of_an_instant(api: Client, extended: str, card: str) -> None:
    time.sleep(0.005)
    then = datetime.now(UTC).isoformat(timespec="milliseconds")
    time.sleep(0.005)
    api.write_entities(entity("b", extended, stars=100))
    assert read(api, "_rule", f"{card}/liked")["derived"]["entities_passed"] == 2
    assert read(api, "_rule", f"{card}/liked", then)["derived"]["entities_passed"] == 1
    assert read(api, "_rule_result", f"{card}/liked/b", then)["properties"]["result"] == "Not passed"
    failed = query(condition("result", "!=", "Passed"), condition("blueprint", "=", extended))
    for order in ({"field": "IDENTIFIER"}, {"field": "UPDATED_AT"}):
        asked = {"blueprint": "_rule_result", "filter": {"query": failed}, "order": order}
        assert api.identifiers(operations.ENTITIES, **asked, asOf=then) == [f"{card}/liked/b"]
        assert api.identifiers(operations.ENTITIES, **asked) == []


@pytest.mark.parametrize("name", ["told", "weight_of_rule"])
def test_results_are_not_filtered_by_what_is_derived_when_read(api: Client, extended: str, name: str) -> None:
    assert extended
    narrow = {"query": query(condition(name, "isNotEmpty"))}
    code, message = api.refusal(operations.ENTITIES, blueprint="_rule_result", filter=narrow)
    assert (code, f"`{name}`" in message) == ("BAD_USER_INPUT", True)
