"""The types of a rollup: rule results counted by groups."""

from collections.abc import Iterator, Sequence
from typing import Any, Self

import strawberry
from strawberry import Info, relay

from levelmark.domain.json import Json
from levelmark.domain.naming import Naming
from levelmark.graphql.context import Context
from levelmark.graphql.rolling import Asked
from levelmark.graphql.scalars import JSON
from levelmark.graphql.types.enums import RollupDimension
from levelmark.graphql.types.level_count import LevelCount
from levelmark.graphql.types.tally import Tally
from levelmark.services.rollups import Dimension, Kind, Row

_NAMED = frozenset({Kind.PROPERTY, Kind.RELATION})


@strawberry.type(description="What the results of a group have in common, in one dimension.")
class RollupKey:
    """A value of one of the dimensions that were asked for."""

    dimension: RollupDimension | None = strawberry.field(description="The dimension, if it was asked by.")
    property: str | None = strawberry.field(description="The property, if it was asked by.")
    relation: str | None = strawberry.field(description="The relation, if it was asked by.")
    scorecard: str | None = strawberry.field(description="The scorecard of a rule or a level.")
    blueprint: str | None = strawberry.field(description="The blueprint of an entity.")
    value: JSON | None = strawberry.field(
        description="The value, such as an identifier or the title of a level; null where there is none."
    )


@strawberry.type(description="The rule results of one group.")
class RollupRow:
    """A view of `levelmark.services.rollups.Row`."""

    keys: list[RollupKey] = strawberry.field(description="One key for each dimension, in their order.")
    tally: Tally = strawberry.field(description="The results.")
    entities: int = strawberry.field(description="How many entities they are of.")
    levels: list[LevelCount] | None = strawberry.field(
        description="How many of these entities stand on which level, all levels in their order; null where "
        "the group is of several scorecards, or of one level."
    )

    @classmethod
    def of(cls, row: Row, by: Sequence[Dimension], names: Sequence[str | None], naming: Naming) -> Self:
        """The view of a group, counted by dimensions whose properties and relations have these names."""
        levels = naming.levels_of(row.scorecard or "")
        return cls(
            keys=list(_keys(row, by, names, naming)),
            tally=Tally.of(row.tally),
            entities=row.entities,
            levels=None if row.levels is None else [
                LevelCount(level=levels.name(level), entities=count) for level, count in row.levels
            ],
        )  # fmt: skip


def _keys(
    row: Row, by: Sequence[Dimension], names: Sequence[str | None], naming: Naming
) -> Iterator[RollupKey]:
    at = 0
    for one, name in zip(by, names, strict=True):
        *owner, value = row.key[at : at + one.width]
        of = str(owner[0]) if owner else None
        yield RollupKey(
            dimension=None if one.kind in _NAMED else RollupDimension[one.kind.name],
            property=name if one.kind is Kind.PROPERTY else None,
            relation=name if one.kind is Kind.RELATION else None,
            scorecard=of if one.kind is not Kind.ENTITY else None,
            blueprint=naming.blueprints.name(of) if of is not None and one.kind is Kind.ENTITY else None,
            value=JSON(_told(one.kind, name, of, value, naming)),
        )
        at += one.width


def _told(kind: Kind, name: str | None, owner: str | None, value: Json, naming: Naming) -> Json:
    """A value as people read it: blueprints, rules and levels have names."""
    if not isinstance(value, str):
        return value
    if kind is Kind.BLUEPRINT or (kind is Kind.PROPERTY and name == "$blueprint"):
        return naming.blueprints.name(value)
    if kind is Kind.RULE:
        return naming.rules_of(owner or "").name(value)
    if kind in {Kind.LEVEL, Kind.RULE_LEVEL}:
        return naming.levels_of(owner or "").name(value)
    return value


@strawberry.type(description="A group, and where it stands.")
class RollupEdge:
    """A group in its place."""

    cursor: str = strawberry.field(description="A cursor for use in pagination.")
    node: RollupRow = strawberry.field(description="The group.")


@strawberry.type(description="Rule results counted by groups: a page of these, and what they are parts of.")
class RollupConnection:
    """A page of groups."""

    asked: strawberry.Private[Asked]
    naming: strawberry.Private[Naming]
    page_info: relay.PageInfo = strawberry.field(description="Where the page stands among all.")
    edges: list[RollupEdge] = strawberry.field(description="The groups.")

    @strawberry.field(
        description="All results together, each counted once, though its entity may be in several groups."
    )
    async def whole(self, info: Info[Context, Any]) -> RollupRow:
        """The group of everything."""
        row = await info.context.services.rollups.whole(self.asked.rollup, self.naming)
        return RollupRow.of(row, (), (), self.naming)

    @classmethod
    def of(cls, rows: Sequence[Row], asked: Asked, after: str | None, naming: Naming) -> Self:
        """The page of the rows, one more than it shows where there are more."""
        by, names = asked.rollup.by, asked.names
        edges = [
            RollupEdge(cursor=asked.cursor(row), node=RollupRow.of(row, by, names, naming))
            for row in rows[: asked.size]
        ]
        info = relay.PageInfo(
            has_next_page=len(rows) > asked.size,
            has_previous_page=after is not None,
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=edges[-1].cursor if edges else after,
        )
        return cls(asked=asked, naming=naming, page_info=info, edges=edges)
