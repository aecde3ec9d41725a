"""Mutations of blueprints."""

from typing import Annotated

import strawberry

from levelmark.graphql.inputs.blueprint import BlueprintInput, DeleteBlueprintInput
from levelmark.graphql.inputs.document import document
from levelmark.graphql.queries.request import Request
from levelmark.graphql.types.blueprint import Blueprint
from levelmark.graphql.types.enums import Outcome
from levelmark.graphql.types.evaluation import Evaluation
from levelmark.graphql.types.issue import Issue


@strawberry.type(description="What became of a blueprint that was sent.")
class UpsertBlueprintPayload:
    """The answer to `upsertBlueprint`."""

    blueprint: Blueprint | None = strawberry.field(description="The blueprint as it stands; null if refused.")
    outcome: Outcome = strawberry.field(description="What was done.")
    issues: list[Issue] = strawberry.field(description="What is wrong or suspect with it.")
    evaluation: Evaluation | None = strawberry.field(
        description="The background evaluation of its entities, where one was begun."
    )


@strawberry.type(description="What went with a blueprint, or would go.")
class DeleteBlueprintPayload:
    """The answer to `deleteBlueprint`."""

    outcome: Outcome = strawberry.field(description="What was done.")
    entities: int = strawberry.field(description="How many entities went with it, or would go.")
    scorecards: int = strawberry.field(description="How many scorecards went with it, or would go.")
    issues: list[Issue] = strawberry.field(description="Why it was refused, if it was, and what uses it.")


@strawberry.type
class BlueprintMutations:
    """What can be done with blueprints."""

    @strawberry.mutation(
        description="Writes a blueprint: a new one, or in the place of that identifier's. "
        "What breaks entities, scorecards or other blueprints needs `force`."
    )
    async def upsert_blueprint(
        self,
        info: Request,
        input: Annotated[BlueprintInput, strawberry.argument(description="The blueprint's document.")],
    ) -> UpsertBlueprintPayload | None:
        """Writes a blueprint."""
        sent = document(input)
        force = sent.pop("force")
        written = await info.context.begin_mutation().blueprints.upsert(sent, force=force)
        naming = await info.context.naming()
        return UpsertBlueprintPayload(
            blueprint=Blueprint.of(written.value, naming) if written.value else None,
            outcome=Outcome[written.outcome.name],
            issues=[Issue.of(issue) for issue in written.issues],
            evaluation=Evaluation.of(written.evaluation, naming) if written.evaluation else None,
        )

    @strawberry.mutation(
        description="Deletes a blueprint; one that has entities or scorecards, or is used, needs `force`."
    )
    async def delete_blueprint(
        self,
        info: Request,
        input: Annotated[DeleteBlueprintInput, strawberry.argument(description="Which one.")],
    ) -> DeleteBlueprintPayload | None:
        """Deletes a blueprint."""
        deleted = await info.context.begin_mutation().blueprints.delete(input.identifier, force=input.force)
        return DeleteBlueprintPayload(
            outcome=Outcome[deleted.outcome.name],
            entities=deleted.entities,
            scorecards=deleted.scorecards,
            issues=[Issue.of(issue) for issue in deleted.issues],
        )
