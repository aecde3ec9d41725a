"""Containment: `contains`, its negation, and `containsAny`."""

from typing import Final

from levelmark.domain.json import Json, JsonType, decimal_text, same
from levelmark.domain.operator import Example, Missing, Operator, Test

_TYPES: Final = frozenset({JsonType.STRING, JsonType.NUMBER, JsonType.ARRAY})
_SCHEMA: Final = {"type": ["string", "number", "boolean"]}
_FEW: Final = 8
"""As many wanted members are looked for one after the other; more of them are left to the test."""


def text(value: Json) -> str | None:
    """A string itself, a number by its decimal text; None for what has no text."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return decimal_text(value)


def text_source(test: str) -> str:
    """The source of `test`, an expression over `text`, for strings and for numbers by their decimal text."""
    of_string, of_number = (test.replace("text", text) for text in ("actual", "decimal_text(actual)"))
    number = "(type(actual) is int or type(actual) is float)"
    return f"({of_string} if type(actual) is str else {number} and {of_number})"


def _contains(value: Json) -> Test:
    part = text(value)

    def test(actual: Json) -> bool:
        if isinstance(actual, list):
            return any(same(item, value) for item in actual)
        whole = text(actual)
        return part is not None and whole is not None and part in whole

    return test


def _lacks(value: Json) -> Test:
    contains = _contains(value)
    return lambda actual: not contains(actual)


def _contains_any(value: Json) -> Test:
    wanted = value if isinstance(value, list) else []
    return lambda actual: any(same(item, one) for item in actual for one in wanted)


def _contains_source(value: Json) -> str | None:
    if not isinstance(value, str):
        return None
    return f"value in actual if type(actual) is list else {text_source('value in text')}"


def _lacks_source(value: Json) -> str | None:
    if not isinstance(value, str):
        return None
    return f"value not in actual if type(actual) is list else {text_source('value not in text')}"


def _contains_any_source(value: Json) -> str | None:
    wanted = value if isinstance(value, list) else []
    if not 0 < len(wanted) <= _FEW or not all(isinstance(one, str) for one in wanted):
        return None
    members = (f"value[{place}] in actual" for place in range(len(wanted)))
    return f"type(actual) is list and ({' or '.join(members)})"


CONTAINMENT: Final = (
    Operator(
        name="contains",
        description="The text contains the rule's (case-sensitive; a number by its decimal text), "
        "or the array has the rule's value as a member.",
        types=_TYPES,
        value_schema=_SCHEMA,
        prepare=_contains,
        trusted=True,
        source=_contains_source,
        examples=(
            Example("release-2026", "2026", verdict=True),
            Example("Release", "release", verdict=False),
            Example(1234, 23, verdict=True),
            Example(["a", 1], 1.0, verdict=True),
            Example(["ab"], "a", verdict=False),
        ),
    ),
    Operator(
        name="doesNotContains",
        description="The text does not contain the rule's, or the array lacks it; true without a value.",
        types=_TYPES,
        value_schema=_SCHEMA,
        prepare=_lacks,
        missing=Missing.TRUE,
        trusted=True,
        source=_lacks_source,
        examples=(Example("abc", "d", verdict=True), Example(["d"], "d", verdict=False)),
    ),
    Operator(
        name="containsAny",
        description="The array shares a member with the rule's list; an empty list shares none.",
        types=frozenset({JsonType.ARRAY}),
        value_schema={"type": "array", "items": {"type": ["string", "number", "boolean"]}},
        prepare=_contains_any,
        trusted=True,
        source=_contains_any_source,
        examples=(
            Example(["MIT", "Zlib"], ["GPL-3.0", "MIT"], verdict=True),
            Example(["MIT"], [], verdict=False),
        ),
    ),
)
