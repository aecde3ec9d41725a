"""Mutations that rename: at one moment, everywhere, with all that hangs on what is renamed."""

from typing import Annotated, Self

import strawberry

from levelmark.domain import blueprint as blueprints
from levelmark.domain import scorecard as scorecards
from levelmark.domain.versioned import Versioned
from levelmark.graphql.inputs.renaming import (
    RenameBlueprintInput,
    RenameLevelInput,
    RenamePropertyInput,
    RenameRelationInput,
    RenameRuleInput,
)
from levelmark.graphql.queries.request import Request
from levelmark.graphql.types.blueprint import Blueprint
from levelmark.graphql.types.enums import Outcome
from levelmark.graphql.types.issue import Issue
from levelmark.graphql.types.scorecard import Scorecard
from levelmark.services.outcome import Written


@strawberry.type
class _InBlueprint:
    """The answer to a renaming that a blueprint keeps."""

    blueprint: Blueprint | None = strawberry.field(description="The blueprint as it stands; null if refused.")
    outcome: Outcome = strawberry.field(description="What was done.")
    issues: list[Issue] = strawberry.field(description="Why it was refused, if it was.")

    @classmethod
    async def of(cls, info: Request, written: Written[Versioned[blueprints.Blueprint]]) -> Self:
        """The answer, with the names that hold from now on."""
        naming = await info.context.naming()
        return cls(
            blueprint=Blueprint.of(written.value, naming) if written.value else None,
            outcome=Outcome[written.outcome.name],
            issues=[Issue.of(issue) for issue in written.issues],
        )


@strawberry.type
class _InScorecard:
    """The answer to a renaming that a scorecard keeps."""

    scorecard: Scorecard | None = strawberry.field(description="The scorecard as it stands; null if refused.")
    outcome: Outcome = strawberry.field(description="What was done.")
    issues: list[Issue] = strawberry.field(description="Why it was refused, if it was.")

    @classmethod
    async def of(cls, info: Request, written: Written[Versioned[scorecards.Scorecard]]) -> Self:
        """The answer, with the names that hold from now on."""
        naming = await info.context.naming()
        return cls(
            scorecard=Scorecard.of(written.value, naming) if written.value else None,
            outcome=Outcome[written.outcome.name],
            issues=[Issue.of(issue) for issue in written.issues],
        )


@strawberry.type(description="What became of a renaming of a blueprint.")
class RenameBlueprintPayload(_InBlueprint):
    """The answer to `renameBlueprint`."""


@strawberry.type(description="What became of a renaming of a property.")
class RenamePropertyPayload(_InBlueprint):
    """The answer to `renameProperty`."""


@strawberry.type(description="What became of a renaming of a relation.")
class RenameRelationPayload(_InBlueprint):
    """The answer to `renameRelation`."""


@strawberry.type(description="What became of a renaming of a rule.")
class RenameRulePayload(_InScorecard):
    """The answer to `renameRule`."""


@strawberry.type(description="What became of a renaming of a level.")
class RenameLevelPayload(_InScorecard):
    """The answer to `renameLevel`."""


@strawberry.type
class RenamingMutations:
    """What can be renamed."""

    @strawberry.mutation(
        description="Renames a blueprint: its entities, scorecards and history stay, nothing is evaluated "
        "again, and whatever refers to it shows the new name."
    )
    async def rename_blueprint(
        self,
        info: Request,
        input: Annotated[RenameBlueprintInput, strawberry.argument(description="Which one, and to what.")],
    ) -> RenameBlueprintPayload | None:
        """Renames a blueprint."""
        renaming = info.context.begin_mutation().renaming
        return await RenameBlueprintPayload.of(info, await renaming.blueprint(input.identifier, input.to))

    @strawberry.mutation(
        description="Renames a property of a blueprint, of whatever kind: its values stay, and rules, "
        "mirrors, calculations and aggregations that read it go on."
    )
    async def rename_property(
        self,
        info: Request,
        input: Annotated[RenamePropertyInput, strawberry.argument(description="Which one, and to what.")],
    ) -> RenamePropertyPayload | None:
        """Renames a property."""
        renaming = info.context.begin_mutation().renaming
        written = await renaming.property(input.blueprint, input.identifier, input.to)
        return await RenamePropertyPayload.of(info, written)

    @strawberry.mutation(
        description="Renames a relation of a blueprint: what entities point at stays, and whatever follows "
        "it goes on."
    )
    async def rename_relation(
        self,
        info: Request,
        input: Annotated[RenameRelationInput, strawberry.argument(description="Which one, and to what.")],
    ) -> RenameRelationPayload | None:
        """Renames a relation."""
        renaming = info.context.begin_mutation().renaming
        written = await renaming.relation(input.blueprint, input.identifier, input.to)
        return await RenameRelationPayload.of(info, written)

    @strawberry.mutation(description="Renames a rule of a scorecard: its results and their history stay.")
    async def rename_rule(
        self,
        info: Request,
        input: Annotated[RenameRuleInput, strawberry.argument(description="Which one, and to what.")],
    ) -> RenameRulePayload | None:
        """Renames a rule."""
        renaming = info.context.begin_mutation().renaming
        written = await renaming.rule(input.scorecard, input.identifier, input.to)
        return await RenameRulePayload.of(info, written)

    @strawberry.mutation(
        description="Renames a level of a scorecard: who stands on it, since when, and the history stay."
    )
    async def rename_level(
        self,
        info: Request,
        input: Annotated[RenameLevelInput, strawberry.argument(description="Which one, and to what.")],
    ) -> RenameLevelPayload | None:
        """Renames a level."""
        renaming = info.context.begin_mutation().renaming
        written = await renaming.level(input.scorecard, input.identifier, input.to)
        return await RenameLevelPayload.of(info, written)
