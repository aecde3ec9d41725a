"""Truth: Kleene's three values, and a fourth for an operator that failed."""

from collections.abc import Iterable
from enum import IntEnum
from typing import Literal

from levelmark.domain.score import Result


class Truth(IntEnum):
    """What a condition, a query or a rule came to; the numbers are those of the generated code."""

    TRUE = 0
    FALSE = 1
    MISSING = 2
    ERROR = 3

    @property
    def result(self) -> Result:
        """What a rule of this truth is called."""
        return RESULTS[self]


RESULTS = (Result.PASSED, Result.NOT_PASSED, Result.NO_DATA, Result.ERROR)
"""Rule results by truth."""

CODES = {result: Truth(number) for number, result in enumerate(RESULTS)}
"""Truths by rule result."""


def combine(combinator: Literal["and", "or"], truths: Iterable[Truth]) -> Truth:
    """Kleene's conjunction or disjunction; an error outweighs everything, whatever stands beside it.

    >>> combine("and", [Truth.TRUE, Truth.MISSING]).name, combine("or", [Truth.TRUE, Truth.MISSING]).name
    ('MISSING', 'TRUE')
    """
    found = set(truths)
    winner, loser = (Truth.FALSE, Truth.TRUE) if combinator == "and" else (Truth.TRUE, Truth.FALSE)
    for truth in (Truth.ERROR, winner, Truth.MISSING):
        if truth in found:
            return truth
    return loser
