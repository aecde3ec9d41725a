"""The type Evaluation."""

from collections.abc import Iterable
from typing import Any, Self

import strawberry
from strawberry import Info, relay

from levelmark.domain import evaluation as domain
from levelmark.domain.naming import Naming
from levelmark.graphql.context import Context
from levelmark.graphql.scalars import DateTime
from levelmark.graphql.types.change import Cause
from levelmark.graphql.types.enums import EvaluationState


@strawberry.type(description="A background evaluation: entities of a blueprint looked at again, in chunks.")
class Evaluation(relay.Node):
    """A view of `levelmark.domain.evaluation.Evaluation`."""

    key: relay.NodeID[str]
    identifier: str = strawberry.field(description="What the evaluation is known by.")
    blueprint_identifier: str = strawberry.field(description="The blueprint whose entities are evaluated.")
    cause: Cause = strawberry.field(description="Why it was begun.")
    state: EvaluationState = strawberry.field(description="How far it is.")
    total: int = strawberry.field(description="How many entities the blueprint had when it began.")
    evaluated: int = strawberry.field(description="How many entities were out of date and evaluated so far.")
    changed: int = strawberry.field(description="How many of these have other scores now.")
    created_at: DateTime = strawberry.field(description="When it was begun.")
    finished_at: DateTime | None = strawberry.field(description="When it ended.")
    error: str | None = strawberry.field(description="Why it failed, if it did.")

    @classmethod
    def of(cls, evaluation: domain.Evaluation, naming: Naming) -> Self:
        """The view of an evaluation."""
        return cls(
            key=evaluation.id,
            identifier=evaluation.id,
            blueprint_identifier=naming.blueprints.name(evaluation.blueprint),
            cause=Cause.of(evaluation.cause),
            state=EvaluationState[evaluation.state.name],
            total=evaluation.total,
            evaluated=evaluation.evaluated,
            changed=evaluation.changed,
            created_at=DateTime(evaluation.created_at),
            finished_at=DateTime(evaluation.finished_at) if evaluation.finished_at else None,
            error=evaluation.error,
        )

    @classmethod
    async def resolve_nodes(  # type: ignore[override]  # Strawberry's own signature allows any awaitable
        cls, *, info: Info[Context, Any], node_ids: Iterable[str], required: bool = False
    ) -> list["Evaluation | None"]:
        """The evaluations of these ids."""
        del required
        store = info.context.services.storage.evaluations
        found = [await store.get(node_id) for node_id in node_ids]
        naming = await info.context.naming()
        return [cls.of(one, naming) if one else None for one in found]
