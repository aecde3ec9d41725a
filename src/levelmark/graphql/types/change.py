"""The types LevelChange and RuleResultChange: entries of the log."""

from collections.abc import Iterable
from typing import Any, Self

import strawberry
from strawberry import Info, relay

from levelmark.domain import change as domain
from levelmark.domain.naming import Naming
from levelmark.graphql import cursors
from levelmark.graphql.context import Context
from levelmark.graphql.scalars import DateTime
from levelmark.graphql.types.entity import Entity
from levelmark.graphql.types.enums import CauseKind, Result
from levelmark.graphql.types.scorecard import Scorecard


@strawberry.type(description="Why a change happened.")
class Cause:
    """A view of `levelmark.domain.change.Cause`."""

    kind: CauseKind = strawberry.field(description="What set it off.")
    evaluation: str | None = strawberry.field(
        description="The identifier of the background evaluation that found it, if one did."
    )

    @classmethod
    def of(cls, cause: domain.Cause) -> Self:
        """The view of a cause."""
        return cls(kind=CauseKind[cause.kind.name], evaluation=cause.evaluation)


@strawberry.interface(description="One step in the story of an entity, as the log keeps it.")
class Change(relay.Node):
    """What both kinds of change have in common."""

    key: relay.NodeID[str]
    stored: strawberry.Private[domain.Change]
    naming: strawberry.Private[Naming]
    cursor: str = strawberry.field(
        description="The change's place in the log; a subscription resumes behind it with `after`."
    )
    blueprint_identifier: str = strawberry.field(description="The blueprint of the entity.")
    entity_identifier: str = strawberry.field(description="The entity, as it was called then.")
    teams: list[str] = strawberry.field(description="The entity's teams, as they were then.")
    scorecard_identifier: str = strawberry.field(description="The scorecard.")
    cause: Cause = strawberry.field(description="Why it happened.")
    at: DateTime = strawberry.field(description="When it happened.")

    @strawberry.field(description="The entity as it is now; null where it was deleted.")
    async def entity(self, info: Info[Context, Any]) -> Entity | None:
        """The entity."""
        key = (self.stored.blueprint, self.stored.entity)
        found = await info.context.loaders.entity.load(key)
        return Entity.of(found, self.naming) if found else None

    @strawberry.field(description="The scorecard as it is now; null where it was deleted.")
    async def scorecard(self, info: Info[Context, Any]) -> Scorecard | None:
        """The scorecard."""
        found = await info.context.loaders.scorecard.load(self.stored.scorecard)
        return Scorecard.of(found, self.naming) if found else None

    @classmethod
    def common(cls, change: domain.Change, naming: Naming) -> dict[str, Any]:
        """The fields that both kinds of change have."""
        return {
            "key": str(change.number),
            "stored": change,
            "naming": naming,
            "cursor": str(change.number),
            "blueprint_identifier": naming.blueprints.name(change.blueprint),
            "entity_identifier": change.entity,
            "teams": list(change.teams),
            "scorecard_identifier": change.scorecard,
            "cause": Cause.of(change.cause),
            "at": DateTime(change.at),
        }

    @classmethod
    async def resolve_nodes(  # type: ignore[override]  # Strawberry's own signature allows any awaitable
        cls, *, info: Info[Context, Any], node_ids: Iterable[str], required: bool = False
    ) -> list["Change | None"]:
        """The changes of these places in the log."""
        del required
        numbers = [cursors.log_number(node_id) for node_id in node_ids]
        found = await info.context.services.storage.log.get([one for one in numbers if one is not None])
        naming = await info.context.naming()
        return [cls.if_kind(found[one], naming) if one in found else None for one in numbers]

    @classmethod
    def if_kind(cls, change: domain.Change, naming: Naming) -> "Change | None":
        """The view of a change, if it is of this kind."""
        raise NotImplementedError


@strawberry.type(description="One entity's move from a level to another in one scorecard.")
class LevelChange(Change):
    """A view of a change of kind LEVEL."""

    from_level: str | None = strawberry.field(
        description="The level it left; null where the scorecard did not apply to it before."
    )
    to_level: str | None = strawberry.field(
        description="The level it reached; null where the scorecard applies to it no more."
    )

    @classmethod
    def of(cls, change: domain.Change, naming: Naming) -> Self:
        """The view of a change."""
        names = naming.levels_of(change.scorecard)
        return cls(
            from_level=None if change.before is None else names.name(change.before),
            to_level=None if change.after is None else names.name(change.after),
            **cls.common(change, naming),
        )

    @classmethod
    def if_kind(cls, change: domain.Change, naming: Naming) -> Self | None:
        """The view of a change, if it is of this kind."""
        return cls.of(change, naming) if change.kind is domain.ChangeKind.LEVEL else None


@strawberry.type(description="A new result of one rule on one entity.")
class RuleResultChange(Change):
    """A view of a change of kind RULE_RESULT."""

    rule_identifier: str = strawberry.field(description="The rule.")
    from_result: Result | None = strawberry.field(description="The result before; null where there was none.")
    to_result: Result | None = strawberry.field(description="The result since; null where there is none.")
    reason: str | None = strawberry.field(
        description="Why the rule did not pass, where it is more than a value that differs."
    )

    @classmethod
    def of(cls, change: domain.Change, naming: Naming) -> Self:
        """The view of a change."""
        return cls(
            rule_identifier=naming.rules_of(change.scorecard).name(change.rule or ""),
            from_result=Result[change.before] if change.before else None,
            to_result=Result[change.after] if change.after else None,
            reason=change.reason,
            **cls.common(change, naming),
        )

    @classmethod
    def if_kind(cls, change: domain.Change, naming: Naming) -> Self | None:
        """The view of a change, if it is of this kind."""
        return cls.of(change, naming) if change.kind is domain.ChangeKind.RULE_RESULT else None
