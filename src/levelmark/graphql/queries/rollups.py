"""Queries of rule results counted by groups."""

from typing import Annotated

import strawberry

from levelmark.graphql.connections import After, First, page_size
from levelmark.graphql.inputs.entity import EntityFilterInput
from levelmark.graphql.inputs.rollups import RollupDimensionInput, RollupOrderInput
from levelmark.graphql.queries.request import AsOf, Request
from levelmark.graphql.rolling import asked, rollup_of
from levelmark.graphql.types.rollup import RollupConnection


@strawberry.type
class RollupQueries:
    """What can be read of rule results counted by groups."""

    @strawberry.field(
        description="Rule results counted by what they and their entities have in common: by team and tier, "
        "by rule … Groups without results are not there."
    )
    async def rollup(
        self,
        info: Request,
        by: Annotated[
            list[RollupDimensionInput],
            strawberry.argument(
                description="What is told apart, at once: 5 dimensions at most, none for the whole."
            ),
        ],
        blueprints: Annotated[
            list[str] | None,
            strawberry.argument(description="Only entities of these blueprints; of all where it is null."),
        ] = None,
        scorecards: Annotated[
            list[str] | None,
            strawberry.argument(description="Only results in these scorecards; in all where it is null."),
        ] = None,
        rules: Annotated[
            list[str] | None,
            strawberry.argument(
                description="Only results of the rules of these identifiers; of all where it is null."
            ),
        ] = None,
        filter: Annotated[
            EntityFilterInput | None,
            strawberry.argument(description="Which entities count; all where it is null."),
        ] = None,
        order_by: Annotated[
            RollupOrderInput | None,
            strawberry.argument(description="In which order the groups come; by keys where it is null."),
        ] = None,
        as_of: AsOf = None,
        first: First = 50,
        after: After = None,
    ) -> RollupConnection | None:
        """A page of groups."""
        naming, clock = await info.context.naming(), info.context.services.clock
        question = rollup_of(by, naming, clock, blueprints, scorecards, rules, filter, as_of)
        page = asked(question, by, order_by, after, page_size(first))
        rows = await info.context.services.rollups.rows(question, page.ranking, naming)
        return RollupConnection.of(rows, page, after, naming)
