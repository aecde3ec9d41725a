"""Emptiness: `isEmpty` and `isNotEmpty`, over all types."""

from typing import Final

from levelmark.domain.json import Json, JsonType
from levelmark.domain.operator import Example, Missing, Operator, Test

_ALL: Final = frozenset(JsonType)


def is_empty(actual: Json) -> bool:
    """Whether there is nothing in the value: `""`, `[]`, `{}` or none at all; never `0` or `false`."""
    return actual is None or (isinstance(actual, str | list | dict) and not actual)


def _empty(_: Json) -> Test:
    return is_empty


def _not_empty(_: Json) -> Test:
    return lambda actual: not is_empty(actual)


_SOURCE: Final = "not actual and actual != 0"


EMPTINESS: Final = (
    Operator(
        name="isEmpty",
        description='There is no value, or it is null, `""`, `[]` or `{}`; `0` and `false` are not empty.',
        types=_ALL,
        value_schema=None,
        prepare=_empty,
        missing=Missing.TRUE,
        trusted=True,
        source=lambda _: _SOURCE,
        examples=(Example("", None, verdict=True), Example(0, None, verdict=False)),
    ),
    Operator(
        name="isNotEmpty",
        description="The opposite of `isEmpty`.",
        types=_ALL,
        value_schema=None,
        prepare=_not_empty,
        missing=Missing.FALSE,
        trusted=True,
        source=lambda _: f"not ({_SOURCE})",
        examples=(
            Example(["a"], None, verdict=True),
            Example(False, None, verdict=True),
            Example({}, None, verdict=False),
        ),
    ),
)
