"""The inputs of rollups: what rule results are counted by, and in which order the groups come."""

import strawberry

from levelmark.graphql.types.enums import OrderDirection, RollupDimension, TallyFigure


@strawberry.input(
    description="What rule results are counted by: exactly one of `dimension`, `property` and `relation`."
)
class RollupDimensionInput:
    """One dimension."""

    dimension: RollupDimension | None = strawberry.field(
        default=None, description="What every result has: a rule, a scorecard, a level, a team …"
    )
    property: str | None = strawberry.field(
        default=None,
        description="A property of the entities, own, derived or like `$createdBy`; of a list, each member "
        "counts. Null is the value of entities without one, and of those whose blueprint lacks the property.",
    )
    relation: str | None = strawberry.field(
        default=None, description="A relation of the entities: each identifier that it points at."
    )


@strawberry.input(description="In which order groups of rule results come; ties go by their keys.")
class RollupOrderInput:
    """A figure and a direction."""

    figure: TallyFigure | None = strawberry.field(
        default=None,
        description="The figure; the keys alone where it is null. Groups without a percentage stand last "
        "either way.",
    )
    direction: OrderDirection = strawberry.field(
        default=OrderDirection.ASC, description="Which way the order runs."
    )
