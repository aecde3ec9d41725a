"""The allowance: how many entities one operation may come by on its way along relations.

A page of entities with a page of their relations each, and so on, grows as a power of its depth, which no
look at the document can tell from what is modest. So it is counted as it goes, and stopped.
"""

from typing import Final

from levelmark.domain.errors import LimitExceededError

MOST: Final = 10_000
"""Entities that one operation may reach along relations, each counted as often as it is reached."""


class Allowance:
    """What is left of it for one operation."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self.left = most

    def take(self, entities: int) -> None:
        """Counts entities that were reached; raises LimitExceededError when they are too many."""
        self.left -= max(entities, 1)  # a question that finds nobody has its price, too
        if self.left < 0:
            raise LimitExceededError(
                f"this operation follows relations to more than {self._most:,} entities; ask for fewer with "
                "`first`, or in several operations"
            )
