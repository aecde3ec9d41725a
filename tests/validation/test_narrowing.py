"""Narrowing: which changes of a property's schema may refuse values that it took, and which never do."""

from typing import Any, Final

import pytest
from hypothesis import assume, given, settings
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


PLAIN: Final = [None, True, False, 0, 1, 1.0, 1.5, 2, 3, "", "a", "ab", "abcd"]
VALUES: Final = [
    *PLAIN, [], [1], [1, 1], ["a", 1.5], [None, True, 3], {}, {"a": 1}, {"a": "ab", "b": 2}, {"b": None},
    {"a": [1], "b": {}}, {"c": 1.5}, [[1]], [{"a": 1}],
]  # fmt: skip
LIMITS: Final = ("minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "minProperties")
TYPES: Final = st.sampled_from(["string", "number", "integer", "boolean", "array", "object", "null"])


def keywords(inner: st.SearchStrategy[Any]) -> dict[str, st.SearchStrategy[Any]]:
    """What may stand behind each keyword, few enough that two draws are often alike."""
    fields = st.dictionaries(st.sampled_from("ab"), inner, max_size=2)
    return {
        "type": TYPES | st.lists(TYPES, min_size=1, max_size=3, unique=True),
        "enum": st.lists(st.sampled_from(PLAIN), min_size=1, max_size=3),
        "uniqueItems": st.booleans(),
        "items": inner,
        "prefixItems": st.lists(inner, min_size=1, max_size=2),
        "properties": fields,
        "patternProperties": fields,
        "additionalProperties": inner,
        "required": st.lists(st.sampled_from("ab"), max_size=2, unique=True),
        "anyOf": st.lists(inner, min_size=1, max_size=2),
        "not": inner,
        "title": st.sampled_from("TU"),
        **dict.fromkeys(LIMITS, st.integers(0, 3)),
    }


LEAVES: Final[st.SearchStrategy[Any]] = st.booleans() | st.builds(lambda name: {"type": name}, TYPES)


@st.composite
def edits(draw: st.DrawFn) -> tuple[dict[str, Json], dict[str, Json]]:
    """A schema, and what it is after an edit of some keywords."""
    possible = keywords(LEAVES | st.fixed_dictionaries({}, optional=keywords(LEAVES)))
    before: dict[str, Json] = {}
    after: dict[str, Json] = {}
    for name in draw(st.lists(st.sampled_from(sorted(possible)), min_size=1, max_size=3, unique=True)):
        versions = draw(st.sampled_from([(before,), (after,), (before, after), (before, after)]))
        for version in versions:
            version[name] = draw(possible[name])
    return before, after


@settings(max_examples=200, deadline=None)
@given(edits())
def test_what_is_said_to_be_free_refuses_no_value_that_was_taken(
    edit: tuple[dict[str, Json], dict[str, Json]],
) -> None:
    before, after = edit
    assume(not narrows(before, after))
    old, new = Shape(before), Shape(after)
    assert [value for value in VALUES if old.fits(value) and not new.fits(value)] == []
