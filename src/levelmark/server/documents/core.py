"""The core schema of YAML 1.2: what a plain scalar means.

Nothing else has a meaning: `yes`, `on`, `2026-01-31` and `1_000` are strings.
"""

import re
from typing import Final

from levelmark.domain.json import Json

PREFIX: Final = "tag:yaml.org,2002:"
NULL: Final = re.compile(r"null|Null|NULL|~|")
BOOLEAN: Final = re.compile(r"true|True|TRUE|false|False|FALSE")
INTEGER: Final = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
NOT_FINITE: Final = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_BASES: Final = {"0o": 8, "0x": 16}


class NotCoreError(ValueError):
    """A scalar cannot be what it claims to be; the text says why."""


def plain(text: str) -> Json:
    """The value of a plain scalar; raises NotCoreError for NaN and the infinities.

    >>> plain("yes"), plain("2026-01-31"), plain("0o17"), plain("1e3"), plain("~")
    ('yes', '2026-01-31', 15, 1000.0, None)
    """
    if NULL.fullmatch(text):
        return None
    if BOOLEAN.fullmatch(text):
        return text.lower() == "true"
    if INTEGER.fullmatch(text):
        return _integer(text)
    if FLOAT.fullmatch(text):
        return float(text)
    if NOT_FINITE.fullmatch(text):
        raise NotCoreError(f"`{text}` is not JSON; NaN and the infinities cannot be kept")
    return text


def tagged(tag: str, text: str) -> Json:
    """The value of a scalar with a tag, as in `!!str 1`; raises NotCoreError where the two do not fit."""
    kind = tag.removeprefix(PREFIX)
    if kind in ("!", "str"):
        return text
    value = plain(text)
    if kind == "float" and type(value) is int:
        return float(value)
    if kind not in _TYPES:
        raise NotCoreError(f"the tag `{tag.replace(PREFIX, '!!')}` has no meaning here")
    if type(value) is not _TYPES[kind]:
        raise NotCoreError(f"`{text}` is no {kind}")
    return value


_TYPES: Final[dict[str, type]] = {"null": type(None), "bool": bool, "int": int, "float": float}


def _integer(text: str) -> float:
    if text[:2] in _BASES:
        return int(text[2:], _BASES[text[:2]])
    try:
        return int(text)
    except ValueError:  # thousands of digits, which the standard library refuses; as a float it is too large
        return float(text)
