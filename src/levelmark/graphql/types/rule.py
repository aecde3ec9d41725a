"""The type Rule."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any, Self

import strawberry
from strawberry import Info, relay

from levelmark.domain import scorecard as domain
from levelmark.domain.documents import to_document
from levelmark.domain.naming import Naming
from levelmark.engine.translating import told_rule
from levelmark.graphql import cursors
from levelmark.graphql.context import Context
from levelmark.graphql.scalars import JSON
from levelmark.graphql.types.level import Level

if TYPE_CHECKING:
    from levelmark.graphql.types.scorecard import Scorecard


@strawberry.type(description="A check that an entity must pass to reach the rule's level.")
class Rule(relay.Node):
    """A view of `levelmark.domain.scorecard.Rule`."""

    key: relay.NodeID[str]
    stored: strawberry.Private[domain.Rule]
    owner: strawberry.Private[str]
    naming: strawberry.Private[Naming]
    identifier: str = strawberry.field(description="What the rule is known by within its scorecard.")
    title: str = strawberry.field(description="What people call it.")
    description: str | None = strawberry.field(description="What it asks for and why, in Markdown.")
    level: Level = strawberry.field(description="The level that the rule stands on.")
    query: JSON = strawberry.field(description="What must be true of an entity, as it was sent.")

    @strawberry.field(description="The scorecard that the rule belongs to.")
    async def scorecard(
        self, info: Info[Context, Any]
    ) -> Annotated["Scorecard", strawberry.lazy("levelmark.graphql.types.scorecard")] | None:
        """The scorecard, unless it was deleted meanwhile."""
        from levelmark.graphql.types.scorecard import Scorecard

        stored = await info.context.loaders.scorecard.load(self.owner)
        return Scorecard.of(stored, self.naming) if stored else None

    @classmethod
    def of(cls, rule: domain.Rule, scorecard: domain.Scorecard, naming: Naming) -> Self:
        """The view of a rule of a scorecard."""
        level = scorecard.level(rule.level) or domain.Level(rule.level, "lightGray")
        told = told_rule(rule, scorecard, naming)
        return cls(
            key=cursors.encode(scorecard.identifier, rule.identifier),
            stored=rule,
            owner=scorecard.identifier,
            naming=naming,
            identifier=told.identifier,
            title=rule.title,
            description=rule.description,
            level=Level.of(told.level, level.color),
            query=JSON(to_document(told.query)),
        )

    @classmethod
    async def resolve_nodes(  # type: ignore[override]  # Strawberry's own signature allows any awaitable
        cls, *, info: Info[Context, Any], node_ids: Iterable[str], required: bool = False
    ) -> list["Rule | None"]:
        """The rules of these ids."""
        del required
        names = [cursors.decode(node_id, 2) or ("", "") for node_id in node_ids]  # no name is empty
        stored = await info.context.loaders.scorecard.load_many([name[0] for name in names])
        naming = await info.context.naming()
        pairs = zip(stored, names, strict=True)
        return [_rule(one.value, name[1], naming) if one else None for one, name in pairs]


def _rule(scorecard: domain.Scorecard, key: str, naming: Naming) -> Rule | None:
    rule = scorecard.rule(key)
    return Rule.of(rule, scorecard, naming) if rule else None
