"""The type Level."""

from typing import Self

import strawberry


@strawberry.type(description="A stage that an entity can reach in a scorecard.")
class Level:
    """A view of `levelmark.domain.scorecard.Level`."""

    title: str = strawberry.field(description="What the level is called; its key within the scorecard.")
    color: str = strawberry.field(description="The colour to show it in: `paleBlue`, `bronze`, `gold` …")

    @classmethod
    def of(cls, title: str, color: str) -> Self:
        """The view of a level, by what it is called."""
        return cls(title=title, color=color)
