"""Circles: exactly what can be reached from itself."""

from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from levelmark.engine.derived.circles import Edges, circles

from .strategies import SOME


@given(
    st.dictionaries(st.sampled_from("abcdef"), st.lists(st.sampled_from("abcdef"), max_size=3)).map(
        lambda found: {("s", one): [("s", other) for other in others] for one, others in found.items()}
    )
)
@SOME
def test_exactly_what_can_be_reached_from_itself_stands_in_a_circle(edges: Edges) -> None:
    found = circles(edges)
    assert set(found) == {place for place in edges if place in _reached(place, edges)}
    for place, circle in found.items():
        assert circle[0] == circle[-1] == place
        assert all(there in edges[here] for here, there in pairwise(circle))
        assert len(set(circle)) == len(circle) - 1


def _reached(start: Any, edges: Edges) -> set[Any]:
    found: set[Any] = set()
    waiting = [start]
    while waiting:
        new = set(edges.get(waiting.pop(), ())) - found
        found |= new
        waiting += new
    return found
