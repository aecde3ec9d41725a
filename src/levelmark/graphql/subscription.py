"""The root type Subscription: what happens, the moment it happens."""

from collections.abc import AsyncGenerator
from typing import Annotated

import strawberry

from levelmark.domain.change import Change, ChangeKind
from levelmark.domain.naming import Naming
from levelmark.graphql import cursors
from levelmark.graphql.arguments import changes_of
from levelmark.graphql.inputs.filters import ChangeFilterInput
from levelmark.graphql.queries.request import Request
from levelmark.graphql.types.change import LevelChange, RuleResultChange

Filter = Annotated[
    ChangeFilterInput | None, strawberry.argument(description="Which of them; all where it is null.")
]
Resume = Annotated[
    str | None,
    strawberry.argument(
        description="Begin behind this change, the `cursor` of the last one received: nothing is lost. "
        "From now on where it is null."
    ),
]


@strawberry.type(description="What happens, the moment it happens.")
class Subscription:
    """The root of all subscriptions."""

    @strawberry.subscription(description="Every move of an entity from a level to another.")
    async def level_changes(
        self, info: Request, filter: Filter = None, after: Resume = None
    ) -> AsyncGenerator[LevelChange, None]:
        """Level changes, in the order of the log."""
        async for change, naming in _follow(info, ChangeKind.LEVEL, filter, after):
            yield LevelChange.of(change, naming)

    @strawberry.subscription(description="Every new result of a rule on an entity.")
    async def rule_result_changes(
        self, info: Request, filter: Filter = None, after: Resume = None
    ) -> AsyncGenerator[RuleResultChange, None]:
        """Changes of rule results, in the order of the log."""
        async for change, naming in _follow(info, ChangeKind.RULE_RESULT, filter, after):
            yield RuleResultChange.of(change, naming)


async def _follow(
    info: Request,
    kind: ChangeKind,
    filter: ChangeFilterInput | None,
    after: str | None,
) -> AsyncGenerator[tuple[Change, Naming], None]:
    resume = after if after is not None else info.context.last_event_id
    start = cursors.number(resume) if resume is not None else None
    services = info.context.services
    changes = changes_of(kind, filter, await info.context.naming())
    async for batch in services.feed.follow(start):
        for change in batch:
            if changes.wants(change):
                yield change, await services.naming.current()
