"""Circles: properties that would have to be known before they are derived."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

Place: TypeAlias = tuple[str, str]
"""A blueprint's identifier and the name of a property of it."""

Edges: TypeAlias = Mapping[Place, Iterable[Place]]
"""Of each derived property, the derived properties that it is made from."""


def circles(edges: Edges) -> dict[Place, tuple[Place, ...]]:
    """For each property that stands in a circle: that circle, beginning and ending with it.

    >>> circles({("a", "x"): [("b", "y")], ("b", "y"): [("a", "x")], ("c", "z"): [("a", "x")]})[("a", "x")]
    (('a', 'x'), ('b', 'y'), ('a', 'x'))
    """
    return {place: circle for place in edges if (circle := _way_back(place, edges))}


def _way_back(start: Place, edges: Edges) -> tuple[Place, ...]:
    came: dict[Place, Place] = {}
    waiting = [start]
    for here in waiting:
        for there in edges.get(here, ()):
            if there == start:
                return (*_steps(start, here, came), start)
            if there not in came:
                came[there] = here
                waiting.append(there)
    return ()


def _steps(start: Place, end: Place, came: Mapping[Place, Place]) -> Iterator[Place]:
    steps = [end]
    while steps[-1] != start:
        steps.append(came[steps[-1]])
    yield from reversed(steps)
