"""Queries of background evaluations, and how many there were."""

import strawberry
from strawberry import relay

from levelmark.graphql import cursors
from levelmark.graphql.connections import After, First, connection, page_size
from levelmark.graphql.queries.request import Identifier, OnlyOfBlueprint, Request
from levelmark.graphql.types.evaluation import Evaluation
from levelmark.graphql.types.evaluation_count import EvaluationCount


@strawberry.type
class EvaluationQueries:
    """What can be read of background evaluations, and how many there were."""

    @strawberry.field(description="One background evaluation; null where there is none of that identifier.")
    async def evaluation(self, info: Request, identifier: Identifier) -> Evaluation | None:
        """One evaluation."""
        found = await info.context.services.storage.evaluations.get(identifier)
        return Evaluation.of(found, await info.context.naming()) if found else None

    @strawberry.field(description="The background evaluations, newest first.")
    async def evaluations(
        self, info: Request, blueprint: OnlyOfBlueprint = None, first: First = 50, after: After = None
    ) -> relay.Connection[Evaluation] | None:
        """A page of evaluations."""
        size = page_size(first)
        behind = cursors.behind(after, "evaluations", 1)
        evaluations = info.context.services.storage.evaluations
        naming = await info.context.naming()
        key = None if blueprint is None else naming.blueprints.key(blueprint)
        found = await evaluations.page(key, behind[0] if behind else None, size + 1)
        views = [Evaluation.of(one, naming) for one in found]
        return connection(views, size, after, lambda one: cursors.place("evaluations", one.identifier))

    @strawberry.field(
        description="How many entities were evaluated and why, by blueprint and cause; a second behind."
    )
    async def evaluation_counts(
        self, info: Request, blueprint: OnlyOfBlueprint = None
    ) -> list[EvaluationCount]:
        """All counts."""
        naming = await info.context.naming()
        key = None if blueprint is None else naming.blueprints.key(blueprint)
        found = await info.context.services.storage.counts.all(key)
        return [EvaluationCount.of(one, naming) for one in found]
