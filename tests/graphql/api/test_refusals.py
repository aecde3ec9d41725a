"""Refusals: where an issue is an error nothing is written, and what JSON cannot keep never gets in."""

import json
from typing import Any

import httpx
import pytest

from tests.graphql.api import operations
from tests.graphql.api.client import Client, issues
from tests.support.documents import blueprint, condition, entity, query, rule, scorecard

LIKED = rule("liked", "Bronze", condition("stars", ">", 5))


def state(api: Client, kind: str, card: str) -> dict[str, Any]:
    """Everything that the API tells of a blueprint."""
    return {
        "blueprint": api.query(operations.BLUEPRINT, identifier=kind),
        "scorecard": api.query(operations.SCORECARD, identifier=card),
        "entities": api.nodes(operations.ENTITIES, blueprint=kind),
        "evaluations": api.nodes(operations.EVALUATIONS, blueprint=kind),
        "changes": api.nodes(operations.RESULT_CHANGES, filter={"blueprint": kind}),
    }


def test_nothing_is_written_where_an_issue_is_an_error(api: Client, kind: str, card: str) -> None:
    api.write_blueprint(blueprint(kind))
    api.write_scorecard(scorecard(card, LIKED, of=kind))
    api.write_entities(entity("a", kind, stars=9))
    api.settle(kind)
    before = state(api, kind, card)
    wrong = rule("liked", "Bronze", condition("langage", "=", "Go"))
    attempts: list[tuple[str, Any]] = [
        (operations.UPSERT_BLUEPRINT, blueprint(kind, schema={"properties": {"a": {"type": "strng"}}})),
        (operations.UPSERT_SCORECARD, scorecard(card, wrong, of=kind)),
        (operations.UPSERT_SCORECARD, scorecard(card, LIKED, LIKED, of=kind)),
        (operations.UPSERT_SCORECARD, scorecard(card, of=kind, filter=query())),
        (operations.UPSERT_RULE, {"scorecard": card, "rule": wrong}),
        (operations.UPSERT_RULE, {"scorecard": card, "rule": LIKED | {"level": "Basic"}}),
        (operations.DELETE_RULE, {"scorecard": card, "identifier": "not"}),
        (operations.DELETE_SCORECARD, {"identifier": card}),
        (operations.DELETE_BLUEPRINT, {"identifier": kind}),
    ]
    for operation, sent in attempts:
        payload = api.query(operation, input=sent)
        assert payload["outcome"] == "INVALID"
        assert "ERROR" in {severity for _, _, severity in issues(payload)}
    for mode in ("REPLACE", "MERGE"):
        sent = {"entities": [entity("a", kind, stars="1"), entity("b", kind, zzz=1)], "mode": mode}
        results = api.query(operations.UPSERT_ENTITIES, input=sent)["results"]
        assert [one["outcome"] for one in results] == ["INVALID"] * 2
    assert state(api, kind, card) == before


def test_everything_wrong_with_a_scorecard_comes_at_once_also_for_an_unknown_blueprint(
    api: Client, kind: str, card: str
) -> None:
    wrong = [
        rule("a", "Bronz", condition("x", "==", 1)),
        rule("a", "Basic", condition("x", "containsAny", "one"), {"operator": "isEmpty"}),
    ]
    payload = api.query(operations.UPSERT_SCORECARD, input=scorecard(card, *wrong, of=kind))
    errors = [(path, code) for path, code, severity in issues(payload) if severity == "ERROR"]
    assert errors == [
        ("blueprint", "UNKNOWN_BLUEPRINT"),
        ("rules[1].identifier", "DUPLICATE"),
        ("rules[0].level", "UNKNOWN_LEVEL"),
        ("rules[0].query.conditions[0].operator", "UNKNOWN_OPERATOR"),
        ("rules[1].level", "RULE_ON_BASE_LEVEL"),
        ("rules[1].query.conditions[0].value", "WRONG_TYPE"),
        ("rules[1].query.conditions[1]", "SUBJECT"),
    ]
    api.write_blueprint(blueprint(kind))
    near = api.query(operations.UPSERT_SCORECARD, input=scorecard(card, LIKED, of=f"{kind}x"))
    assert near["issues"][0]["suggestion"] == kind


def test_what_is_only_suspect_is_written_with_warnings(api: Client, kind: str, card: str) -> None:
    schema = {
        "properties": {"language": {"enum": ["Go", "Rust"]}, "stars": {"type": "number"}},
        "required": ["stars"],
    }
    api.write_blueprint(blueprint(kind, schema=schema))
    api.write_entities(entity("a", kind, stars=1))
    suspect = [
        rule("constant", "Bronze", condition("stars", "isNotEmpty")),
        rule("no-such-value", "Gold", condition("language", "=", "go")),
    ]
    payload = api.write_scorecard(
        scorecard(card, *suspect, of=kind, filter=query(condition("stars", ">", 99)))
    )
    assert payload["outcome"] == "CREATED"
    assert issues(payload) == [
        ("rules[0].query.conditions[0]", "ALWAYS", "WARNING"),
        ("rules[1].query.conditions[0].value", "NOT_IN_ENUM", "WARNING"),
        ("levels[2]", "LEVEL_WITHOUT_RULES", "WARNING"),
        ("filter", "MATCHES_NOTHING", "WARNING"),
    ]
    assert payload["issues"][1]["suggestion"] == "Go"


@pytest.mark.parametrize(
    "literal",
    ["9007199254740993", "-9007199254740993", "1e999", '"\\u0000"', '{a: ["x\\u0000"]}', '"\\ud800"',
     '"""\0"""', '{_0: 123456789012345678901234567890}'],
)  # fmt: skip
def test_a_literal_that_json_cannot_keep_is_refused(api: Client, kind: str, literal: str) -> None:
    api.write_blueprint({"identifier": kind, "title": "T", "schema": {"properties": {"x": {}}}})
    answer = api.post(
        f"""mutation {{
            upsertEntities(input: {{entities: [{{
                blueprint: "{kind}", identifier: "a", properties: {{x: {literal}}}
            }}]}}) {{results {{outcome}}}}
        }}"""
    )
    codes = {error["extensions"]["code"] for error in answer["errors"]}
    assert codes <= {"BAD_USER_INPUT", "GRAPHQL_PARSE_FAILED", "BAD_REQUEST"}
    assert "data" not in answer
    assert api.identifiers(operations.ENTITY_NAMES, blueprint=kind) == []


@pytest.mark.parametrize(
    "text",
    ["NaN", "Infinity", "-Infinity", "1e999", "9007199254740993", r'"\u0000"', r'"\ud800"', "01", "'x'"],
)
def test_a_variable_that_json_cannot_keep_is_refused(api: Client, kind: str, text: str) -> None:
    api.write_blueprint({"identifier": kind, "title": "T", "schema": {"properties": {"x": {}}}})
    whole = {
        "query": operations.UPSERT_ENTITIES,
        "variables": {"input": {"entities": [entity("a", kind, x="HERE")]}},
    }
    body = json.dumps(whole).replace('"HERE"', text)
    answer = httpx.post(api.url, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert "data" not in answer.json()
    assert api.identifiers(operations.ENTITY_NAMES, blueprint=kind) == []


def test_literals_that_json_can_keep_come_back_as_they_were(api: Client, kind: str) -> None:
    api.write_blueprint({"identifier": kind, "title": "T", "schema": {"properties": {"x": {}}}})
    api.post(
        f"""mutation {{
            upsertEntities(input: {{entities: [{{
                blueprint: "{kind}", identifier: "a",
                properties: {{x: [9007199254740992, 1, 1.0, 1.5e3, true, null, "ü🦄", {{b: 1, a: 2}}]}}
            }}]}}) {{results {{outcome}}}}
        }}"""
    )
    read = api.query(operations.ENTITY, blueprint=kind, identifier="a")["properties"]["x"]
    assert repr(read) == repr([9007199254740992, 1, 1.0, 1500.0, True, None, "ü🦄", {"b": 1, "a": 2}])


def test_nine_levels_of_nesting_are_refused_and_eight_are_taken(api: Client, kind: str, card: str) -> None:
    api.write_blueprint(blueprint(kind))

    def nested(depth: int) -> Any:
        inner = query(condition("stars", ">", 5))
        for _ in range(depth - 1):
            inner = query(inner)
        return inner

    deep = LIKED | {"query": nested(9)}
    payload = api.query(operations.UPSERT_SCORECARD, input=scorecard(card, deep, of=kind))
    assert [code for _, code, severity in issues(payload) if severity == "ERROR"] == ["TOO_DEEP"]
    assert api.write_scorecard(scorecard(card, LIKED | {"query": nested(8)}, of=kind))["outcome"] == "CREATED"
