"""The type Blueprint."""

from collections.abc import Iterable
from typing import Any, Self

import strawberry
from strawberry import Info, relay

from levelmark.domain import blueprint as domain
from levelmark.domain.documents import to_document
from levelmark.domain.naming import Naming
from levelmark.domain.versioned import Versioned
from levelmark.engine.translating import told_blueprint
from levelmark.graphql.context import Context
from levelmark.graphql.scalars import JSON, DateTime


@strawberry.type(description="A type of entity: what its entities may hold, and what they may point at.")
class Blueprint(relay.Node):
    """A view of `levelmark.domain.blueprint.Blueprint`."""

    key: relay.NodeID[str]
    identifier: str = strawberry.field(description="What the blueprint is known by.")
    title: str = strawberry.field(description="What people call it.")
    icon: str | None = strawberry.field(description="The name of an icon to show.")
    description: str | None = strawberry.field(description="What it is for.")
    schema: JSON = strawberry.field(
        description="The properties of its entities by JSON Schema, and which are required, as sent."
    )
    relations: JSON = strawberry.field(description="What its entities may point at, as it was sent.")
    mirror_properties: JSON = strawberry.field(description="Properties read through relations, as sent.")
    calculation_properties: JSON = strawberry.field(description="Properties that are calculated, as sent.")
    aggregation_properties: JSON = strawberry.field(description="Properties that summarise, as sent.")
    ownership: JSON | None = strawberry.field(
        description="How other tools find an entity's team, as sent; without effect here."
    )
    version: int = strawberry.field(description="Grows with every write.")
    created_at: DateTime = strawberry.field(description="When it was first written.")
    updated_at: DateTime = strawberry.field(description="When it was last written.")

    @classmethod
    def of(cls, stored: Versioned[domain.Blueprint], naming: Naming) -> Self:
        """The view of a blueprint."""
        blueprint = told_blueprint(stored, naming)
        document = to_document(blueprint)
        return cls(
            key=stored.value.identifier,
            identifier=blueprint.identifier,
            title=blueprint.title,
            icon=blueprint.icon,
            description=blueprint.description,
            schema=JSON(document["schema"]),
            relations=JSON(document["relations"]),
            mirror_properties=JSON(document["mirrorProperties"]),
            calculation_properties=JSON(document["calculationProperties"]),
            aggregation_properties=JSON(document["aggregationProperties"]),
            ownership=JSON(document["ownership"]) if "ownership" in document else None,
            version=stored.version,
            created_at=DateTime(stored.created_at),
            updated_at=DateTime(stored.updated_at),
        )

    @classmethod
    async def resolve_nodes(  # type: ignore[override]  # Strawberry's own signature allows any awaitable
        cls, *, info: Info[Context, Any], node_ids: Iterable[str], required: bool = False
    ) -> list["Blueprint | None"]:
        """The blueprints of these ids."""
        del required
        found = await info.context.loaders.blueprint.load_many(list(node_ids))
        naming = await info.context.naming()
        return [cls.of(one, naming) if one else None for one in found]
