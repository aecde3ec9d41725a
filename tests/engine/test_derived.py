"""Derived values: what mirrors and aggregations come to, until when, and whom a write concerns."""

import random
import statistics
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from levelmark.domain.entity import Entity
from levelmark.domain.instant import instant_text, to_moment
from levelmark.domain.json import MAX_INTEGER, Json, identical
from levelmark.engine.derived.aggregate import UNITS, Figure, bounded, figure, numbers, per_unit, total
from levelmark.engine.derived.circles import Edges, circles
from levelmark.engine.derived.deriving import Selected, aggregated, mirrored, value_of
from levelmark.engine.derived.reads import Reader
from levelmark.engine.derived.ripple import Ripple, ripple
from levelmark.engine.derived.spec import Aggregation, Mirror

from .builders import AT
from .models import blueprint, counted, model, summed, surroundings
from .strategies import FEW, HOUR, MANY, SOME

DAY = 24 * HOUR
INTEGERS = st.integers(-MAX_INTEGER, MAX_INTEGER)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
NUMBERS = st.lists(st.one_of(INTEGERS, FLOATS, st.sampled_from([0, 0.0, -0.0, 1, 1.0])), max_size=6)
FUNCTIONS = ("sum", "average", "median", "min", "max")
TOO_LARGE = Figure(reason="the result is too large a number")
ON: dict[str, Json] = {"type": "string", "format": "date-time"}


def team(identifier: str, title: str | None = None, **properties: Json) -> Entity:
    return Entity("team", identifier, title, properties=properties)


def shown(path: str, service: Entity, *others: Entity, **properties: Json) -> Json:
    """What a mirror of that path shows of a service."""
    made = model(
        blueprint("service", {"one": "team", "many": "team*"}, mirrors={"shown": path}),
        blueprint("team", {"groups": "group*", "lead": "group"}, properties),
        blueprint("group"),
    )
    (mirror,) = made.plans["service"].order
    assert isinstance(mirror, Mirror)
    around = surroundings(service, [mirror.chain], *others)
    return mirrored(mirror, service, around, made.blueprints[mirror.chain[-1].to])


def service(**relations: str | list[str] | None) -> Entity:
    return Entity("service", "api", relations=relations)


@pytest.mark.parametrize("value", [1, 1.0, 0, False, "", "text", [], [1, [2]], {"a": [None]}])
def test_a_mirror_through_one_shows_the_value_as_it_is(value: Json) -> None:
    found = shown("one.x", service(one="red"), team("red", x=value))
    assert identical(found, value)


def test_a_mirror_has_no_value_where_nothing_is_pointed_at_or_nothing_is_there() -> None:
    assert shown("one.x", service(), team("red", x=1)) is None
    assert shown("one.x", service(one="gone"), team("red", x=1)) is None
    assert shown("one.x", service(one="red"), team("red", x=None)) is None
    assert shown("many.x", service(many=[]), team("red", x=1)) is None
    assert shown("many.x", service(many=["gone"]), team("red", x=1)) is None
    assert shown("many.x", service(many=["red"]), team("red")) is None


def test_a_mirror_through_many_lists_values_in_the_order_pointed_at_without_what_is_missing() -> None:
    teams = team("blue", x=2), team("red", x=1), team("green", x=None), team("black", x=1.0)
    found = shown("many.x", service(many=["red", "gone", "blue", "green", "black"]), *teams)
    assert identical(found, [1, 2, 1.0])


def test_a_mirror_through_many_lays_lists_open_by_one_level() -> None:
    teams = team("red", x=[1, [2]]), team("blue", x=3), team("green", x=[])
    assert shown("many.x", service(many=["red", "green", "blue"]), *teams) == [1, [2], 3]


def test_a_mirror_through_many_counts_each_entity_once() -> None:
    groups = [Entity("group", name, properties={"x": name}) for name in ("a", "b", "c")]
    red = Entity("team", "red", relations={"groups": ["b", "a"]})
    blue = Entity("team", "blue", relations={"groups": ["c", "b"]})
    found = shown("many.groups.x", service(many=["red", "blue", "red"]), red, blue, *groups)
    assert found == ["b", "a", "c"]
    assert shown("one.groups.x", service(one="blue"), red, blue, *groups) == ["c", "b"]


def test_a_mirror_shows_meta_properties() -> None:
    red = Entity("team", "red", "Red", team=("a", "b"), created_at="2026-01-01T00:00:00.000Z")
    assert shown("one.$title", service(one="red"), red) == "Red"
    assert shown("one.$team", service(one="red"), red) == ["a", "b"]
    assert shown("many.$identifier", service(many=["red"]), red) == ["red"]
    assert shown("one.$createdAt", service(one="red"), red) == "2026-01-01T00:00:00.000Z"


def test_a_derived_property_is_read_as_derived_whatever_value_lies_beneath_its_name() -> None:
    made = model(blueprint("team"), blueprint("group", calculations={"x1": "1"}))
    plain, deriving = made.blueprints.values()
    one = Entity("team", "a", properties={"x1": "own"}, derived={"x1": "derived"})
    assert (value_of(one, "x1", plain), value_of(one, "x1", deriving)) == ("own", "derived")


@given(st.lists(st.one_of(st.booleans(), st.none(), st.text(max_size=1), st.lists(st.integers()))))
@FEW
def test_truth_values_and_texts_are_no_numbers(values: list[Json]) -> None:
    assert numbers(values) == []
    assert numbers([*values, 1, *values, 2.5]) == [1, 2.5]


@given(NUMBERS, st.randoms(use_true_random=False), st.sampled_from(FUNCTIONS))
@example([1, 1.0], random.Random(1), "min")
@example([1e308, 1e308, -1e308], random.Random(2), "sum")
@MANY
def test_no_function_depends_on_the_order(found: list[float], chance: random.Random, func: str) -> None:
    shuffled = chance.sample(found, len(found))
    one, other = figure(func, found), figure(func, shuffled)
    assert identical(one.value, other.value)
    assert one.reason == other.reason
    assert identical(total(found), total(shuffled))


@given(st.lists(INTEGERS, min_size=1, max_size=8))
@SOME
def test_integers_are_calculated_exactly(found: list[float]) -> None:
    exact = sum(map(Fraction, found), Fraction())
    assert total(found) == exact
    assert type(total(found)) is int
    fits = abs(exact) <= MAX_INTEGER
    assert figure("sum", found) == (Figure(int(exact)) if fits else TOO_LARGE)
    assert figure("average", found) == Figure(float(exact / len(found)))
    assert all(type(figure(one, found).value) is int for one in ("min", "max"))


@given(st.lists(st.one_of(st.integers(-1000, 1000), st.floats(-1e6, 1e6)), min_size=1, max_size=9))
@SOME
def test_functions_are_those_of_the_textbook(found: list[float]) -> None:
    exact = sum(Fraction(one) for one in found)
    assert figure("sum", found).value == float(exact)
    assert figure("average", found).value == pytest.approx(float(exact / len(found)), abs=1e-9)
    assert figure("median", found).value == statistics.median(found)
    assert (figure("min", found).value, figure("max", found).value) == (min(found), max(found))


@pytest.mark.parametrize(
    ("func", "found", "value"),
    [
        ("sum", [], 0),
        ("average", [], None),
        ("median", [], None),
        ("min", [], None),
        ("max", [], None),
        ("sum", [0.1] * 10, 1.0),
        ("sum", [1, 2], 3),
        ("average", [1, 2], 1.5),
        ("average", [2, 2], 2.0),
        ("median", [5, 1, 3], 3),
        ("median", [4, 1, 3, 2], 2.5),
        ("median", [1, 3], 2.0),
        ("min", [2, -5.5], -5.5),
        ("max", [MAX_INTEGER, 1], MAX_INTEGER),
    ],
)
def test_figures_are_as_one_would_write_them(func: str, found: list[float], value: Json) -> None:
    assert identical(figure(func, found).value, value)
    assert figure(func, found).reason is None


@pytest.mark.parametrize(
    "made",
    [
        figure("sum", [MAX_INTEGER, 1]),
        figure("sum", [-MAX_INTEGER, -1]),
        figure("sum", [1.7e308, 1.7e308]),
        figure("average", [1.7e308, 1.7e308]),
        figure("median", [1.7e308, 1.7e308]),
        bounded(float("nan")),
    ],
)
def test_what_is_too_large_is_no_data_with_a_reason(made: Figure) -> None:
    assert made == TOO_LARGE


def test_an_average_over_time_that_is_too_large_is_no_data_with_a_reason() -> None:
    made = per_unit(total([1.7e308, 1.7e308]), ["2026-01-01"], DAY, AT)
    assert (made.value, made.reason) == (None, TOO_LARGE.reason)


TIMES = st.one_of(
    st.integers(AT - 400 * DAY, AT + 3 * DAY), st.integers(-62_135_596_800_000_000, 250_000_000_000_000_000)
)


@given(
    st.integers(0, 1000),
    st.lists(TIMES, min_size=1, max_size=3),
    st.sampled_from([*UNITS.values()]),
    st.one_of(st.integers(AT, AT + 400 * DAY), st.integers(-1, 1)),
    st.data(),
)
@MANY
def test_an_average_over_time_holds_exactly_until_the_instant_that_it_tells(
    amount: int, times: list[int], unit: int, now: int, data: st.DataObject
) -> None:
    texts = [to_moment(one).isoformat(timespec="microseconds") for one in times]
    if now in {-1, 0, 1}:  # around the very end of a unit
        now += min(times) + unit * data.draw(st.integers(1, 18_000_000))
    first = per_unit(amount, texts, unit, now)
    assert first.until is not None
    assert first.until > now
    for later in (first.until - 1, data.draw(st.integers(now, first.until - 1))):
        assert per_unit(amount, texts, unit, later) == first
    after = per_unit(amount, texts, unit, first.until)
    assert after.until == first.until + unit
    units = round(amount / first.value) if isinstance(first.value, float) and amount else 0
    if units:
        assert after.value == amount / (units + 1)
        assert units == max(1, -(-(now - min(times)) // unit))


def test_an_average_over_time_is_of_a_unit_at_least_and_of_nothing_without_a_time() -> None:
    yesterday, tomorrow = "2025-12-31T00:00:00Z", "2026-01-02T00:00:00Z"
    assert per_unit(6, [yesterday], DAY, AT) == Figure(6.0, AT + 1)
    assert per_unit(6, [yesterday], DAY, AT + 1) == Figure(3.0, AT + DAY + 1)
    assert per_unit(6, [yesterday], HOUR, AT) == Figure(0.25, AT + 1)
    assert per_unit(6, [tomorrow, None, "soon"], DAY, AT) == Figure(6.0, AT + 2 * DAY + 1)
    assert per_unit(6, [None, "soon", 5], DAY, AT) == Figure()


def incident(identifier: str, on: str | list[str], created: int = AT, **properties: Json) -> Entity:
    at = instant_text(to_moment(created))
    return Entity("incident", identifier, relations={"on": on}, properties=properties, created_at=at)


def came_to(declared: dict[str, Json], *incidents: Entity, now: int = AT) -> Figure:
    """What an aggregation of incidents comes to for a service."""
    properties: dict[str, Json] = {"cost": {"type": "number"}, "at": ON}
    made = model(
        blueprint("service", {"first": "incident"}, aggregations={"found": declared}),
        blueprint("incident", {"on": "service*"}, properties),
    )
    plan = made.plans["service"]
    (aggregation,) = plan.order
    assert isinstance(aggregation, Aggregation)
    start = Entity("service", "api", relations={"first": "i1"})
    around = surroundings(start, aggregation.chains, *incidents)
    wanted = Selected(made.blueprints["incident"], plan.programs.get("found"), now)
    return aggregated(aggregation, start, around, wanted)


def asked(*conditions: Json) -> dict[str, Json]:
    return {"query": {"combinator": "and", "rules": list(conditions)}}


def test_entities_are_counted_once_however_they_are_reached() -> None:
    here, there = incident("i1", ["api", "api"]), incident("i2", "api")
    assert came_to(counted("incident"), here, there, incident("i3", "shop")) == Figure(2)
    assert came_to(counted("incident")) == Figure(0)


def test_a_query_selects_what_it_is_true_of() -> None:
    many = [incident("i1", "api", cost=5), incident("i2", "api", cost=9), incident("i3", "api")]
    dear = asked({"property": "cost", "operator": ">", "value": 5})
    assert came_to(counted("incident", **dear), *many) == Figure(1)
    assert came_to(summed("incident", "cost", **dear), *many) == Figure(9)
    assert came_to(summed("incident", "cost", "average"), *many) == Figure(7.0)
    cheap = asked({"property": "cost", "operator": "!=", "value": 9})
    assert came_to(counted("incident", **cheap), *many) == Figure(2)


def test_values_that_are_no_numbers_are_left_out() -> None:
    many = [incident(f"i{place}", "api", cost=one) for place, one in enumerate([True, "5", None, [7], 2])]
    assert came_to(summed("incident", "cost"), *many) == Figure(2)
    assert came_to(summed("incident", "cost", "max"), *many[:4]) == Figure()


def test_a_figure_holds_no_longer_than_what_is_selected() -> None:
    recent = asked({"property": "$createdAt", "operator": "newerThan", "value": "P1D"})
    many = [incident("i1", "api", AT - HOUR), incident("i2", "api", AT - 2 * HOUR)]
    first = came_to(counted("incident", **recent), *many)
    assert first == Figure(2, AT + 22 * HOUR)
    assert came_to(counted("incident", **recent), *many, now=AT + 22 * HOUR - 1) == first
    assert came_to(counted("incident", **recent), *many, now=AT + 22 * HOUR) == Figure(1, AT + 23 * HOUR)
    assert came_to(counted("incident", **recent), *many, now=AT + 23 * HOUR) == Figure(0)


def test_an_average_over_time_is_of_the_time_since_the_first_that_is_selected() -> None:
    by_day: dict[str, Json] = {"calculationBy": "entities", "func": "average", "averageOf": "day"}
    many = [incident("i1", "api", AT - 3 * DAY), incident("i2", "api", AT - DAY, at="2025-12-31T00:00:00Z")]
    assert came_to({"target": "incident", "calculationSpec": by_day}, *many) == Figure(2 / 3, AT + 1)
    measured = {"target": "incident", "calculationSpec": {**by_day, "measureTimeBy": "at"}}
    assert came_to(measured, *many) == Figure(2.0, AT + 1)
    assert came_to(measured, many[0]) == Figure()
    cost: dict[str, Json] = {"target": "incident", "calculationSpec": {
        "calculationBy": "property", "func": "average", "property": "cost", "averageOf": "week"}}  # fmt: skip
    assert came_to(cost, incident("i1", "api", AT - 8 * DAY, cost=5)) == Figure(2.5, AT + 6 * DAY + 1)
    assert came_to(cost, incident("i1", "api", AT - 8 * DAY)) == Figure(0.0, AT + 6 * DAY + 1)


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
