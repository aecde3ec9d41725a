"""What counts as JSON here: RFC 8259 values that every client can read back exactly as they were sent."""

from collections.abc import Iterator
from decimal import Decimal
from enum import StrEnum
from math import isfinite
from typing import Any, Final, TypeAlias

from levelmark.domain.issue import Issue, Path

Json: TypeAlias = Any
"""Any JSON value: `None`, `bool`, `int`, `float`, `str`, `list` or `dict` with string keys."""

MAX_INTEGER: Final = 2**53
"""Integers beyond this lose digits in JavaScript (RFC 8259, section 6), so they are refused."""

MAX_DEPTH: Final = 32
"""Values nested deeper than this are refused; BSON itself ends at 100."""


class JsonType(StrEnum):
    """The type of a property or value, in the field's words."""

    STRING = "String"
    NUMBER = "Number"
    BOOLEAN = "Boolean"
    ARRAY = "Array"
    OBJECT = "Object"


TYPES: Final[dict[type, JsonType]] = {
    str: JsonType.STRING,
    int: JsonType.NUMBER,
    float: JsonType.NUMBER,
    bool: JsonType.BOOLEAN,
    list: JsonType.ARRAY,
    dict: JsonType.OBJECT,
}
"""Python's exact types and what they are called; `None` has no entry: it is the missing value."""

SCHEMA_TYPES: Final[dict[str, JsonType]] = {
    "string": JsonType.STRING,
    "number": JsonType.NUMBER,
    "integer": JsonType.NUMBER,
    "boolean": JsonType.BOOLEAN,
    "array": JsonType.ARRAY,
    "object": JsonType.OBJECT,
}
"""JSON Schema's type names and what they are called here."""


def same(left: Json, right: Json) -> bool:
    """Equality of JSON values without coercion: `1` is `1.0`, but `1`, `True`, `"1"` are three values."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    return bool(left == right)


def identical(left: Json, right: Json) -> bool:
    """Whether both would be written the same, letter for letter: `1` is not `1.0`, key order counts."""
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return list(left) == list(right) and all(identical(left[key], right[key]) for key in left)
    if isinstance(left, list):
        return len(left) == len(right) and all(map(identical, left, right))
    return bool(left == right) and str(left) == str(right)


def decimal_text(number: float) -> str:
    """The number as people write it: no exponent, no trailing zeros, so equal numbers have one text.

    >>> decimal_text(1.0), decimal_text(-2.50), decimal_text(1e21), decimal_text(1e-7)
    ('1', '-2.5', '1000000000000000000000', '0.0000001')
    """
    if isinstance(number, int):
        return str(number)
    text = format(Decimal(repr(number)), "f")
    trimmed = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if trimmed == "-0" else trimmed


def json_issues(value: Json, path: Path, depth: int = 0) -> Iterator[Issue]:
    """Every reason why `value` could not be stored and read back exactly as it is."""
    if value is None or isinstance(value, bool):
        return
    if isinstance(value, str):
        yield from text_issues(value, path)
    elif isinstance(value, int | float):
        yield from _number_issues(value, path)
    elif not isinstance(value, list | dict):
        yield Issue.error(path, "NOT_JSON", f"a {type(value).__name__} is not JSON")
    elif depth >= MAX_DEPTH:
        yield Issue.error(path, "TOO_DEEP", f"values may be nested {MAX_DEPTH} deep at most")
    else:
        yield from _children_issues(value, path, depth)


def text_issues(text: str, path: Path) -> Iterator[Issue]:
    """Why a string cannot be kept: it has a NUL or half of a surrogate pair."""
    if "\0" in text:
        yield Issue.error(path, "BAD_TEXT", "contains the character NUL (U+0000)")
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        yield Issue.error(path, "BAD_TEXT", "contains half of a surrogate pair, which is not Unicode text")


def _number_issues(number: float, path: Path) -> Iterator[Issue]:
    if isinstance(number, int):
        if abs(number) > MAX_INTEGER:
            yield Issue.error(path, "BAD_NUMBER", "an integer beyond 2^53 loses digits; send it as a string")
    elif not isfinite(number):
        yield Issue.error(path, "BAD_NUMBER", "NaN and the infinities are not JSON")


def _children_issues(value: list[Json] | dict[Any, Json], path: Path, depth: int) -> Iterator[Issue]:
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from json_issues(item, (*path, index), depth + 1)
        return
    for key, item in value.items():
        if not isinstance(key, str):
            yield Issue.error(path, "NOT_JSON", f"the key {key!r} is not a string")
            continue
        yield from text_issues(key, (*path, key))
        yield from json_issues(item, (*path, key), depth + 1)
