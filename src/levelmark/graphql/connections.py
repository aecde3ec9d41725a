"""Connections: pages of lists that grow, by keyset cursors, so that no row repeats or is left out."""

from collections.abc import Callable, Sequence
from typing import Annotated, Final, TypeAlias, TypeVar

import strawberry
from strawberry import relay

from levelmark.domain.errors import InvalidInputError

NodeType = TypeVar("NodeType", bound=relay.Node)

MAX_FIRST: Final = 500
"""Nodes of one page, at most; a larger `first` is cut to this."""

First: TypeAlias = Annotated[
    int, strawberry.argument(description="How many to answer with: 50 unless told, 500 at most.")
]
After: TypeAlias = Annotated[
    str | None,
    strawberry.argument(description="Begin behind this cursor, the `endCursor` of the page before."),
]


def page_size(first: int) -> int:
    """How many nodes a page has; raises InvalidInputError where `first` is negative."""
    if first < 0:
        raise InvalidInputError("`first` must not be negative")
    return min(first, MAX_FIRST)


def connection(
    nodes: Sequence[NodeType],
    first: int,
    after: str | None,
    cursor: Callable[[NodeType], str],
    *,
    more: bool | None = None,
) -> "relay.Connection[NodeType]":
    """The page of `first` nodes, made of up to one more, or of those alone where `more` is known."""
    edges = [relay.Edge(node=node, cursor=cursor(node)) for node in nodes[:first]]
    info = relay.PageInfo(
        has_next_page=len(nodes) > first if more is None else more,
        has_previous_page=after is not None,
        start_cursor=edges[0].cursor if edges else None,
        end_cursor=edges[-1].cursor if edges else after,
    )
    return relay.Connection(page_info=info, edges=edges)
