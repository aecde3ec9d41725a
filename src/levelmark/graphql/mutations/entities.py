"""Mutations of entities."""

from collections.abc import Sequence
from typing import Annotated

import strawberry

from levelmark.domain import entity as domain
from levelmark.domain.change import CauseKind
from levelmark.domain.errors import LimitExceededError, NotFoundError
from levelmark.domain.naming import Naming
from levelmark.graphql.inputs.document import document
from levelmark.graphql.inputs.entity import DeleteEntitiesInput, EvaluateInput, UpsertEntitiesInput
from levelmark.graphql.queries.request import Request
from levelmark.graphql.types.entity import Entity
from levelmark.graphql.types.enums import Outcome
from levelmark.graphql.types.evaluation import Evaluation
from levelmark.graphql.types.issue import Issue
from levelmark.services.entities import MAX_AT_ONCE
from levelmark.services.outcome import Written
from levelmark.services.writing import Mode


@strawberry.type(description="What became of one entity of a request.")
class EntityWriteResult:
    """The answer to one item."""

    identifier: str = strawberry.field(description="The entity's identifier, as it was sent.")
    entity: Entity | None = strawberry.field(
        description="The entity with its new scores; null if refused or deleted."
    )
    outcome: Outcome = strawberry.field(description="What was done.")
    issues: list[Issue] = strawberry.field(description="What is wrong or suspect with it.")

    @classmethod
    def of(cls, identifier: str, written: Written[domain.Entity], naming: Naming) -> "EntityWriteResult":
        """The view of what became of an entity."""
        gone = written.outcome.name == Outcome.DELETED.name
        return cls(
            identifier=identifier,
            entity=Entity.of(written.value, naming) if written.value and not gone else None,
            outcome=Outcome[written.outcome.name],
            issues=[Issue.of(issue) for issue in written.issues],
        )


@strawberry.type(description="What became of the entities that were sent.")
class UpsertEntitiesPayload:
    """The answer to `upsertEntities`."""

    results: list[EntityWriteResult] = strawberry.field(description="One for each, in the order sent.")


@strawberry.type(description="What became of the entities that were to go.")
class DeleteEntitiesPayload:
    """The answer to `deleteEntities`."""

    results: list[EntityWriteResult] = strawberry.field(description="One for each, in the order sent.")


@strawberry.type(description="What an evaluation found, or that it has begun.")
class EvaluatePayload:
    """The answer to `evaluate`."""

    results: list[EntityWriteResult] = strawberry.field(
        description="One for each of the identifiers, in the order sent; none where there were none."
    )
    evaluation: Evaluation | None = strawberry.field(
        description="The background evaluation, where one was begun."
    )


@strawberry.type
class EntityMutations:
    """What can be done with entities."""

    @strawberry.mutation(description="Writes entities and evaluates them, each on its own.")
    async def upsert_entities(
        self,
        info: Request,
        input: Annotated[UpsertEntitiesInput, strawberry.argument(description="The entities.")],
    ) -> UpsertEntitiesPayload | None:
        """Writes entities."""
        _check_count(input.entities)
        documents = document(input.entities)
        services, naming = info.context.begin_mutation(), await info.context.naming()
        mode = Mode[input.mode.name]
        written = await services.entities.upsert(documents, mode, naming, strict=input.strict)
        names = [one.identifier for one in input.entities]
        return UpsertEntitiesPayload(results=_results(names, written, naming))

    @strawberry.mutation(description="Deletes entities, each on its own.")
    async def delete_entities(
        self,
        info: Request,
        input: Annotated[DeleteEntitiesInput, strawberry.argument(description="Which ones.")],
    ) -> DeleteEntitiesPayload | None:
        """Deletes entities."""
        _check_count(input.identifiers)
        services, naming = info.context.begin_mutation(), await info.context.naming()
        blueprint = naming.blueprints.key(input.blueprint)
        gone = await services.entities.delete(blueprint, input.identifiers, naming, strict=input.strict)
        return DeleteEntitiesPayload(results=_results(input.identifiers, gone, naming))

    @strawberry.mutation(description="Evaluates entities again, whether or not something has changed.")
    async def evaluate(
        self,
        info: Request,
        input: Annotated[EvaluateInput, strawberry.argument(description="Which entities.")],
    ) -> EvaluatePayload | None:
        """Evaluates entities."""
        services, naming = info.context.begin_mutation(), await info.context.naming()
        blueprint = naming.blueprints.key(input.blueprint)
        if await info.context.loaders.blueprint.load(blueprint) is None:
            raise NotFoundError(f"there is no blueprint `{input.blueprint}`")
        if input.identifiers is None:
            begun = await services.evaluations.begin(blueprint, CauseKind.REQUESTED, every=True)
            return EvaluatePayload(results=[], evaluation=Evaluation.of(begun, naming))
        _check_count(input.identifiers)
        names = list(dict.fromkeys(input.identifiers))
        evaluated = await services.entities.evaluate(blueprint, names, naming)
        written = dict(zip(names, evaluated, strict=True))
        results = [EntityWriteResult.of(name, written[name], naming) for name in input.identifiers]
        return EvaluatePayload(results=results, evaluation=None)


def _check_count(items: Sequence[object]) -> None:
    if len(items) > MAX_AT_ONCE:
        raise LimitExceededError(f"{len(items)} entities in one request; send {MAX_AT_ONCE} at most")


def _results(
    names: Sequence[str], written: Sequence[Written[domain.Entity]], naming: Naming
) -> list[EntityWriteResult]:
    return [EntityWriteResult.of(name, one, naming) for name, one in zip(names, written, strict=True)]
