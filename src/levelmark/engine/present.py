"""The present: the instant that an evaluation takes for now, and until when what it finds is sure to hold."""

from collections.abc import Iterable
from typing import Literal, Self

from msgspec import Struct

from levelmark.domain.instant import NEVER, instant
from levelmark.engine.truth import Truth, combine


class Present(Struct):
    """`now` in microseconds since 1970; whoever asks for the time lowers `until` to when that may change."""

    now: int
    until: int = NEVER

    @classmethod
    def at(cls, text: str) -> Self:
        """The present of an ISO 8601 text; raises ValueError where it is none."""
        now = instant(text)
        if now is None:
            raise ValueError(
                f"the present must be a date-time such as 2026-01-31T12:00:00.000Z, not {text!r}"
            )
        return cls(now)

    @property
    def end(self) -> int | None:
        """The first instant at which another evaluation may come out differently; None where none does."""
        return None if self.until >= NEVER else self.until


def until(combinator: Literal["and", "or"], parts: Iterable[tuple[Truth, int]]) -> int:
    """Until when parts that hold so long come to the same together.

    What decides a query decides it alone, for as long as it stands itself; else any part may change it.

    >>> until("and", [(Truth.TRUE, 5), (Truth.FALSE, 9)]), until("and", [(Truth.TRUE, 5), (Truth.TRUE, 9)])
    (9, 5)
    """
    told = list(parts)
    truth = combine(combinator, [one for one, _ in told])
    if truth is Truth.ERROR:
        return NEVER
    if truth is (Truth.FALSE if combinator == "and" else Truth.TRUE):
        return max((end for one, end in told if one is truth), default=NEVER)
    return min((end for _, end in told), default=NEVER)
