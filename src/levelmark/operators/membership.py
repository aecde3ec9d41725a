"""Membership: `in` and `notIn`, the rule's list on the right."""

from typing import Final

from levelmark.domain.json import Json, JsonType, same
from levelmark.domain.operator import Example, Missing, Operator, Test

_TYPES: Final = frozenset({JsonType.STRING, JsonType.NUMBER, JsonType.BOOLEAN, JsonType.ARRAY})
_SCHEMA: Final[dict[str, Json]] = {
    "type": "array",
    "items": {"type": ["string", "number", "boolean"]},
}
_FEW: Final = 8
"""As many wanted members are looked for one after the other in an array; more are left to the test."""


def _in(value: Json) -> Test:
    wanted = value if isinstance(value, list) else []

    def test(actual: Json) -> bool:
        members = actual if isinstance(actual, list) else [actual]
        return any(same(member, one) for member in members for one in wanted)

    return test


def _not_in(value: Json) -> Test:
    within = _in(value)
    return lambda actual: not within(actual)


def _source(value: Json) -> str | None:
    wanted = value if isinstance(value, list) else []
    if not 0 < len(wanted) <= _FEW or not all(isinstance(one, str) for one in wanted):
        return None
    members = " or ".join(f"value[{place}] in actual" for place in range(len(wanted)))
    return f"(({members}) if type(actual) is list else actual in value)"


def _negated_source(value: Json) -> str | None:
    source = _source(value)
    return source and f"type(actual) is not dict and not {source}"


MEMBERSHIP: Final = (
    Operator(
        name="in",
        description="The property's value is one of the rule's list; of an array, a member is.",
        types=_TYPES,
        value_schema=_SCHEMA,
        prepare=_in,
        trusted=True,
        source=_source,
        examples=(
            Example("Go", ["Go", "Rust"], verdict=True),
            Example(1, ["1", True], verdict=False),
            Example(["MIT", "Zlib"], ["GPL-3.0", "MIT"], verdict=True),
            Example("Go", [], verdict=False),
        ),
    ),
    Operator(
        name="notIn",
        description="The property's value is none of the rule's list; of an array, no member is. "
        "True where there is no value.",
        types=_TYPES,
        value_schema=_SCHEMA,
        prepare=_not_in,
        missing=Missing.TRUE,
        trusted=True,
        source=_negated_source,
        examples=(
            Example("Cobol", ["Go", "Rust"], verdict=True),
            Example(["MIT"], ["MIT"], verdict=False),
        ),
    ),
)
