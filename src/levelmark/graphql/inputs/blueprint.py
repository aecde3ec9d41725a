"""The inputs of blueprints."""

import strawberry
from strawberry import UNSET

from levelmark.graphql.scalars import JSON


@strawberry.input(description="A blueprint's document, as the field writes it.")
class BlueprintInput:
    """A blueprint as it is sent."""

    identifier: str = strawberry.field(description="What the blueprint is to be known by.")
    title: str = strawberry.field(description="What people call it.")
    icon: str | None = strawberry.field(default=UNSET, description="The name of an icon to show.")
    description: str | None = strawberry.field(default=UNSET, description="What it is for.")
    schema: JSON | None = strawberry.field(
        default=UNSET,
        description="`properties`: a JSON Schema for each, with the field's formats, colours and defaults; "
        "`required`: which must be there.",
    )
    relations: JSON | None = strawberry.field(
        default=UNSET, description="By name: `target`, `title`, `icon`, `description`, `required`, `many`."
    )
    mirror_properties: JSON | None = strawberry.field(
        default=UNSET, description="By name: properties of others, read through relations: `path`, `title`."
    )
    calculation_properties: JSON | None = strawberry.field(
        default=UNSET, description="By name: what a jq program makes of the entity: `calculation`, `type`."
    )
    aggregation_properties: JSON | None = strawberry.field(
        default=UNSET,
        description="By name: what sums up related entities: `target`, `calculationSpec`, `query`, "
        "`pathFilter`.",
    )
    ownership: JSON | None = strawberry.field(
        default=UNSET, description="How other tools find an entity's team: kept, and without effect here."
    )
    force: bool = strawberry.field(
        default=False,
        description="Write it even if it breaks entities, scorecards or other blueprints, or removes what "
        "entities have values of. Not part of the document.",
    )


@strawberry.input(description="Which blueprint to delete.")
class DeleteBlueprintInput:
    """A blueprint by its identifier."""

    identifier: str = strawberry.field(description="The blueprint's identifier.")
    force: bool = strawberry.field(
        default=False,
        description="Delete its scorecards and entities with it, and even if other blueprints use it.",
    )
