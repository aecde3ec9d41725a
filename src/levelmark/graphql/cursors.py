"""Cursors and ids: opaque texts that name a place in a list, or a node."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from msgspec import DecodeError, json

from levelmark.domain.errors import InvalidInputError


def encode(*parts: str) -> str:
    """The parts as one opaque text.

    >>> decode(encode("service", "api"), 2)
    ('service', 'api')
    """
    return urlsafe_b64encode(json.encode(parts)).decode().rstrip("=")


def decode(text: str, count: int) -> tuple[str, ...]:
    """The parts of a text; raises InvalidInputError where it is none that this list gave out."""
    try:
        padded = text + "=" * (-len(text) % 4)
        parts: Any = json.decode(urlsafe_b64decode(padded))
    except (ValueError, DecodeError):
        parts = None
    if isinstance(parts, list) and len(parts) == count and all(isinstance(part, str) for part in parts):
        return tuple(parts)
    raise InvalidInputError("`after` is not a cursor of this list; take it from `pageInfo.endCursor`")


def number(text: str) -> int:
    """The place in the log that a cursor names; raises InvalidInputError where it names none."""
    if text.isascii() and text.isdigit() and len(text) < len(str(2**63)):
        return int(text)
    raise InvalidInputError(f"`{text:.40}` is not a cursor of the log; take it from a change's `cursor`")
