"""Queries of blueprints and entities."""

from typing import Annotated

import strawberry
from strawberry import relay

from levelmark.graphql import cursors
from levelmark.graphql.arguments import (
    entities_asked,
    past,
    query_of,
    selection_of,
)
from levelmark.graphql.connections import After, First, connection, page_size
from levelmark.graphql.inputs.entity import EntityFilterInput, EntityOrderInput
from levelmark.graphql.queries.request import AsOf, Identifier, OfBlueprint, Request
from levelmark.graphql.types.blueprint import Blueprint
from levelmark.graphql.types.entity import Entity


@strawberry.type
class CatalogueQueries:
    """What can be read of blueprints and entities."""

    @strawberry.field(description="One blueprint; null where there is none of that identifier.")
    async def blueprint(self, info: Request, identifier: Identifier) -> Blueprint | None:
        """One blueprint."""
        naming = await info.context.naming()
        stored = await info.context.loaders.blueprint.load(naming.blueprints.key(identifier))
        return Blueprint.of(stored, naming) if stored else None

    @strawberry.field(description="The blueprints, in the order of their identifiers.")
    async def blueprints(
        self, info: Request, first: First = 50, after: After = None
    ) -> relay.Connection[Blueprint] | None:
        """A page of blueprints."""
        size = page_size(first)
        behind = cursors.behind(after, "blueprints", 1)
        definitions = info.context.services.storage.definitions
        naming = await info.context.naming()
        stored = await definitions.blueprints_by_name(behind[0] if behind else None, size + 1)
        views = [Blueprint.of(one, naming) for one in stored]
        return connection(views, size, after, lambda one: cursors.place("blueprints", one.identifier))

    @strawberry.field(description="One entity; null where its blueprint has none of that identifier.")
    async def entity(
        self, info: Request, blueprint: OfBlueprint, identifier: Identifier, as_of: AsOf = None
    ) -> Entity | None:
        """One entity."""
        naming, at = await info.context.naming(), past(as_of, info.context.services.clock)
        key = naming.blueprints.key(blueprint), identifier
        (found,) = await info.context.loaders.entities([key], at)
        return Entity.of(found, naming, at) if found else None

    @strawberry.field(description="The entities of a blueprint.")
    async def entities(
        self,
        info: Request,
        blueprint: OfBlueprint,
        filter: Annotated[
            EntityFilterInput | None, strawberry.argument(description="Which of them; all where it is null.")
        ] = None,
        order_by: Annotated[
            EntityOrderInput | None,
            strawberry.argument(description="In which order; by identifier where it is null."),
        ] = None,
        as_of: AsOf = None,
        first: First = 50,
        after: After = None,
    ) -> relay.Connection[Entity] | None:
        """A page of entities."""
        size = page_size(first)
        naming, at = await info.context.naming(), past(as_of, info.context.services.clock)
        selection = selection_of(blueprint, filter, naming, at)
        listed, ask = entities_asked(selection, order_by, after, size + 1, naming)
        found = await info.context.services.entities.page(selection, query_of(filter), ask, naming)
        views = [Entity.of(one.entity, naming, at) for one in found]
        places = {view.key: one.place for view, one in zip(views, found, strict=True)}
        return connection(views, size, after, lambda one: cursors.place(listed, *places[one.key]))
