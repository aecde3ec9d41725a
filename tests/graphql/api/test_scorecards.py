"""Scorecards and rules: written and read back as they were sent, edited rule by rule, deleted."""

import json
from typing import Any

import pytest

from tests.graphql.api import operations
from tests.graphql.api.client import Client, issues
from tests.support.documents import blueprint, condition, entity, query, rule, scorecard

LIKED = rule("liked", "Bronze", condition("stars", ">", 5))

OWNERSHIP: Any = {
    "identifier": "Ownership",
    "title": "Ownership",
    "levels": [
        {"title": "Basic", "color": "paleBlue"},
        {"title": "Bronze", "color": "bronze"},
        {"title": "Silver", "color": "silver"},
        {"title": "Gold", "color": "gold"},
    ],
    "rules": [
        {
            "identifier": "has-a-team",
            "title": "A team answers for it",
            "description": "Somebody must **answer** for it.\n\n- set the team",
            "level": "Bronze",
            "query": {"combinator": "and", "conditions": [{"operator": "isNotEmpty", "property": "$team"}]},
        },
        {
            "identifier": "is-on-call",
            "title": "Somebody is on call, and not overrun",
            "level": "Gold",
            "query": {
                "combinator": "or",
                "conditions": [
                    {"operator": "isNotEmpty", "property": "on_call"},
                    {"operator": "<", "property": "open_incidents", "value": 5},
                ],
            },
        },
    ],
}
MONITORING: Any = {
    "identifier": "monitoringMaturity",
    "title": "Monitoring Maturity",
    "levels": [
        {"title": "low", "color": "paleBlue"},
        {"title": "medium", "color": "bronze"},
        {"title": "high", "color": "gold"},
    ],
    "rules": [],
}
READINESS: Any = {
    "identifier": "ProductionReadiness",
    "title": "Production Readiness",
    "filter": {
        "combinator": "and",
        "conditions": [{"property": "$blueprint", "operator": "=", "value": "service"}],
    },
    "levels": [
        {"title": "Red", "color": "red"},
        {"title": "Orange", "color": "orange"},
        {"title": "Yellow", "color": "yellow"},
        {"title": "Green", "color": "green"},
    ],
    "rules": [],
}


def sent_again(read: dict[str, Any]) -> dict[str, Any]:
    """What was read, as it would be sent."""
    rules = [
        {key: value for key, value in one.items() if key in {"identifier", "title", "description", "query"}}
        | {"level": one["level"]["title"]}
        for one in read["rules"]
    ]
    whole = {key: read[key] for key in ("identifier", "title", "filter", "levels")}
    return whole | {"rules": rules, "blueprint": read["blueprint"]["identifier"]}


@pytest.mark.parametrize("document", [OWNERSHIP, MONITORING, READINESS], ids=lambda one: one["identifier"])
def test_the_fields_own_documents_are_taken_with_a_blueprint(api: Client, kind: str, document: Any) -> None:
    properties = {"on_call": {"type": "string"}, "open_incidents": {"type": "number"}}
    api.write_blueprint({"identifier": kind, "title": "T", "schema": {"properties": properties}})
    sent = document | {"blueprint": kind, "identifier": f"{document['identifier']}-{kind}"}
    payload = api.write_scorecard(sent)
    assert payload["outcome"] == "CREATED"
    left_out = {"filter": None, "rules": [{"description": None} | one for one in document["rules"]]}
    assert sent_again(payload["scorecard"]) == left_out | sent | {"rules": left_out["rules"]}
    assert {issue["severity"] for issue in payload["issues"]} <= {"WARNING"}


def test_a_scorecard_is_read_back_as_it_was_sent(api: Client, kind: str, card: str) -> None:
    api.write_blueprint(blueprint(kind))
    nested = query(
        condition("stars", ">", 1.0),
        query(condition("stars", "!=", 1), condition("archived", "=", False), combinator="or"),
        condition("language", "isEmpty"),
        condition("language", "isEmpty", None),
        {"relation": "on", "operator": "=", "value": "x"},
        condition("tags", "containsAny", ["b", 1, 1.0, True, "a"]),
    )
    api.write_blueprint(blueprint(kind, relations={"on": {"target": kind}}))
    rules = [
        {"identifier": name, "title": f"Rule {name}", "description": text, "level": level, "query": nested}
        for name, level, text in (("z", "Two", "# Markdown\n\ttab"), ("a", "One", ""), ("m", "Two", None))
    ]
    levels = [
        {"title": "Null", "color": "red"},
        {"title": "Two", "color": "blue"},
        {"title": "One", "color": "lime"},
    ]
    sent = scorecard(card, *rules, of=kind, levels=levels, filter=nested)
    read = api.write_scorecard(sent)["scorecard"]
    assert api.query(operations.SCORECARD, identifier=card) == read
    assert exact(sent_again(read)) == exact(sent)
    assert (read["version"], read["issues"]) == (1, [])
    assert [one["scorecard"] for one in read["rules"]] == [{"identifier": card}] * 3


def exact(document: Any) -> str:
    """Text that tells 1 from 1.0, and does not mind the order of an object's keys."""
    return json.dumps(document, sort_keys=True)


def test_what_was_left_out_has_the_fields_defaults(api: Client, kind: str, card: str) -> None:
    api.write_blueprint(blueprint(kind))
    read = api.write_scorecard({"identifier": card, "title": "T", "blueprint": kind})["scorecard"]
    assert [(one["title"], one["color"]) for one in read["levels"]] == [
        ("Basic", "paleBlue"), ("Bronze", "bronze"), ("Silver", "silver"), ("Gold", "gold"),
    ]  # fmt: skip
    assert (read["filter"], read["rules"]) == (None, [])
    nulls: dict[str, Any] = {"filter": None, "levels": None, "rules": None}
    again = api.write_scorecard({"identifier": card, "title": "T", "blueprint": kind} | nulls)
    assert again["outcome"] == "UNCHANGED"


def test_an_edit_evaluates_what_depends_on_it(api: Client, kind: str, card: str) -> None:
    api.write_blueprint(blueprint(kind))
    api.write_entities(entity("a", kind, stars=9), entity("b", kind, stars=1))
    payload = api.write_scorecard(scorecard(card, LIKED, of=kind))
    assert payload["evaluation"]["cause"]["kind"] == "SCORECARD_WRITTEN"
    done = api.settle(kind)[0]
    assert done["identifier"] == payload["evaluation"]["identifier"]
    assert (done["total"], done["evaluated"], done["changed"], done["error"]) == (2, 2, 2, None)
    score = api.query(operations.SCORE, blueprint=kind, identifier="a", scorecard=card)["score"]
    assert score["level"]["title"] == "Bronze"
    change = api.nodes(operations.LEVEL_CHANGES, filter={"scorecard": card, "entity": "a"})[0]
    assert change["cause"] == {"kind": "SCORECARD_WRITTEN", "evaluation": done["identifier"]}


def test_an_unchanged_scorecard_begins_no_evaluation(api: Client, kind: str, card: str) -> None:
    api.write_blueprint(blueprint(kind))
    api.write_scorecard(scorecard(card, LIKED, of=kind))
    again = api.write_scorecard(scorecard(card, LIKED, of=kind))
    assert (again["outcome"], again["evaluation"], again["scorecard"]["version"]) == ("UNCHANGED", None, 1)


def test_scorecards_are_listed_by_identifier_of_one_blueprint_or_all(api: Client, kind: str) -> None:
    for name in (kind, f"{kind}-2"):
        api.write_blueprint(blueprint(name))
    names = [f"{kind}-{letter}" for letter in "bca"]
    for name in names:
        api.write_scorecard(scorecard(name, LIKED, of=kind))
    api.write_scorecard(scorecard(f"{kind}-0", LIKED, of=f"{kind}-2"))
    assert api.identifiers(operations.SCORECARDS, blueprint=kind) == sorted(names)
    assert api.identifiers(operations.SCORECARDS, blueprint="") == []
    first = api.query(operations.SCORECARDS, blueprint=kind, first=2)
    assert [edge["node"]["identifier"] for edge in first["edges"]] == sorted(names)[:2]
    rest = api.identifiers(operations.SCORECARDS, blueprint=kind, after=first["pageInfo"]["endCursor"])
    assert rest == sorted(names)[2:]
    assert {*names, f"{kind}-0"} <= set(api.identifiers(operations.SCORECARDS, first=500))


def test_an_identifier_of_a_scorecard_is_never_used_twice(api: Client, kind: str, card: str) -> None:
    for name in (kind, f"{kind}-2"):
        api.write_blueprint(blueprint(name))
    api.write_scorecard(scorecard(card, LIKED, of=kind))
    payload = api.query(operations.UPSERT_SCORECARD, input=scorecard(card, LIKED, of=f"{kind}-2"))
    assert issues(payload)[0] == ("blueprint", "OTHER_BLUEPRINT", "ERROR")
    assert payload["issues"][0]["suggestion"] == kind


def test_a_scorecard_with_scores_is_deleted_only_by_force(api: Client, kind: str, card: str) -> None:
    api.write_blueprint(blueprint(kind))
    api.write_scorecard(scorecard(card, LIKED, of=kind))
    api.write_entities(entity("a", kind, stars=9), entity("b", kind))
    refused = api.query(operations.DELETE_SCORECARD, input={"identifier": card})
    assert (refused["outcome"], refused["entities"], refused["ruleResults"]) == ("INVALID", 2, 2)
    assert issues(refused) == [("force", "NEEDS_FORCE", "ERROR")]
    done = api.query(operations.DELETE_SCORECARD, input={"identifier": card, "force": True})
    assert (done["outcome"], done["entities"], done["ruleResults"]) == ("DELETED", 2, 2)
    assert done["evaluation"]["cause"]["kind"] == "SCORECARD_DELETED"
    assert api.query(operations.SCORECARD, identifier=card) is None
    api.settle(kind)
    assert api.query(operations.ENTITY, blueprint=kind, identifier="a")["scores"] == []
    change = api.nodes(operations.LEVEL_CHANGES, filter={"scorecard": card, "entity": "a"})[0]
    assert (change["fromLevel"], change["toLevel"], change["scorecard"]) == ("Bronze", None, None)
    unknown = api.query(operations.DELETE_SCORECARD, input={"identifier": card, "force": True})
    assert issues(unknown) == [("identifier", "NOT_FOUND", "ERROR")]


def test_a_rule_is_written_into_its_place_or_behind_the_others(api: Client, kind: str, card: str) -> None:
    api.write_blueprint(blueprint(kind))
    api.write_scorecard(scorecard(card, LIKED, rule("b", "Silver", condition("stars", ">", 1)), of=kind))
    changed = LIKED | {"title": "Much liked", "description": "Why."}
    payload = api.query(operations.UPSERT_RULE, input={"scorecard": card, "rule": changed})
    assert payload["outcome"] == "UPDATED"
    assert payload["rule"]["title"] == "Much liked"
    assert payload["evaluation"] is None, "no result depends on a text"
    added = rule("new", "Gold", condition("stars", ">", 99))
    written = api.query(operations.UPSERT_RULE, input={"scorecard": card, "rule": added})
    assert (written["outcome"], written["evaluation"]["cause"]["kind"]) == ("UPDATED", "SCORECARD_WRITTEN")
    again = api.query(operations.UPSERT_RULE, input={"scorecard": card, "rule": added})
    assert (again["outcome"], again["evaluation"]) == ("UNCHANGED", None)
    assert api.identifiers(operations.RULES, scorecard=card) == ["liked", "b", "new"]
    read = api.query(operations.RULE, scorecard=card, identifier="liked")
    assert (read["title"], read["description"], read["level"]) == (
        "Much liked", "Why.", {"title": "Bronze", "color": "bronze"},
    )  # fmt: skip
    assert read["query"] == LIKED["query"]


def test_a_rules_issues_have_paths_in_what_was_sent_and_come_all_at_once(
    api: Client, kind: str, card: str
) -> None:
    api.write_blueprint(blueprint(kind))
    api.write_scorecard(scorecard(card, LIKED, of=kind))
    wrong = rule("", "Bronz", condition("stras", ">", 1), condition("stars", "==", 1))
    payload = api.query(operations.UPSERT_RULE, input={"scorecard": card, "rule": wrong})
    assert (payload["outcome"], payload["rule"], payload["evaluation"]) == ("INVALID", None, None)
    errors = [one for one in payload["issues"] if one["severity"] == "ERROR"]
    assert [(one["path"], one["code"], one["suggestion"]) for one in errors] == [
        ("rule.identifier", "TOO_SHORT", None),
        ("rule.title", "TOO_SHORT", None),
        ("rule.level", "UNKNOWN_LEVEL", "Bronze"),
        ("rule.query.conditions[0].property", "UNKNOWN_PROPERTY", "stars"),
        ("rule.query.conditions[1].operator", "UNKNOWN_OPERATOR", "="),
    ]
    assert api.identifiers(operations.RULES, scorecard=card) == ["liked"]
    unknown = api.query(operations.UPSERT_RULE, input={"scorecard": f"{card}-not", "rule": LIKED})
    assert issues(unknown) == [("scorecard", "NOT_FOUND", "ERROR")]


def test_a_rule_that_an_edit_of_the_blueprint_broke_does_not_keep_others_from_being_mended(
    api: Client, kind: str, card: str
) -> None:
    def by_language(level: str) -> Any:
        return rule(f"by-language-{level}", level, condition("language", "=", "Go"))

    api.write_blueprint(blueprint(kind))
    api.write_scorecard(scorecard(card, by_language("Bronze"), by_language("Silver"), LIKED, of=kind))
    api.write_blueprint(blueprint(kind, schema={"properties": {"stars": {"type": "number"}}}, force=True))
    mended = rule("by-language-Bronze", "Bronze", condition("stars", ">", 1))
    payload = api.query(operations.UPSERT_RULE, input={"scorecard": card, "rule": mended})
    assert payload["outcome"] == "UPDATED"
    broken = ("scorecard.rules[1].query.conditions[0].property", "UNKNOWN_PROPERTY", "WARNING")
    assert broken in issues(payload)
    gone = api.query(operations.DELETE_RULE, input={"scorecard": card, "identifier": "by-language-Silver"})
    assert gone["outcome"] == "DELETED"
    assert [one["identifier"] for one in gone["scorecard"]["rules"]] == ["by-language-Bronze", "liked"]


def test_the_two_hundred_and_first_rule_is_refused_also_on_its_own(api: Client, kind: str, card: str) -> None:
    api.write_blueprint(blueprint(kind))
    rules = [rule(f"r{number}", "Bronze", condition("stars", ">", number)) for number in range(201)]
    told = "outcome issues {path code severity}"
    whole = f"mutation($input: ScorecardInput!) {{upsertScorecard(input: $input) {{{told}}}}}"
    one = f"mutation($input: UpsertRuleInput!) {{upsertRule(input: $input) {{{told}}}}}"
    refused = api.query(whole, input=scorecard(card, *rules, of=kind))
    assert ("rules", "TOO_MANY", "ERROR") in issues(refused)
    assert api.query(operations.SCORECARD, identifier=card) is None
    assert api.query(whole, input=scorecard(card, *rules[:200], of=kind))["outcome"] == "CREATED"
    last = api.query(one, input={"scorecard": card, "rule": rules[200]})
    assert ("rule", "TOO_MANY", "ERROR") in issues(last)


def test_a_rule_is_deleted_with_its_results(api: Client, kind: str, card: str) -> None:
    api.write_blueprint(blueprint(kind))
    hard = rule("hard", "Bronze", condition("stars", ">", 99))
    api.write_scorecard(scorecard(card, LIKED, hard, of=kind))
    api.write_entities(entity("a", kind, stars=9))
    payload = api.query(operations.DELETE_RULE, input={"scorecard": card, "identifier": "hard"})
    assert payload["outcome"] == "DELETED"
    assert [one["identifier"] for one in payload["scorecard"]["rules"]] == ["liked"]
    api.settle(kind)
    score = api.query(operations.SCORE, blueprint=kind, identifier="a", scorecard=card)["score"]
    assert score["level"]["title"] == "Bronze"
    assert [one["rule"]["identifier"] for one in score["ruleResults"]] == ["liked"]
    gone = api.nodes(operations.RESULT_CHANGES, filter={"scorecard": card, "rule": "hard"})[0]
    assert (gone["fromResult"], gone["toResult"]) == ("NOT_PASSED", None)


def test_deleting_an_unknown_rule_is_an_issue_with_a_suggestion(api: Client, kind: str, card: str) -> None:
    api.write_blueprint(blueprint(kind))
    api.write_scorecard(scorecard(card, LIKED, of=kind))
    payload = api.query(operations.DELETE_RULE, input={"scorecard": card, "identifier": "likd"})
    assert issues(payload) == [("identifier", "NOT_FOUND", "ERROR")]
    assert payload["issues"][0]["suggestion"] == "liked"
    payload = api.query(operations.DELETE_RULE, input={"scorecard": f"{card}-not", "identifier": "liked"})
    assert issues(payload) == [("scorecard", "NOT_FOUND", "ERROR")]


def test_rules_are_listed_in_their_order_by_level_and_page(api: Client, kind: str, card: str) -> None:
    api.write_blueprint(blueprint(kind))
    rules = [rule(name, level, condition("stars", ">", 1))
             for name, level in (("z", "Gold"), ("a", "Bronze"), ("m", "Gold"), ("b", "Bronze"))]  # fmt: skip
    api.write_scorecard(scorecard(card, *rules, of=kind))
    assert api.identifiers(operations.RULES, scorecard=card) == ["z", "a", "m", "b"]
    assert api.identifiers(operations.RULES, scorecard=card, level="Gold") == ["z", "m"]
    assert api.identifiers(operations.RULES, scorecard=card, level="Silver") == []
    assert api.identifiers(operations.RULES, scorecard=f"{card}-not") == []
    first = api.query(operations.RULES, scorecard=card, first=2)
    assert [edge["node"]["identifier"] for edge in first["edges"]] == ["z", "a"]
    assert first["pageInfo"]["hasNextPage"] is True
    after = first["pageInfo"]["endCursor"]
    gold = api.identifiers(operations.RULES, scorecard=card, level="Gold", after=after)
    assert gold == ["m"]
    api.query(operations.DELETE_RULE, input={"scorecard": card, "identifier": "a"})
    assert api.identifiers(operations.RULES, scorecard=card, after=after) == ["m", "b"]
    assert api.query(operations.RULE, scorecard=card, identifier="a") is None
    assert api.query(operations.RULE, scorecard=f"{card}-not", identifier="a") is None
