"""Ripples: whom a write concerns, by the names that have other values."""

from typing import Any

import pytest

from levelmark.domain.entity import Entity
from levelmark.engine.derived.reads import Reader
from levelmark.engine.derived.ripple import Ripple, ripple

from .models import blueprint, counted, model


def before(**changes: Any) -> Entity:
    known = {"title": "I", "properties": {"cost": 1, "note": "a"}, "relations": {"on": "api", "by": "eva"}}
    fields: dict[str, Any] = {**known, "derived": {"far": 1}, "version": 3, "uid": "u1", **changes}
    return Entity("incident", "i1", **fields)


def readers(*names: str) -> tuple[Reader, ...]:
    """A service that reads these names of the incidents that point at it, and their relation."""
    counts = {"n": counted("incident")}
    made = model(blueprint("service", aggregations=counts), blueprint("incident", {"on": "service"}))
    (reader,) = made.readers["incident"]
    return (Reader(reader.blueprint, reader.chain, reader.names | set(names)),)


def rippled(after: Entity | None, *names: str, looked: bool = False) -> Ripple | None:
    return ripple(before(), after, readers(*names), looked=looked)


@pytest.mark.parametrize(
    ("after", "names"),
    [
        (before(properties={"cost": 1.0, "note": "a"}), {"cost"}),
        (before(properties={"note": "b", "cost": 2}), {"cost", "note"}),
        (before(properties={"cost": 1}, team="red"), {"note", "$team"}),
        (before(title="J", updated_at="now"), {"$title", "$updatedAt"}),
        (before(derived={"far": 2, "new": 1}), {"far", "new"}),
        (before(relations={"on": "shop", "by": "eva"}), {"on"}),
        (before(relations={"on": ["api"], "by": "eva"}), {"on"}),
    ],
)
def test_a_ripple_names_what_has_another_value_and_nothing_else(after: Entity, names: set[str]) -> None:
    found = rippled(after, "cost", "note", "far", "$title", "$team")
    assert found is not None
    assert set(found.names or ()) == names
    assert found.touches(readers(*names)[0])
    assert not found.touches(Reader("service", readers()[0].chain, frozenset({"other"})))


@pytest.mark.parametrize(
    "after",
    [
        before(properties={"cost": 1, "note": "b"}),
        before(properties={"note": "a", "cost": 1}),
        before(relations={"on": "api", "by": "tom"}, version=9),
    ],
    ids=["a-property-that-nobody-reads", "nothing", "a-relation-that-nobody-reads"],
)
def test_what_nobody_reads_makes_no_ripple(after: Entity) -> None:
    assert rippled(after, "cost") is None
    looked = rippled(after, "cost", looked=True)
    assert looked is not None
    assert looked.looked
    assert not looked.touches(*readers("cost"))


def test_a_relation_that_moves_tells_both_targets() -> None:
    moved = rippled(before(relations={"on": "shop", "by": "eva"}))
    assert moved is not None
    assert moved.targets == {"on": ("api", "shop")}
    several = ripple(
        before(relations={"on": ["a", "b"]}), before(relations={"on": ["b", "c"]}), readers(), looked=False
    )
    assert several is not None
    assert several.targets == {"on": ("a", "b", "c")}


def test_what_comes_or_goes_touches_everybody() -> None:
    came, went = ripple(None, before(), readers(), looked=False), rippled(None)
    assert came is not None
    assert went is not None
    assert came.touches(*readers()) and went.touches(*readers())  # noqa: PT018 - one thing in both directions
    assert came.targets == went.targets == {"on": ("api",)}
    assert (came.id, went.id) == ("u1.3", "u1.4")
    assert ripple(None, before(), (), looked=False) is None
