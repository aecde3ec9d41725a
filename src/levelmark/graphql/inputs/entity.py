"""The inputs of entities."""

import strawberry
from strawberry import UNSET

from levelmark.graphql.inputs.query import QueryInput
from levelmark.graphql.scalars import JSON
from levelmark.graphql.types.enums import EntityOrderField, OrderDirection, WriteMode


@strawberry.input(description="An entity's document, as the field writes it.")
class EntityInput:
    """An entity as it is sent."""

    blueprint: str = strawberry.field(description="The blueprint that it is of.")
    identifier: str = strawberry.field(description="What the entity is to be known by within its blueprint.")
    title: str | None = strawberry.field(default=UNSET, description="What people call it.")
    icon: str | None = strawberry.field(default=UNSET, description="The name of an icon to show.")
    team: JSON | None = strawberry.field(default=UNSET, description="A team's name, or a list of names.")
    properties: JSON | None = strawberry.field(default=UNSET, description="Values by property.")
    relations: JSON | None = strawberry.field(
        default=UNSET, description="By relation: an identifier, or a list of them."
    )


@strawberry.input(description="Entities to write, up to 1,000, each on its own.")
class UpsertEntitiesInput:
    """Entities, and what becomes of what is not sent."""

    entities: list[EntityInput] = strawberry.field(description="The entities; no two of the same identifier.")
    mode: WriteMode = strawberry.field(
        default=WriteMode.REPLACE, description="What becomes of fields that an entity has and are not sent."
    )
    strict: bool = strawberry.field(
        default=False,
        description="Refuse an entity that points at one that neither exists nor is written with it.",
    )


@strawberry.input(description="Entities to delete, up to 1,000, each on its own.")
class DeleteEntitiesInput:
    """Entities of one blueprint by their identifiers."""

    blueprint: str = strawberry.field(description="The blueprint that they are of.")
    identifiers: list[str] = strawberry.field(description="The entities' identifiers.")
    strict: bool = strawberry.field(
        default=False,
        description="Keep an entity that others point at, unless these are deleted with it.",
    )


@strawberry.input(description="What to evaluate again.")
class EvaluateInput:
    """Entities of one blueprint, or all of them."""

    blueprint: str = strawberry.field(description="The blueprint whose entities are evaluated.")
    identifiers: list[str] | None = strawberry.field(
        default=None,
        description="The entities, up to 1,000, evaluated at once; all in the background where it is null.",
    )


@strawberry.input(description="Entities that stand on some levels of a scorecard.")
class LevelFilterInput:
    """Levels of a scorecard."""

    scorecard: str = strawberry.field(description="The scorecard's identifier.")
    levels: list[str | None] | None = strawberry.field(
        default=None,
        description="Titles of levels, null for entities without a score; any level where it is left out.",
    )


@strawberry.input(
    description="In which order entities are listed: by exactly one of `field`, `property` and `scorecard`."
)
class EntityOrderInput:
    """What entities are ordered by, and a direction."""

    field: EntityOrderField | None = strawberry.field(
        default=None, description="A field that an index orders: as cheap among millions as among ten."
    )
    property: str | None = strawberry.field(
        default=None,
        description="A property, own, derived or like `$team`. Those without a value stand last both ways.",
    )
    scorecard: str | None = strawberry.field(
        default=None,
        description="A scorecard: by the position of its levels. Those without a score stand last both ways.",
    )
    direction: OrderDirection = strawberry.field(
        default=OrderDirection.ASC, description="Which way the order runs."
    )


@strawberry.input(description="Which entities of a blueprint are listed; what is null does not restrict.")
class EntityFilterInput:
    """What entities can be narrowed by."""

    query: QueryInput | None = strawberry.field(
        default=None, description="What must be true of an entity, in the language of rules."
    )
    level: LevelFilterInput | None = strawberry.field(
        default=None, description="Levels of a scorecard that it must stand on."
    )
    teams: list[str] | None = strawberry.field(default=None, description="Teams of which it must be in one.")
    search: str | None = strawberry.field(
        default=None,
        description="Words and quoted phrases that must all stand in its identifier, title or properties.",
    )
