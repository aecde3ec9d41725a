"""The inputs of trends: tags that entities are put together by, and values of tags that they must have."""

import strawberry

from levelmark.graphql.scalars import JSON

_PROPERTY = "A property, own or derived, or `$team` or `$identifier`; of a list, every member counts."
_RELATION = "A relation: the identifiers that it points at."
_SCORECARD = "A scorecard: the level that the entity has in it."


@strawberry.input(
    description="What entities are told apart by: exactly one of `property`, `relation` and `scorecard`."
)
class TagInput:
    """One tag."""

    property: str | None = strawberry.field(default=None, description=_PROPERTY)
    relation: str | None = strawberry.field(default=None, description=_RELATION)
    scorecard: str | None = strawberry.field(default=None, description=_SCORECARD)


@strawberry.input(
    description="Values of which an entity must have one, of exactly one of `property`, `relation` and "
    "`scorecard`."
)
class TagFilterInput:
    """One tag, and some of its values."""

    values: list[JSON | None] = strawberry.field(
        description="Texts, numbers and booleans; null stands for entities without a value."
    )
    property: str | None = strawberry.field(default=None, description=_PROPERTY)
    relation: str | None = strawberry.field(default=None, description=_RELATION)
    scorecard: str | None = strawberry.field(default=None, description=_SCORECARD)


@strawberry.input(
    description="Which entities a trend is of, by what they were at each instant; null does not restrict."
)
class TrendFilterInput:
    """What a trend can be narrowed by."""

    teams: list[str] | None = strawberry.field(
        default=None, description="Teams of which the entity was in one."
    )
    tags: list[TagFilterInput] | None = strawberry.field(
        default=None, description="Tags of each of which the entity had one of the values."
    )
