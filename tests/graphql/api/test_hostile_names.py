"""Hostile names: whatever users call things, they are found by it, and nothing reads it as anything else."""

import pytest

from tests.graphql.api import operations
from tests.graphql.api.client import Client
from tests.support.documents import condition, query

NAMES = ["0-a.d.", "easy!appointments", "engity's-bifröst", "replica-count", "$where", "a.b", "__proto__",
         "%24where", '{"$gt":""}', "🦄 x", "\\", "[object Object]"]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_everything_may_be_called_anything(api: Client, kind: str, card: str, name: str) -> None:
    kind, card = f"{name} {kind}", f"{name} {card}"
    api.write_blueprint(
        {
            "identifier": kind,
            "title": name,
            "schema": {"properties": {name: {"type": "string"}}},
            "relations": {f"{name}*": {"target": kind}},
        }
    )
    conditions = [condition(name, "=", name), {"relation": f"{name}*", "operator": "=", "value": name}]
    rule = {"identifier": name, "title": name, "level": name, "query": query(*conditions)}
    levels = [{"title": "base", "color": "red"}, {"title": name, "color": "green"}]
    whole = {"identifier": card, "title": name, "blueprint": kind, "levels": levels, "rules": [rule]}
    api.write_scorecard(whole | {"filter": query(condition("$team", "contains", name))})
    sent = {
        "blueprint": kind,
        "identifier": name,
        "title": name,
        "team": name,
        "properties": {name: name},
        "relations": {f"{name}*": name},
    }
    api.write_entities(sent, sent | {"identifier": "other", "team": "other"})

    (score,) = api.query(operations.ENTITY, blueprint=kind, identifier=name)["scores"]
    assert score["level"]["title"] == name
    assert api.query(operations.RULE, scorecard=card, identifier=name)["title"] == name
    narrow = {"teams": [name], "level": {"scorecard": card, "levels": [name]}, "query": query(*conditions)}
    for field in ("IDENTIFIER", "TITLE"):
        found = api.identifiers(
            operations.ENTITY_NAMES, blueprint=kind, filter=narrow, order={"field": field}
        )
        assert found == [name]
    assert api.identifiers(
        operations.ENTITY_NAMES, blueprint=kind, filter={"level": {"scorecard": card, "levels": [None]}}
    ) == ["other"]
    result_of = {
        "blueprint": kind,
        "entity": name,
        "scorecard": card,
        "rule": name,
        "level": name,
        "teams": [name],
    }
    (result,) = api.nodes(operations.RULE_RESULTS, filter=result_of)
    assert result["result"] == "PASSED"
    assert api.query(operations.NODE, id=result["id"])["rule"] == {"identifier": name}
    change_of = {"blueprint": kind, "entity": name, "scorecard": card, "teams": [name]}
    (change,) = api.nodes(operations.LEVEL_CHANGES, filter=change_of)
    assert (change["entityIdentifier"], change["toLevel"]) == (name, name)
    gone = api.query(operations.DELETE_ENTITIES, input={"blueprint": kind, "identifiers": [name]})
    assert gone["results"][0]["outcome"] == "DELETED"
    assert api.identifiers(operations.ENTITY_NAMES, blueprint=kind) == ["other"]


@pytest.mark.parametrize("name", NAMES)
def test_an_unknown_name_finds_nothing_and_breaks_nothing(api: Client, name: str) -> None:
    name = f"{name}?"
    assert api.query(operations.BLUEPRINT, identifier=name) is None
    assert api.query(operations.SCORECARD, identifier=name) is None
    assert api.query(operations.ENTITY, blueprint=name, identifier=name) is None
    assert api.query(operations.RULE, scorecard=name, identifier=name) is None
    assert api.query(operations.EVALUATION, identifier=name) is None
    assert (
        api.nodes(operations.RULE_RESULTS, filter={"blueprint": name, "entity": name, "scorecard": name})
        == []
    )
    assert api.nodes(operations.LEVEL_CHANGES, filter={"blueprint": name, "entity": name, "rule": name}) == []
