"""The present of a calculation: jq's `now` stands still for an hour, so that values can be kept."""

from functools import lru_cache
from typing import Final

from levelmark.engine.jq_tokens import TokenKind, tokens

HOUR: Final = 3_600_000_000
"""An hour in microseconds: how long one answer of a program that uses `now` holds."""


@lru_cache(maxsize=1024)
def uses_now(program: str) -> bool:
    """Whether the answer may differ from one hour to the next; True in doubt.

    >>> uses_now("now - .properties.age"), uses_now('"now" # now'), uses_now(".now")
    (True, False, False)
    """
    return any(token.kind is TokenKind.WORD and token.text == "now" for token in tokens(program))


def present(program: str, now: int) -> int:
    """What `now` is to the program, in seconds since 1970: the start of the hour, 0 where it does not ask."""
    return now // HOUR * HOUR // 1_000_000 if uses_now(program) else 0
