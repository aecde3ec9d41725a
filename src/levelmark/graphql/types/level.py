"""The type Level."""

from typing import Self

import strawberry

from levelmark.domain import scorecard as domain


@strawberry.type(description="A stage that an entity can reach in a scorecard.")
class Level:
    """A view of `levelmark.domain.scorecard.Level`."""

    title: str = strawberry.field(description="What the level is called; its key within the scorecard.")
    color: str = strawberry.field(description="The colour to show it in: `paleBlue`, `bronze`, `gold` …")

    @classmethod
    def of(cls, level: domain.Level) -> Self:
        """The view of a level."""
        return cls(title=level.title, color=level.color)
