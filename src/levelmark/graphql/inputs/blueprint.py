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
        default=UNSET, description="`properties`: a JSON Schema for each; `required`: which must be there."
    )
    relations: JSON | None = strawberry.field(
        default=UNSET, description="By name: `target`, `title`, `required`, `many`."
    )
    mirror_properties: JSON | None = strawberry.field(
        default=UNSET, description="Properties read through relations; kept, but not calculated yet."
    )
    calculation_properties: JSON | None = strawberry.field(
        default=UNSET, description="Properties that are calculated; kept, but not calculated yet."
    )
    aggregation_properties: JSON | None = strawberry.field(
        default=UNSET, description="Properties that summarise; kept, but not calculated yet."
    )


@strawberry.input(description="Which blueprint to delete.")
class DeleteBlueprintInput:
    """A blueprint by its identifier."""

    identifier: str = strawberry.field(description="The blueprint's identifier.")
    force: bool = strawberry.field(
        default=False, description="Delete its scorecards and entities with it, where it has any."
    )
