"""Equality: `=` and `!=`, by value and without coercion."""

from typing import Final

from levelmark.domain.json import Json, JsonType, same
from levelmark.domain.operator import Example, Missing, Operator, Test

_TYPES: Final = frozenset({JsonType.STRING, JsonType.NUMBER, JsonType.BOOLEAN})
_SCHEMA: Final = {"type": ["string", "number", "boolean"]}


def _equals(value: Json) -> Test:
    return lambda actual: same(actual, value)


def _differs(value: Json) -> Test:
    return lambda actual: not same(actual, value)


def _equals_source(value: Json) -> str:
    # Nothing but a string equals a string, nothing but a boolean is one: the type needs no check.
    if isinstance(value, bool):
        return "actual is value"
    if isinstance(value, int | float):
        return "actual == value and type(actual) is not bool"
    return "actual == value" if isinstance(value, str) else "False"


def _differs_source(value: Json) -> str:
    # The type of the rule's value stands first, since most values have it.
    kinds = sorted(("str", "int", "float", "bool"), key=lambda kind: kind != type(value).__name__)
    taken = " or ".join(f"type(actual) is {kind}" for kind in kinds)
    return f"({taken}) and not ({_equals_source(value)})"


EQUALITY: Final = (
    Operator(
        name="=",
        description="The property's value equals the rule's. `1` equals `1.0`; "
        '`true`, `"true"`, `1` and `"1"` are four values.',
        types=_TYPES,
        value_schema=_SCHEMA,
        prepare=_equals,
        value_of_property_type=True,
        trusted=True,
        source=_equals_source,
        examples=(
            Example("TypeScript", "TypeScript", verdict=True),
            Example(1, 1.0, verdict=True),
            Example(1, "1", verdict=False),
            Example(1, True, verdict=False),
        ),
    ),
    Operator(
        name="!=",
        description="The property's value does not equal the rule's; true where there is none.",
        types=_TYPES,
        value_schema=_SCHEMA,
        prepare=_differs,
        missing=Missing.TRUE,
        value_of_property_type=True,
        trusted=True,
        source=_differs_source,
        examples=(
            Example("Go", "Rust", verdict=True),
            Example(False, 0, verdict=True),
            Example(1, 1.0, verdict=False),
        ),
    ),
)
