"""Queries of entities by words, and the values that they have."""

from typing import Annotated

import strawberry

from levelmark.graphql.arguments import (
    hit_after,
    past,
    query_of,
    selection_of,
)
from levelmark.graphql.connections import After, First, page_size
from levelmark.graphql.inputs.entity import EntityFilterInput
from levelmark.graphql.queries.request import AsOf, OfBlueprint, Request
from levelmark.graphql.types.facets import Facets
from levelmark.graphql.types.search import SearchConnection
from levelmark.services.facets import Subject


@strawberry.type
class FindingQueries:
    """What can be read of entities by words, and the values that they have."""

    @strawberry.field(
        description="Entities of all blueprints that have all words of a text, those that fit best first."
    )
    async def search(
        self,
        info: Request,
        text: Annotated[
            str,
            strawberry.argument(
                description='Words, and phrases in quotes: `pay "order api"`; 1,000 characters at most. '
                "Identifiers and titles are found by the beginnings of their words."
            ),
        ],
        blueprints: Annotated[
            list[str] | None,
            strawberry.argument(description="Only entities of the blueprints of these identifiers."),
        ] = None,
        teams: Annotated[
            list[str] | None, strawberry.argument(description="Only entities of one of these teams.")
        ] = None,
        first: First = 50,
        after: After = None,
    ) -> SearchConnection | None:
        """A page of hits."""
        size = page_size(first)
        service, naming = info.context.services.search, await info.context.naming()
        keys = None if blueprints is None else [naming.blueprints.key(one) for one in blueprints]
        hits = await service.hits(text, keys, teams, hit_after(after), size, naming=naming)
        return SearchConnection.of(hits, after, naming)

    @strawberry.field(
        description="How many entities of a blueprint have which value, of exactly one `property`, "
        "`relation` or `scorecard`."
    )
    async def facets(
        self,
        info: Request,
        blueprint: OfBlueprint,
        property: Annotated[
            str | None,
            strawberry.argument(
                description="A property, own, derived or like `$team`; of lists, the members."
            ),
        ] = None,
        relation: Annotated[
            str | None, strawberry.argument(description="A relation: the identifiers that it points at.")
        ] = None,
        scorecard: Annotated[
            str | None,
            strawberry.argument(description="A scorecard: its levels; null counts entities without a score."),
        ] = None,
        filter: Annotated[
            EntityFilterInput | None,
            strawberry.argument(description="Which entities are counted; all where it is null."),
        ] = None,
        as_of: AsOf = None,
        first: Annotated[
            int, strawberry.argument(description="How many values to show: 50 unless told, 500 at most.")
        ] = 50,
    ) -> Facets | None:
        """Counts of values."""
        service, naming = info.context.services.facets, await info.context.naming()
        selection = selection_of(blueprint, filter, naming, past(as_of, info.context.services.clock))
        names = naming.properties_of(selection.blueprint)
        subject = Subject(property and names.key(property), relation and names.key(relation), scorecard)
        found = await service.counts(selection, query_of(filter), subject, page_size(first), naming)
        return Facets.of(found, subject, naming)
