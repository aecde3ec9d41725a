"""The inputs of tables: by what entities are grouped, and the orders of groups and of rows."""

import strawberry

from levelmark.graphql.types.enums import EntityOrderField, OrderDirection, TableFigure


@strawberry.input(
    description="What the entities of a group have in common: exactly one of `property`, `relation` and "
    "`scorecard`. An entity with several values is in several groups."
)
class TableGroupInput:
    """What entities are grouped by."""

    property: str | None = strawberry.field(
        default=None, description="A property, own, derived or like `$team`; of a list, each member."
    )
    relation: str | None = strawberry.field(
        default=None, description="A relation: each identifier that it points at."
    )
    scorecard: str | None = strawberry.field(
        default=None, description="A scorecard: the level that the entity has reached."
    )


@strawberry.input(
    description="In which order the groups of a table come; ties go by their keys, and so do all of them "
    "where there is no figure. A group without a key stands last then."
)
class TableGroupOrderInput:
    """A figure of a column, and a direction."""

    figure: TableFigure | None = strawberry.field(default=None, description="The figure.")
    scorecard: str | None = strawberry.field(
        default=None, description="The scorecard of the column, for any figure but `ENTITIES`."
    )
    rule: str | None = strawberry.field(
        default=None, description="The rule of the column, for figures of its results."
    )
    level: str | None = strawberry.field(default=None, description="The level, for the figure `LEVEL`.")
    direction: OrderDirection = strawberry.field(
        default=OrderDirection.ASC, description="Which way the order runs."
    )


@strawberry.input(
    description="In which order the rows of a group come: by `field`, by `property`, by the level in a "
    "`scorecard`, or by the result of a `rule` of a `scorecard`."
)
class TableRowOrderInput:
    """What rows are ordered by, and a direction."""

    field: EntityOrderField | None = strawberry.field(default=None, description="A field of every entity.")
    property: str | None = strawberry.field(
        default=None, description="A property. Those without a value stand last both ways."
    )
    scorecard: str | None = strawberry.field(
        default=None, description="A scorecard. Those without a score stand last both ways."
    )
    rule: str | None = strawberry.field(
        default=None, description="A rule of the scorecard: errors, no data, not passed, passed."
    )
    direction: OrderDirection = strawberry.field(
        default=OrderDirection.ASC, description="Which way the order runs."
    )
