"""An operator: how one value is tested, as a plugin hands it over."""

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import TypeAlias

from msgspec import Struct

from levelmark.domain.issue import Issue, Path
from levelmark.domain.json import SCHEMA_TYPES, Json, JsonType

Test: TypeAlias = Callable[[Json], bool]
"""Whether the entity's value satisfies the rule; it must not change what it is given."""

TimedTest: TypeAlias = Callable[[Json, int], tuple[bool, int | None]]
"""Whether the entity's value satisfies the rule at an instant (microseconds since 1970, UTC), and until when.

The second is the first instant after `now` at which the verdict may be another; None where it never is.
"""


class Missing(StrEnum):
    """What an operator says of a property that is absent or null."""

    MISSING = "MISSING"
    TRUE = "TRUE"
    FALSE = "FALSE"


class Example(Struct, frozen=True):
    """What documentation shows and the conformance suite runs: `actual` OPERATOR `value` is `verdict`.

    `now` is the instant at which it is (RFC 3339), where the operator asks for the time.
    """

    actual: Json
    value: Json
    verdict: bool
    now: str | None = None


def unprepared(value: Json) -> Test:
    """What stands for `prepare` in an operator that has `timed` instead; raises TypeError."""
    raise TypeError(f"the operator is timed: nothing but `timed` can prepare {value!r}")


class Operator(Struct, frozen=True, kw_only=True):
    """How a condition tests a value.

    `prepare` takes the rule's value once and returns the test that every entity's value goes through.
    `timed` stands in its place where the verdict depends on the time: it returns the test that is given the
    value and the present instant, and says until when its verdict holds.
    `types` are the property types that it takes; a value of another type is false, with the reason
    `type mismatch`. `value_schema` is the JSON Schema of the rule's value, None where there is no value.
    With `instants`, both sides arrive as integers (microseconds since 1970 in UTC) where the property is a
    date or date-time. With `reads_instants`, the entity's value always arrives as one, whatever the property
    is declared as, and the rule's as it was written; a text that names no instant is a type mismatch.
    `judge` says what is wrong with a rule's value that the schema lets in, given the value and its path.
    With `same_type`, the entity's value must have the type of the rule's.
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
    prepare: Callable[[Json], Test] = unprepared
    timed: Callable[[Json], TimedTest] | None = None
    judge: Callable[[Json, Path], Iterable[Issue]] | None = None
    missing: Missing = Missing.MISSING
    instants: bool = False
    reads_instants: bool = False
    same_type: bool = False
    value_of_property_type: bool = False
    trusted: bool = False
    source: Callable[[Json], str | None] | None = None
    examples: tuple[Example, ...] = ()

    @property
    def value_types(self) -> frozenset[JsonType]:
        """The types that a rule's value may have, as far as the schema tells; all where it does not."""
        declared = (self.value_schema or {}).get("type")
        listed = declared if isinstance(declared, list) else [declared]
        return frozenset(SCHEMA_TYPES[one] for one in listed if one in SCHEMA_TYPES) or frozenset(JsonType)
