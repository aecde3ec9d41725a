"""The type EntityScorecard."""

from datetime import datetime
from typing import Any, Self

import strawberry
from strawberry import Info

from levelmark.domain import scorecard as cards
from levelmark.domain.entity import Entity as Subject
from levelmark.domain.naming import Naming
from levelmark.domain.versioned import Versioned
from levelmark.graphql.context import Context
from levelmark.graphql.types.score import Score
from levelmark.graphql.types.scorecard import Scorecard


@strawberry.type(description="A scorecard of an entity's blueprint, and what the entity scored in it.")
class EntityScorecard:
    """A scorecard beside the score that an entity may have in it."""

    scorecard: Scorecard = strawberry.field(description="The scorecard.")
    score: Score | None = strawberry.field(
        description="The score; null where the scorecard's filter leaves the entity out."
    )

    @classmethod
    def of(
        cls, subject: Subject, owner: Versioned[cards.Scorecard], naming: Naming, at: datetime | None
    ) -> Self:
        """The view of a scorecard beside an entity."""
        stored = subject.score(owner.value.identifier)
        score = Score.of(subject, stored, owner, naming, at) if stored else None
        return cls(scorecard=Scorecard.of(owner, naming), score=score)


async def scorecards_of(
    subject: Subject, naming: Naming, info: Info[Context, Any], at: datetime | None = None
) -> list[EntityScorecard]:
    """The scorecards of the entity's blueprint, those that exist, or did at the instant."""
    owners = await info.context.loaders.scorecards_of.load((subject.blueprint, at))
    return [EntityScorecard.of(subject, owner, naming, at) for owner in owners]
