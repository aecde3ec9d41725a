"""The type Score."""

from datetime import datetime
from typing import Any, Self

import strawberry
from strawberry import Info

from levelmark.domain import score as domain
from levelmark.domain import scorecard as cards
from levelmark.domain.entity import Entity as Subject
from levelmark.domain.naming import Naming
from levelmark.domain.versioned import Versioned
from levelmark.graphql.context import Context
from levelmark.graphql.scalars import DateTime
from levelmark.graphql.types.level import Level
from levelmark.graphql.types.rule_result import RuleResult
from levelmark.graphql.types.scorecard import Scorecard


@strawberry.type(description="One scorecard on one entity: the level reached, and the result of every rule.")
class Score:
    """A view of `levelmark.domain.score.Score`."""

    subject: strawberry.Private[Subject]
    stored: strawberry.Private[domain.Score]
    owner: strawberry.Private[Versioned[cards.Scorecard]]
    naming: strawberry.Private[Naming]
    at: strawberry.Private[datetime | None]
    level: Level = strawberry.field(description="The level that the entity has reached.")
    since: DateTime = strawberry.field(description="Since when it stands on this level.")

    @strawberry.field(description="The scorecard.")
    def scorecard(self) -> Scorecard:
        """The scorecard."""
        return Scorecard.of(self.owner, self.naming)

    @strawberry.field(description="The result of every rule, in the order of the rules.")
    def rule_results(self) -> list[RuleResult]:
        """The results of the rules that the scorecard has now."""
        rules = {rule.identifier: rule for rule in self.owner.value.rules}
        return [
            RuleResult.of(self.subject, self.owner.value, rules[result.rule], result, self.naming, self.at)
            for result in self.stored.results
            if result.rule in rules
        ]

    @classmethod
    def of(
        cls,
        subject: Subject,
        stored: domain.Score,
        owner: Versioned[cards.Scorecard],
        naming: Naming,
        at: datetime | None = None,
    ) -> Self:
        """The view of a score of an entity; with an instant, one of the past."""
        level = owner.value.level(stored.level) or cards.Level(stored.level, "lightGray")
        title = naming.levels_of(stored.scorecard).name(stored.level)
        return cls(
            subject=subject,
            stored=stored,
            owner=owner,
            naming=naming,
            at=at,
            level=Level.of(title, level.color),
            since=DateTime(stored.since),
        )


async def scores_of(
    subject: Subject, naming: Naming, info: Info[Context, Any], at: datetime | None = None
) -> list[Score]:
    """The scores of an entity, in the scorecards that still exist, or did at the instant."""
    owners = await info.context.loaders.scorecards([one.scorecard for one in subject.scores], at)
    pairs = zip(subject.scores, owners, strict=True)
    return [Score.of(subject, stored, owner, naming, at) for stored, owner in pairs if owner]
