"""Queries of the log of changes."""

from typing import Annotated

import strawberry
from strawberry import relay

from levelmark.domain import change
from levelmark.graphql import cursors
from levelmark.graphql.arguments import (
    changes_of,
)
from levelmark.graphql.connections import After, First, connection, page_size
from levelmark.graphql.inputs.filters import ChangeFilterInput
from levelmark.graphql.queries.request import Request
from levelmark.graphql.types.change import LevelChange, RuleResultChange
from levelmark.storage.log import Changes


@strawberry.type
class HistoryQueries:
    """What can be read of the log of changes."""

    @strawberry.field(description="The history of levels, newest first.")
    async def level_changes(
        self,
        info: Request,
        filter: Annotated[
            ChangeFilterInput | None, strawberry.argument(description="Which of them; all where it is null.")
        ] = None,
        first: First = 50,
        after: After = None,
    ) -> relay.Connection[LevelChange] | None:
        """A page of level changes."""
        size = page_size(first)
        naming = await info.context.naming()
        found = await _history(info, changes_of(change.ChangeKind.LEVEL, filter, naming), after, size + 1)
        return connection([LevelChange.of(one, naming) for one in found], size, after, lambda one: one.cursor)

    @strawberry.field(description="The history of rule results, newest first.")
    async def rule_result_changes(
        self,
        info: Request,
        filter: Annotated[
            ChangeFilterInput | None, strawberry.argument(description="Which of them; all where it is null.")
        ] = None,
        first: First = 50,
        after: After = None,
    ) -> relay.Connection[RuleResultChange] | None:
        """A page of changes of rule results."""
        size = page_size(first)
        naming = await info.context.naming()
        changes = changes_of(change.ChangeKind.RULE_RESULT, filter, naming)
        found = await _history(info, changes, after, size + 1)
        return connection(
            [RuleResultChange.of(one, naming) for one in found], size, after, lambda one: one.cursor
        )


async def _history(info: Request, changes: Changes, after: str | None, limit: int) -> list[change.Change]:
    before = cursors.number(after) if after is not None else None
    return await info.context.services.storage.log.page(changes, before, limit)
