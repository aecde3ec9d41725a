"""Ordering: `<`, `<=`, `>` and `>=` over numbers, strings by code point, and instants."""

import operator
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Final

from levelmark.domain.json import MAX_INTEGER, Json, JsonType
from levelmark.domain.operator import Example, Operator, Test

_TYPES: Final = frozenset({JsonType.STRING, JsonType.NUMBER})


def _source(name: str, value: Json) -> str:
    if isinstance(value, datetime):
        return f"actual {name} value"
    if isinstance(value, str):
        return f"type(actual) is str and actual {name} value"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "False"
    if isinstance(value, float) or abs(value) > MAX_INTEGER:
        return f"(type(actual) is float or type(actual) is int) and actual {name} value"
    # Like compares with like in a tenth of the time that it takes to compare an integer with a float.
    of_float = f"type(actual) is float and actual {name} float(value)"
    return f"actual {name} value if type(actual) is int else {of_float}"


def _ordering(
    name: str, words: str, compare: Callable[[Json, Json], bool], examples: tuple[Example, ...]
) -> Operator:
    def prepare(value: Json) -> Test:
        return lambda actual: compare(actual, value)

    return Operator(
        name=name,
        description=f"The property's value is {words} the rule's: numbers by size, strings by code point, "
        "properties with format `date-time` or `date` as instants.",
        types=_TYPES,
        value_schema={"type": ["string", "number"]},
        prepare=prepare,
        instants=True,
        same_type=True,
        value_of_property_type=True,
        trusted=True,
        source=partial(_source, name),
        examples=examples,
    )


ORDERING: Final = (
    _ordering("<", "less than", operator.lt, (Example(4, 5, verdict=True), Example(5, 5, verdict=False))),
    _ordering(
        "<=",
        "less than or equal to",
        operator.le,
        (Example(5, 5.0, verdict=True), Example(6, 5, verdict=False)),
    ),
    _ordering(
        ">", "greater than", operator.gt, (Example("b", "a", verdict=True), Example(5, 5, verdict=False))
    ),
    _ordering(
        ">=",
        "greater than or equal to",
        operator.ge,
        (Example(5, 5, verdict=True), Example("A", "a", verdict=False)),
    ),
)
