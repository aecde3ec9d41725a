"""Limits: what is just small enough is taken, one more is refused; what is hostile costs no time."""

import socket
import time
from typing import Any

import pytest

from levelmark.domain.documents import to_blueprint
from levelmark.domain.entity import Entity, EntityInput
from levelmark.domain.json import Json
from levelmark.domain.nearest import nearest
from levelmark.engine.validation import EntityChecker, read_blueprint, read_entity, read_query, read_scorecard
from levelmark.operators import levelmark_operators
from tests.support.documents import blueprint, condition, query, rule, scorecard

OPERATORS = {operator.name: operator for operator in levelmark_operators()}
BLUEPRINT = to_blueprint(blueprint())
LIKED = condition("stars", ">", 5)


def nested(depth: int) -> Any:
    """A query inside a query inside …"""
    inner = query(LIKED)
    for _ in range(depth - 1):
        inner = query(inner, LIKED)
    return inner


def errors(document: Json) -> list[tuple[str, str]]:
    checked = read_query(document, BLUEPRINT, OPERATORS)
    return [(issue.path, issue.code) for issue in checked.issues]


def test_queries_are_nested_eight_deep_but_not_nine() -> None:
    assert errors(nested(8)) == []
    assert errors(nested(9)) == [("conditions[0]" + ".conditions[0]" * 7, "TOO_DEEP")]
    assert errors(nested(14)) == [("conditions[0]" + ".conditions[0]" * 7, "TOO_DEEP")]


def test_a_query_has_five_hundred_conditions_but_no_more_wherever_they_stand() -> None:
    half = query(*[LIKED] * 250)
    assert errors(query(half, half)) == []
    assert errors(query(half, half, LIKED)) == [("", "TOO_MANY")]


def test_a_scorecard_has_two_hundred_rules_but_no_more() -> None:
    def found(count: int) -> list[tuple[str, str]]:
        rules = [rule(f"r{number}", "Bronze", LIKED) for number in range(count)]
        document = scorecard("quality", *rules, levels=None)
        checked = read_scorecard(document, BLUEPRINT, OPERATORS)
        return [(one.path, one.code) for one in checked.issues if one.severity == "ERROR"]

    assert found(200) == []
    assert found(201) == [("rules", "TOO_MANY")]


@pytest.mark.parametrize(("length", "code"), [(256, None), (257, "TOO_LONG")])
def test_an_identifier_has_so_many_characters(length: int, code: str | None) -> None:
    checked = read_entity({"blueprint": "service", "identifier": "ü" * length})
    assert [issue.code for issue in checked.issues] == ([code] if code else [])


@pytest.mark.parametrize("value", [2**53, -(2**53), 1e308, -0.0])
def test_numbers_that_every_client_can_read_are_taken(value: float) -> None:
    assert (
        read_entity({"blueprint": "service", "identifier": "a", "properties": {"stars": value}}).issues == ()
    )


@pytest.mark.parametrize("value", [2**53 + 1, -(2**53) - 1, 10**400, float("inf"), float("nan")])
def test_numbers_that_would_change_on_the_way_are_refused(value: float) -> None:
    checked = read_entity({"blueprint": "service", "identifier": "a", "properties": {"stars": value}})
    assert [(issue.path, issue.code) for issue in checked.issues] == [("properties.stars", "BAD_NUMBER")]


@pytest.mark.parametrize("text", ["\0", "a\0b", "\ud800", "\udfff x"])
def test_text_that_is_none_is_refused_as_value_and_as_key(text: str) -> None:
    for properties in ({"language": text}, {"settings": {text: 1}}, {text: 1}):
        checked = read_entity({"blueprint": "service", "identifier": "a", "properties": properties})
        assert [issue.code for issue in checked.issues] == ["BAD_TEXT"]


def test_values_are_nested_to_a_bounded_depth() -> None:
    value: Any = 1
    for _ in range(30):
        value = [value]
    sound = {"blueprint": "service", "identifier": "a", "properties": {"x": value}}
    assert read_entity(sound).issues == ()
    for _ in range(1_000):
        value = [value]
    assert [one.code for one in read_entity(sound | {"properties": {"x": value}}).issues] == ["TOO_DEEP"]


def test_no_reference_is_ever_fetched() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/schema.json"
        for schema in ({"$ref": url}, {"$ref": "#"}, {"$schema": url}, {"$id": url, "type": "string"}):
            checked = read_blueprint(blueprint(schema={"properties": {"a": schema}}))
            assert (checked.value is None) is ("$ref" in schema)
        with pytest.raises(TimeoutError):
            listener.accept()


def test_a_pattern_with_nested_repetitions_takes_no_time() -> None:
    checked = read_blueprint(
        blueprint(schema={"properties": {"a": {"type": "string", "pattern": "^(a+)+$"}}})
    )
    assert checked.value is not None
    properties: dict[str, Json] = {"a": "a" * 100_000 + "!"}
    begun = time.perf_counter()
    found = EntityChecker(checked.value).issues(
        Entity("service", "x", properties=properties), EntityInput("service", "x", properties=properties)
    )
    assert [(issue.path, issue.code) for issue in found] == [("properties.a", "NO_MATCH")]
    assert time.perf_counter() - begun < 1


def test_schemas_that_share_an_id_do_not_spoil_the_blueprint() -> None:
    same = {"$id": "https://example.com/a", "type": "string"}
    checked = read_blueprint(blueprint(schema={"properties": {"a": same, "b": same}}))
    assert checked.value is not None
    properties: dict[str, Json] = {"a": 1, "b": 2}
    found = EntityChecker(checked.value).issues(
        Entity("service", "x", properties=properties), EntityInput("service", "x", properties=properties)
    )
    assert [issue.path for issue in found] == ["properties.a", "properties.b"]


def test_thousands_of_unknown_names_among_hundreds_of_known_ones_take_little_time() -> None:
    known = [f"property_{number}" for number in range(300)]
    begun = time.perf_counter()
    for number in range(2_000):
        nearest(f"propertx_{number}", known)
    assert time.perf_counter() - begun < 3
