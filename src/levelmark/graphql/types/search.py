"""The types SearchConnection and SearchEdge: what a search has found."""

from typing import Self

import strawberry
from strawberry import relay

from levelmark.domain.naming import Naming
from levelmark.graphql.arguments import hit_cursor
from levelmark.graphql.types.entity import Entity
from levelmark.services.search import Found, Hits


@strawberry.type(description="An entity that was found, and why.")
class SearchEdge:
    """A view of `levelmark.services.search.Found`."""

    cursor: str = strawberry.field(description="A cursor for use in pagination.")
    node: Entity = strawberry.field(description="The entity.")
    score: int = strawberry.field(
        description="How well it fits, to be compared within one search: words of the identifier weigh most, "
        "then those of the title, beginnings of either, and words of properties."
    )
    matched: list[str] = strawberry.field(
        description="Where the words stand: `$identifier`, `$title`, names of properties."
    )

    @classmethod
    def of(cls, found: Found, naming: Naming) -> Self:
        """The view of what was found."""
        names = naming.properties_of(found.entity.blueprint)
        return cls(
            cursor=hit_cursor(found.hit),
            node=Entity.of(found.entity, naming),
            score=found.hit.score,
            matched=list(names.named(dict.fromkeys(found.matched))),
        )


@strawberry.type(description="A page of what a search has found, those that fit best first.")
class SearchConnection:
    """A view of `levelmark.services.search.Hits`."""

    page_info: relay.PageInfo = strawberry.field(description="Where the page stands among all.")
    edges: list[SearchEdge] = strawberry.field(description="What was found.")

    @classmethod
    def of(cls, hits: Hits, after: str | None, naming: Naming) -> Self:
        """The view of hits behind a cursor."""
        edges = [SearchEdge.of(one, naming) for one in hits.found]
        info = relay.PageInfo(
            has_next_page=hits.more,
            has_previous_page=after is not None,
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=hit_cursor(hits.end) if hits.end else after,
        )
        return cls(page_info=info, edges=edges)
