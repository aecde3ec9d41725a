"""The type Scorecard."""

from collections.abc import Iterable
from typing import Any, Self

import strawberry
from strawberry import Info, relay

from levelmark.domain import scorecard as domain
from levelmark.domain.documents import to_document
from levelmark.domain.issue import Issue as DomainIssue
from levelmark.domain.naming import Naming
from levelmark.domain.versioned import Versioned
from levelmark.engine.translating import told_scorecard
from levelmark.graphql.context import Context
from levelmark.graphql.scalars import JSON, DateTime
from levelmark.graphql.types.blueprint import Blueprint
from levelmark.graphql.types.issue import Issue
from levelmark.graphql.types.level import Level
from levelmark.graphql.types.rule import Rule


@strawberry.type(description="A category of checks on the entities of one blueprint.")
class Scorecard(relay.Node):
    """A view of `levelmark.domain.scorecard.Scorecard`."""

    key: relay.NodeID[str]
    target: strawberry.Private[str]
    naming: strawberry.Private[Naming]
    identifier: str = strawberry.field(description="What the scorecard is known by; no other has it.")
    title: str = strawberry.field(description="What people call it.")
    filter: JSON | None = strawberry.field(
        description="Which entities are evaluated, as it was sent; all of the blueprint's where it is null."
    )
    levels: list[Level] = strawberry.field(description="The levels in order; the first is the base level.")
    rules: list[Rule] = strawberry.field(description="The rules, in the order in which they were sent.")
    version: int = strawberry.field(description="Grows with every write of the scorecard or a rule of it.")
    created_at: DateTime = strawberry.field(description="When it was first written.")
    updated_at: DateTime = strawberry.field(description="When it was last written.")

    @strawberry.field(description="The blueprint whose entities are evaluated.")
    async def blueprint(self, info: Info[Context, Any]) -> Blueprint | None:
        """The blueprint, unless it was deleted meanwhile."""
        stored = await info.context.loaders.blueprint.load(self.target)
        return Blueprint.of(stored, self.naming) if stored else None

    @strawberry.field(
        description="What is wrong with the scorecard as things stand: operators that are gone."
    )
    async def issues(self, info: Info[Context, Any]) -> list[Issue]:
        """One issue for each operator that the scorecard uses and no installed plugin provides."""
        definitions = await info.context.loaders.definitions.load(self.target)
        compiled = definitions.compiled_scorecard(self.identifier) if definitions else None
        missing = sorted(compiled.missing_operators) if compiled else []
        return [Issue.of(_gone(name)) for name in missing]

    @classmethod
    def of(cls, stored: Versioned[domain.Scorecard], naming: Naming) -> Self:
        """The view of a scorecard."""
        scorecard, told = stored.value, told_scorecard(stored, naming)
        return cls(
            key=scorecard.identifier,
            target=scorecard.blueprint,
            naming=naming,
            identifier=scorecard.identifier,
            title=scorecard.title,
            filter=JSON(to_document(told.filter)) if told.filter else None,
            levels=[Level.of(level.title, level.color) for level in told.levels],
            rules=[Rule.of(rule, scorecard, naming) for rule in scorecard.rules],
            version=stored.version,
            created_at=DateTime(stored.created_at),
            updated_at=DateTime(stored.updated_at),
        )

    @classmethod
    async def resolve_nodes(  # type: ignore[override]  # Strawberry's own signature allows any awaitable
        cls, *, info: Info[Context, Any], node_ids: Iterable[str], required: bool = False
    ) -> list["Scorecard | None"]:
        """The scorecards of these ids."""
        del required
        found = await info.context.loaders.scorecard.load_many(list(node_ids))
        naming = await info.context.naming()
        return [cls.of(one, naming) if one else None for one in found]


def _gone(operator: str) -> DomainIssue:
    message = f"no installed plugin provides the operator `{operator}`; the last results stand, marked ERROR"
    return DomainIssue.error((), "UNKNOWN_OPERATOR", message)
