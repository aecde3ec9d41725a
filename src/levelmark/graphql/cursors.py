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


def decode(text: str, count: int) -> tuple[str, ...] | None:
    """The parts of a text; None where it has not as many, or was never encoded.

    >>> decode("service", 2) is None
    True
    """
    try:
        padded = text + "=" * (-len(text) % 4)
        parts: Any = json.decode(urlsafe_b64decode(padded))
    except (ValueError, DecodeError, RecursionError):
        return None
    fits = isinstance(parts, list) and len(parts) == count and all(isinstance(part, str) for part in parts)
    return tuple(parts) if fits else None


def place(listed: str, *parts: str) -> str:
    """The cursor of the place with these parts in the list of that name."""
    return encode(listed, *parts)


def behind(after: str | None, listed: str, count: int) -> tuple[str, ...] | None:
    """The parts of the place that a cursor names, None without one.

    Raises InvalidInputError where the list of that name did not give the cursor out.

    >>> behind(place("rules", "r", "3"), "rules", 2)
    ('r', '3')
    """
    if after is None:
        return None
    parts = decode(after, count + 1)
    if parts is None or parts[0] != listed:
        raise InvalidInputError(
            f"`after` is not a cursor of the list {listed}: take it from that list's `pageInfo.endCursor`"
        )
    return parts[1:]


def log_number(text: str) -> int | None:
    """The place in the log that a text names, if it names one."""
    fits = text.isascii() and text.isdigit() and len(text) < len(str(2**63))
    return int(text) if fits else None


def number(text: str) -> int:
    """The place in the log that a cursor names; raises InvalidInputError where it names none."""
    found = log_number(text)
    if found is None:
        raise InvalidInputError(f"`{text:.40}` is not a cursor of the log; take it from a change's `cursor`")
    return found
