"""An operator: how one value is tested, as a plugin hands it over."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import TypeAlias

from msgspec import Struct

from levelmark.domain.json import Json, JsonType

Test: TypeAlias = Callable[[Json], bool]
"""Whether the entity's value satisfies the rule; it must not change what it is given."""


class Missing(StrEnum):
    """What an operator says of a property that is absent or null."""

    MISSING = "MISSING"
    TRUE = "TRUE"
    FALSE = "FALSE"


class Example(Struct, frozen=True):
    """What documentation shows and the conformance suite runs: `actual` OPERATOR `value` is `verdict`."""

    actual: Json
    value: Json
    verdict: bool


class Operator(Struct, frozen=True, kw_only=True):
    """How a condition tests a value.

    `prepare` takes the rule's value once and returns the test that every entity's value goes through.
    `types` are the property types that it takes; a value of another type is false, with the reason
    `type mismatch`. `value_schema` is the JSON Schema of the rule's value, None where there is no value.
    With `instants`, both sides arrive as integers (microseconds since 1970 in UTC) where the property is a
    date or date-time. With `same_type`, the entity's value must have the type of the rule's.
    `trusted` and `source` are for the built-in operators and ignored in a plugin's: a trusted test never
    raises nor changes what it is given; a source is the whole test, false of types that it does not take, as
    a Python expression over `actual` (never None) and `value` that the compiler inlines, or None where only
    the test will do. With `instants`, a source compares two moments (`datetime`).

    >>> Operator(
    ...     name="isEven", description="An even integer.", types=frozenset({JsonType.NUMBER}),
    ...     value_schema=None, prepare=lambda _: lambda actual: actual % 2 == 0,
    ...     examples=(Example(actual=2, value=None, verdict=True),),
    ... ).prepare(None)(3)
    False
    """

    name: str
    description: str
    types: frozenset[JsonType]
    value_schema: Mapping[str, Json] | None
    prepare: Callable[[Json], Test]
    missing: Missing = Missing.MISSING
    instants: bool = False
    same_type: bool = False
    value_of_property_type: bool = False
    trusted: bool = False
    source: Callable[[Json], str | None] | None = None
    examples: tuple[Example, ...] = ()
