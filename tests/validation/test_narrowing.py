"""Narrowing: which changes of a property's schema may refuse values that it took, and which never do."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from levelmark.domain.json import Json
from levelmark.engine.validation.narrowing import narrows
from levelmark.engine.validation.shape import Shape

WIDER: list[tuple[Json, Json]] = [
    ({"type": "string"}, {"type": "string", "title": "T", "description": "D", "icon": "I", "default": "x"}),
    ({"enum": ["a"], "enumColors": {"a": "red"}}, {"enum": ["b", "a"], "enumColors": {"b": "blue"}}),
    ({"enum": [1]}, {"enum": [1.0, 2]}),
    ({"type": "integer"}, {"type": "number"}),
    ({"type": "integer"}, {"type": ["number", "null"]}),
    ({"type": "string", "pattern": "a", "format": "url"}, {"type": "string"}),
    ({"type": "string"}, {"type": "string", "format": "markdown"}),
    ({"minimum": 1, "maxLength": 5, "minItems": 2}, {"minimum": 0, "maxLength": 6, "minItems": 2}),
    ({"uniqueItems": True}, {"uniqueItems": False}),
    ({"items": {"type": "integer"}}, {"items": {"type": "number", "title": "N"}}),
    ({"items": False}, {"items": {"type": "number"}}),
    ({"properties": {"a": {}}, "required": ["a"]}, {"properties": {"a": {"title": "A"}}}),
    ({"properties": {"a": {"type": "string"}}}, {}),
    ({"properties": {"a": {}}, "additionalProperties": False},
     {"properties": {"a": {}, "b": {"type": "string"}}, "additionalProperties": False}),
    ({"additionalProperties": False}, {"additionalProperties": True}),
    ({"anyOf": [{"type": "string"}]}, {"anyOf": [{"type": "string"}]}),
    ({"if": {"minimum": 1}, "then": {"maximum": 2}}, {"then": {"maximum": 2}, "if": {"minimum": 1.0}}),
]  # fmt: skip
NARROWER: list[tuple[Json, Json]] = [
    ({}, {"type": "string"}),
    ({"type": "string"}, {"type": "number"}),
    ({"type": "number"}, {"type": "integer"}),
    ({"type": ["string", "null"]}, {"type": "string"}),
    ({"enum": ["a", "b"]}, {"enum": ["a"]}),
    ({"enum": [True]}, {"enum": [1]}),
    ({"type": "string"}, {"type": "string", "format": "url"}),
    ({"format": "url"}, {"format": "email"}),
    ({"pattern": "a"}, {"pattern": "b"}),
    ({"minimum": 1}, {"minimum": 2}),
    ({"maxItems": 2}, {"maxItems": 1}),
    ({}, {"uniqueItems": True}),
    ({"items": {}}, {"items": {"type": "string"}}),
    ({"items": True}, {"items": False}),
    ({"properties": {"a": {}}}, {"properties": {"a": {}}, "required": ["a"]}),
    ({}, {"properties": {"a": {"type": "string"}}}),
    ({"properties": {"a": {}}}, {"properties": {}, "additionalProperties": False}),
    ({"additionalProperties": True}, {"additionalProperties": {"type": "string"}}),
    ({"prefixItems": [{}], "items": {"type": "string"}}, {"items": {"type": "string"}}),
    ({"allOf": [{}]}, {"allOf": [{"type": "string"}]}),
]


@pytest.mark.parametrize(("before", "after"), WIDER)
def test_what_refuses_nothing_new_is_free(before: Json, after: Json) -> None:
    assert not narrows(before, after)


@pytest.mark.parametrize(("before", "after"), NARROWER)
def test_what_may_refuse_more_is_told(before: Json, after: Json) -> None:
    assert narrows(before, after)


VALUES = st.recursive(
    st.sampled_from([None, True, 0, 1, 1.5, 3, "", "a", "abc"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
    max_leaves=5,
)
TYPES = st.sampled_from(["string", "number", "integer", "boolean", "array", "object", "null"])
LIMITS = st.integers(0, 3)


def grown(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    keywords: dict[str, st.SearchStrategy[Any]] = {
        "type": TYPES | st.lists(TYPES, min_size=1, max_size=3, unique=True),
        "enum": st.lists(st.sampled_from([1, 1.5, "a", True, None]), min_size=1, max_size=3),
        "uniqueItems": st.booleans(),
        "items": inner,
        "prefixItems": st.lists(inner, min_size=1, max_size=2),
        "properties": st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
        "additionalProperties": inner,
        "required": st.lists(st.sampled_from("ab"), max_size=2, unique=True),
        "anyOf": st.lists(inner, min_size=1, max_size=2),
        "title": st.just("T"),
    }
    limits = ("minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "minProperties")
    return st.fixed_dictionaries({}, optional=keywords | dict.fromkeys(limits, LIMITS))


SCHEMAS: st.SearchStrategy[Any] = st.recursive(st.booleans() | st.just({}), grown, max_leaves=4)


@given(grown(SCHEMAS), st.data())
def test_what_is_said_to_be_free_refuses_no_value_that_was_taken(before: dict[str, Json], data: Any) -> None:
    changed = data.draw(grown(SCHEMAS))
    after = {key: value for key, value in {**before, **changed}.items() if data.draw(st.booleans())}
    value = data.draw(VALUES)
    if not narrows(before, after) and Shape(before).fits(value):
        assert Shape(after).fits(value)
