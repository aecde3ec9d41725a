"""The query of tables."""

from typing import Annotated, Final

import strawberry

from levelmark.graphql.arguments import past, query_of, selection_of
from levelmark.graphql.connections import After, page_size
from levelmark.graphql.inputs.entity import EntityFilterInput
from levelmark.graphql.inputs.table import TableGroupInput, TableGroupOrderInput, TableRowOrderInput
from levelmark.graphql.queries.request import AsOf, OfBlueprint, Request
from levelmark.graphql.tabling import group_of, group_order_of, lists_of, row_order_of
from levelmark.graphql.types.enums import OrderDirection
from levelmark.graphql.types.table import Table, TableView
from levelmark.services.tables import TableAsk

_MOST_GROUPS: Final = 100
_MOST_ROWS: Final = 50


@strawberry.type
class TableQueries:
    """Entities against levels and rule results."""

    @strawberry.field(
        description="The entities of a blueprint in groups, against the levels and rule results of "
        "scorecards: a summary of all, of each group, and its first rows."
    )
    async def table(
        self,
        info: Request,
        blueprint: OfBlueprint,
        scorecards: Annotated[
            list[str] | None,
            strawberry.argument(
                description="The scorecards to show, in this order; all of the blueprint where it is null."
            ),
        ] = None,
        group_by: Annotated[
            TableGroupInput | None,
            strawberry.argument(description="What is grouped by; all are one group where it is null."),
        ] = None,
        filter: Annotated[
            EntityFilterInput | None,
            strawberry.argument(description="Which entities are shown; all where it is null."),
        ] = None,
        group_order: Annotated[
            TableGroupOrderInput | None,
            strawberry.argument(description="In which order the groups come; by key where it is null."),
        ] = None,
        row_order: Annotated[
            TableRowOrderInput | None,
            strawberry.argument(description="In which order rows come; by identifier where it is null."),
        ] = None,
        as_of: AsOf = None,
        first: Annotated[
            int, strawberry.argument(description="How many groups: 50 unless told, 100 at most.")
        ] = 50,
        after: After = None,
        rows: Annotated[
            int,
            strawberry.argument(
                description="How many rows of each group: 10 unless told, 50 at most, of one group 500."
            ),
        ] = 10,
        rows_after: Annotated[
            str | None,
            strawberry.argument(
                description="Only the group of this row, and of it the rows behind: the `endCursor` of rows."
            ),
        ] = None,
    ) -> Table | None:
        """A table."""
        naming, at = await info.context.naming(), past(as_of, info.context.services.clock)
        selection = selection_of(blueprint, filter, naming, at)
        lists = lists_of(selection.blueprint, group_by, group_order, row_order)
        group, only = group_of(group_by, selection.blueprint, naming), lists.row_after(rows_after)
        ask = TableAsk(
            selection,
            query_of(filter),
            None if scorecards is None else tuple(scorecards),
            group,
            group_order_of(group_order, naming),
            row_order_of(row_order, selection.blueprint, naming),
            row_order is not None and row_order.direction is OrderDirection.DESC,
            min(page_size(first), _MOST_GROUPS),
            lists.group_after(after),
            page_size(rows) if only or group is None else min(page_size(rows), _MOST_ROWS),
            only,
        )
        found = await info.context.services.tables.table(ask, naming)
        return TableView(found, lists, group, naming, at).table(after, rows_after)
