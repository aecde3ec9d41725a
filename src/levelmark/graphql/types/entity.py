"""The type Entity."""

import asyncio
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Optional, Self

import strawberry
from strawberry import Info, relay

from levelmark.domain import entity as domain
from levelmark.domain.instant import instant_text, moment
from levelmark.domain.naming import Naming
from levelmark.engine.translating import told_entity
from levelmark.graphql import cursors, traversal
from levelmark.graphql.connections import After, First, connection, page_size
from levelmark.graphql.context import Context
from levelmark.graphql.scalars import JSON, DateTime
from levelmark.graphql.types.blueprint import Blueprint
from levelmark.graphql.types.derived_issue import DerivedIssue
from levelmark.graphql.types.entity_scorecard import EntityScorecard, scorecards_of
from levelmark.graphql.types.score import Score, scores_of

RelationName = Annotated[str, strawberry.argument(description="The relation, by its name in the blueprint.")]


@strawberry.type(description="One thing of a blueprint, with what it scored.")
class Entity(relay.Node):
    """A view of `levelmark.domain.entity.Entity`."""

    key: relay.NodeID[str]
    stored: strawberry.Private[domain.Entity]
    naming: strawberry.Private[Naming]
    at: strawberry.Private[datetime | None]
    identifier: str = strawberry.field(description="What the entity is known by within its blueprint.")
    title: str | None = strawberry.field(description="What people call it.")
    icon: str | None = strawberry.field(description="The name of an icon to show.")
    team: JSON | None = strawberry.field(description="The team as it was sent: a name, or a list of names.")
    teams: list[str] = strawberry.field(description="The team or teams, always as a list.")
    properties: JSON = strawberry.field(description="The properties' values, exactly as they were sent.")
    relations: JSON = strawberry.field(
        description="What it points at: identifiers or lists of them, by relation."
    )
    derived: JSON = strawberry.field(
        description="The values of its mirror, calculation and aggregation properties, those that have data."
    )
    derived_issues: list[DerivedIssue] = strawberry.field(
        description="Why derived properties have no data, as far as it is more than a lack of data elsewhere."
    )
    version: int = strawberry.field(description="Grows with every write of the entity or its scores.")
    created_at: DateTime = strawberry.field(description="When it was first written.")
    updated_at: DateTime = strawberry.field(description="When it was last written.")
    created_by: str | None = strawberry.field(description="Who wrote it first, where that is known.")
    updated_by: str | None = strawberry.field(description="Who wrote it last, where that is known.")

    @strawberry.field(description="The blueprint that it is of.")
    async def blueprint(self, info: Info[Context, Any]) -> Blueprint | None:
        """The blueprint, unless it was deleted meanwhile."""
        stored = await info.context.loaders.blueprint.load(self.stored.blueprint)
        return Blueprint.of(stored, self.naming) if stored else None

    @strawberry.field(description="What it scored, in every scorecard that applies to it.")
    async def scores(self, info: Info[Context, Any]) -> list[Score]:
        """The scores, in the order of the scorecards' identifiers."""
        return await scores_of(self.stored, self.naming, info, self.at)

    @strawberry.field(
        description="Every scorecard of its blueprint with what it scored, if it applies to it."
    )
    async def scorecards(self, info: Info[Context, Any]) -> list[EntityScorecard]:
        """The scorecards, in the order of their identifiers."""
        return await scorecards_of(self.stored, self.naming, info, self.at)

    @strawberry.field(description="What it scored in one scorecard; null where that does not apply to it.")
    async def score(
        self,
        info: Info[Context, Any],
        scorecard: Annotated[str, strawberry.argument(description="The scorecard's identifier.")],
    ) -> Score | None:
        """The score in that scorecard."""
        stored = self.stored.score(scorecard)
        if stored is None:
            return None
        (owner,) = await info.context.loaders.scorecards([scorecard], self.at)
        return Score.of(self.stored, stored, owner, self.naming, self.at) if owner else None

    @strawberry.field(
        description="The entities that it points at with a relation, in its order; those that exist."
    )
    async def related(
        self, info: Info[Context, Any], relation: RelationName, first: First = 50, after: After = None
    ) -> Optional[relay.Connection["Entity"]]:  # noqa: UP045 - a name in quotes takes no `|`
        """A page of its targets."""
        size = page_size(first)
        found = await traversal.along(self.stored, relation, after, size, info.context, self.at)
        return _page(found, size, after, self)

    @strawberry.field(
        description="The identifiers that it points at with a relation and that no entity has, in its order."
    )
    async def dangling_targets(self, info: Info[Context, Any], relation: RelationName) -> list[str] | None:
        """Its targets that do not exist."""
        return await traversal.missing(self.stored, relation, info.context, self.at)

    @strawberry.field(description="The entities of a blueprint that point at it, by their identifiers.")
    async def related_by(
        self,
        info: Info[Context, Any],
        blueprint: Annotated[str, strawberry.argument(description="The blueprint of those that point.")],
        relation: Annotated[
            str | None,
            strawberry.argument(
                description="The relation of that blueprint; any that leads here where it is null."
            ),
        ] = None,
        first: First = 50,
        after: After = None,
    ) -> Optional[relay.Connection["Entity"]]:  # noqa: UP045 - a name in quotes takes no `|`
        """A page of those that point at it."""
        size = page_size(first)
        found = await traversal.against(self.stored, blueprint, relation, after, size, info.context, self.at)
        return _page(found, size, after, self)

    @classmethod
    def of(cls, entity: domain.Entity, naming: Naming, at: datetime | None = None) -> Self:
        """The view of an entity; with an instant, one of the past."""
        told = told_entity(entity, naming)
        team = entity.sent_team
        return cls(
            key=cursors.encode(entity.blueprint, entity.identifier, *([instant_text(at)] if at else [])),
            stored=entity,
            naming=naming,
            at=at,
            identifier=entity.identifier,
            title=entity.title,
            icon=entity.icon,
            team=None if team is None else JSON(team),
            teams=list(entity.teams),
            properties=JSON(told.properties),
            derived=JSON(told.derived),
            derived_issues=[
                DerivedIssue(property=name, reason=reason) for name, reason in told.reasons.items()
            ],
            relations=JSON(told.relations),
            version=entity.version,
            created_at=DateTime(entity.created_at or ""),
            updated_at=DateTime(entity.updated_at or ""),
            created_by=entity.created_by,
            updated_by=entity.updated_by,
        )

    @classmethod
    async def resolve_nodes(  # type: ignore[override]  # Strawberry's own signature allows any awaitable
        cls, *, info: Info[Context, Any], node_ids: Iterable[str], required: bool = False
    ) -> list["Entity | None"]:
        """The entities of these ids."""
        del required
        loaders, naming = info.context.loaders, await info.context.naming()
        asked = [_asked(node_id) for node_id in node_ids]
        found = await asyncio.gather(*(loaders.entities([key], at) for key, at in asked))
        return [
            cls.of(one, naming, at) if one else None for (one,), (_, at) in zip(found, asked, strict=True)
        ]


def _asked(node_id: str) -> tuple[tuple[str, str], datetime | None]:
    if present := cursors.decode(node_id, 2):
        return (present[0], present[1]), None
    blueprint, identifier, at = cursors.decode(node_id, 3) or ("", "", "")  # no name is empty
    return (blueprint, identifier), moment(at)


def _page(found: traversal.Reached, size: int, after: str | None, asked: Entity) -> relay.Connection[Entity]:
    views = [Entity.of(one, asked.naming, asked.at) for one in found.entities]
    return connection(views, size, after, lambda one: found.cursors[one.identifier], more=found.more)
