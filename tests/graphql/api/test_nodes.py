"""Global ids: every kind of node is found by its own, and what is no id is said to be none."""

from base64 import b64encode
from typing import Any

import pytest

from tests.graphql.api import operations
from tests.graphql.api.client import Client
from tests.graphql.api.test_schema import SCHEMA
from tests.support.documents import blueprint, condition, entity, rule, scorecard

LIKED = rule("liked", "Bronze", condition("stars", ">", 5))
KINDS = {one.name for one in SCHEMA.get_possible_types(SCHEMA.get_type("Node"))}  # type: ignore[arg-type]  # it is an interface


def global_id(kind: str, key: str) -> str:
    return b64encode(f"{kind}:{key}".encode()).decode()


@pytest.fixture
def nodes(api: Client, kind: str, card: str) -> dict[str, Any]:
    """One node of each kind, as lists and mutations answer with them."""
    made = api.write_blueprint(blueprint(kind))["blueprint"]
    written = api.write_scorecard(scorecard(card, LIKED, of=kind))
    (result,) = api.write_entities(entity("a:b/ü", kind, stars=9))
    return {
        "Blueprint": made,
        "Scorecard": written["scorecard"],
        "Evaluation": written["evaluation"],
        "Entity": result["entity"],
        "Rule": api.nodes(operations.RULES, scorecard=card)[0],
        "RuleResult": api.nodes(operations.RULE_RESULTS, filter={"scorecard": card})[0],
        "LevelChange": api.nodes(operations.LEVEL_CHANGES, filter={"scorecard": card})[0],
        "RuleResultChange": api.nodes(operations.RESULT_CHANGES, filter={"scorecard": card})[0],
    }


def test_every_kind_of_node_is_found_by_its_id(api: Client, nodes: dict[str, Any]) -> None:
    assert nodes.keys() == KINDS
    for name, node in nodes.items():
        found = api.query(operations.NODE, id=node["id"])
        assert found["__typename"] == name
        assert found["id"] == node["id"]
        assert found.get("identifier") == node.get("identifier")
    result = api.query(operations.NODE, id=nodes["RuleResult"]["id"])
    assert result["rule"] == {"identifier": "liked"}
    change = api.query(operations.NODE, id=nodes["LevelChange"]["id"])
    assert change["cursor"] == nodes["LevelChange"]["cursor"]


def test_an_id_of_the_other_kind_of_change_finds_nothing(api: Client, nodes: dict[str, Any]) -> None:
    number = nodes["LevelChange"]["cursor"]
    assert api.query(operations.NODE, id=global_id("RuleResultChange", number)) is None


def test_an_id_of_what_has_gone_finds_nothing(api: Client, nodes: dict[str, Any], kind: str) -> None:
    api.query(operations.DELETE_BLUEPRINT, input={"identifier": kind, "force": True})
    for name in ("Blueprint", "Scorecard", "Entity", "Rule", "RuleResult"):
        assert api.query(operations.NODE, id=nodes[name]["id"]) is None


@pytest.mark.parametrize("key", ["", "x", "0", "-1", "²", "1.0", "9" * 25, "9" * 5_000, "\0", "W1tb" * 4_000,
                                 "abcdefghijkl", "0" * 24, "WyJcdTAwMDAiLCJhIl0", "é"])  # fmt: skip
def test_an_id_that_names_nothing_is_null_for_every_kind(api: Client, key: str) -> None:
    for name in KINDS:
        assert api.query(operations.NODE, id=global_id(name, key)) is None


@pytest.mark.parametrize(
    "text",
    [
        *("", "x", "%%%", "YWJj", "//46MQ==", "🦄", "x" * 5_000),
        *(global_id(name, "1") for name in ("", "Nope", "Query", "Level", "Node", "Change", "EntityInput")),
    ],
)
def test_what_is_no_id_is_refused(api: Client, text: str) -> None:
    code, message = api.refusal(operations.NODE, id=text)
    assert code == "BAD_USER_INPUT"
    assert "is not an id of this server" in message
    assert len(message) < 200
