"""Mutations of scorecards and their rules."""

from typing import Annotated

import strawberry

from levelmark.domain import scorecard as domain
from levelmark.domain.naming import Naming
from levelmark.domain.versioned import Versioned
from levelmark.graphql.inputs.document import document
from levelmark.graphql.inputs.scorecard import (
    DeleteRuleInput,
    DeleteScorecardInput,
    ScorecardInput,
    UpsertRuleInput,
)
from levelmark.graphql.queries.request import Request
from levelmark.graphql.types.enums import Outcome
from levelmark.graphql.types.evaluation import Evaluation
from levelmark.graphql.types.issue import Issue
from levelmark.graphql.types.rule import Rule
from levelmark.graphql.types.scorecard import Scorecard
from levelmark.services.outcome import Written


@strawberry.type(description="What became of a scorecard that was sent.")
class UpsertScorecardPayload:
    """The answer to `upsertScorecard`."""

    scorecard: Scorecard | None = strawberry.field(description="The scorecard as it stands; null if refused.")
    outcome: Outcome = strawberry.field(description="What was done.")
    issues: list[Issue] = strawberry.field(description="What is wrong or suspect with it.")
    evaluation: Evaluation | None = strawberry.field(
        description="The background evaluation of the blueprint's entities, where one was begun."
    )


@strawberry.type(description="What went with a scorecard, or would go.")
class DeleteScorecardPayload:
    """The answer to `deleteScorecard`."""

    outcome: Outcome = strawberry.field(description="What was done.")
    entities: int = strawberry.field(description="How many entities had a score in it.")
    rule_results: int = strawberry.field(description="How many rule results went with it, or would go.")
    issues: list[Issue] = strawberry.field(description="Why it was refused, if it was.")
    evaluation: Evaluation | None = strawberry.field(
        description="The background evaluation that takes the scores away, where one was begun."
    )


@strawberry.type(description="What became of a rule that was sent.")
class UpsertRulePayload:
    """The answer to `upsertRule`."""

    rule: Rule | None = strawberry.field(description="The rule as it stands; null if refused.")
    outcome: Outcome = strawberry.field(description="What was done to the rule's scorecard.")
    issues: list[Issue] = strawberry.field(description="What is wrong or suspect with it.")
    evaluation: Evaluation | None = strawberry.field(
        description="The background evaluation of the blueprint's entities, where one was begun."
    )


@strawberry.type(description="What became of a rule that was to go.")
class DeleteRulePayload:
    """The answer to `deleteRule`."""

    scorecard: Scorecard | None = strawberry.field(description="The scorecard without the rule.")
    outcome: Outcome = strawberry.field(description="What was done.")
    issues: list[Issue] = strawberry.field(description="Why it was refused, if it was.")
    evaluation: Evaluation | None = strawberry.field(
        description="The background evaluation of the blueprint's entities, where one was begun."
    )


@strawberry.type
class ScorecardMutations:
    """What can be done with scorecards and rules."""

    @strawberry.mutation(description="Writes a scorecard: a new one, or in the place of that identifier's.")
    async def upsert_scorecard(
        self,
        info: Request,
        input: Annotated[ScorecardInput, strawberry.argument(description="The scorecard's document.")],
    ) -> UpsertScorecardPayload | None:
        """Writes a scorecard."""
        written = await info.context.begin_mutation().scorecards.upsert(document(input))
        naming = await info.context.naming()
        return UpsertScorecardPayload(
            scorecard=Scorecard.of(written.value, naming) if written.value else None,
            outcome=Outcome[written.outcome.name],
            issues=_issues(written),
            evaluation=_evaluation(written, naming),
        )

    @strawberry.mutation(description="Deletes a scorecard; one that has results needs `force`.")
    async def delete_scorecard(
        self,
        info: Request,
        input: Annotated[DeleteScorecardInput, strawberry.argument(description="Which one.")],
    ) -> DeleteScorecardPayload | None:
        """Deletes a scorecard."""
        deleted = await info.context.begin_mutation().scorecards.delete(input.identifier, force=input.force)
        naming = await info.context.naming()
        return DeleteScorecardPayload(
            outcome=Outcome[deleted.outcome.name],
            entities=deleted.entities,
            rule_results=deleted.rule_results,
            issues=[Issue.of(issue) for issue in deleted.issues],
            evaluation=Evaluation.of(deleted.evaluation, naming) if deleted.evaluation else None,
        )

    @strawberry.mutation(description="Writes one rule of a scorecard.")
    async def upsert_rule(
        self,
        info: Request,
        input: Annotated[UpsertRuleInput, strawberry.argument(description="The rule and its scorecard.")],
    ) -> UpsertRulePayload | None:
        """Writes a rule."""
        scorecards = info.context.begin_mutation().scorecards
        written = await scorecards.upsert_rule(input.scorecard, document(input.rule))
        naming = await info.context.naming()
        owner = written.value.value if written.value else None
        rule = owner.rule(naming.rules_of(input.scorecard).key(input.rule.identifier)) if owner else None
        return UpsertRulePayload(
            rule=Rule.of(rule, owner, naming) if rule and owner else None,
            outcome=Outcome[written.outcome.name],
            issues=_issues(written),
            evaluation=_evaluation(written, naming),
        )

    @strawberry.mutation(description="Deletes one rule of a scorecard, and its results.")
    async def delete_rule(
        self, info: Request, input: Annotated[DeleteRuleInput, strawberry.argument(description="Which one.")]
    ) -> DeleteRulePayload | None:
        """Deletes a rule."""
        scorecards = info.context.begin_mutation().scorecards
        written = await scorecards.delete_rule(input.scorecard, input.identifier)
        naming = await info.context.naming()
        return DeleteRulePayload(
            scorecard=Scorecard.of(written.value, naming) if written.value else None,
            outcome=Outcome[written.outcome.name],
            issues=_issues(written),
            evaluation=_evaluation(written, naming),
        )


def _issues(written: Written[Versioned[domain.Scorecard]]) -> list[Issue]:
    return [Issue.of(issue) for issue in written.issues]


def _evaluation(written: Written[Versioned[domain.Scorecard]], naming: Naming) -> Evaluation | None:
    return Evaluation.of(written.evaluation, naming) if written.evaluation else None
