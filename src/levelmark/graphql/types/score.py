"""The type Score."""

from datetime import datetime
from functools import cached_property
from typing import Any, Self

import strawberry
from strawberry import Info

from levelmark.domain import score as domain
from levelmark.domain import scorecard as cards
from levelmark.domain.entity import Entity as Subject
from levelmark.domain.naming import Naming
from levelmark.domain.versioned import Versioned
from levelmark.engine.progress import Check, Progress, Rung, counted, progress_of
from levelmark.graphql.context import Context
from levelmark.graphql.scalars import DateTime
from levelmark.graphql.types.level import Level
from levelmark.graphql.types.rule import Rule
from levelmark.graphql.types.rule_result import RuleResult
from levelmark.graphql.types.score_level import NextLevel, ScoreLevel, ScoreRule
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

    @strawberry.field(description="All levels of the scorecard, from the base level up, reached or not.")
    def levels(self) -> list[ScoreLevel]:
        """The levels with their rules and results."""
        return [self._level(rung) for rung in self._progress.rungs]

    @strawberry.field(description="What is missing for the next level; null at the top.")
    def next_level(self) -> NextLevel | None:
        """The next level above that has rules."""
        found = self._progress.next
        if found is None:
            return None
        return NextLevel(level=self._shown(found.level), missing=list(map(self._rule, found.missing)))

    @strawberry.field(description="How many rules of the scorecard pass, on whatever level.")
    def passed(self) -> int:
        """The numerator."""
        return self._counted[0]

    @strawberry.field(description="How many rules of the scorecard were evaluated.")
    def tested(self) -> int:
        """The denominator."""
        return self._counted[1]

    @cached_property
    def _progress(self) -> Progress:
        return progress_of(self.owner.value, self.stored)

    @property
    def _counted(self) -> tuple[int, int]:
        return counted(tuple(check for rung in self._progress.rungs for check in rung.checks))

    def _level(self, rung: Rung) -> ScoreLevel:
        passed, tested = counted(rung.checks)
        return ScoreLevel(
            level=self._shown(rung.level),
            reached=rung.reached,
            rules=list(map(self._rule, rung.checks)),
            passed=passed,
            tested=tested,
            summary=f"{passed} of {tested}",
        )

    def _rule(self, check: Check) -> ScoreRule:
        card, result = self.owner.value, None
        if check.result is not None:
            result = RuleResult.of(self.subject, card, check.rule, check.result, self.naming, self.at)
        return ScoreRule(rule=Rule.of(check.rule, card, self.naming), rule_result=result, passed=check.passed)

    def _shown(self, level: cards.Level) -> Level:
        return Level.of(self.naming.levels_of(self.stored.scorecard).name(level.title), level.color)

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
