"""Derived values: what mirrors and aggregations come to, and until when."""

import pytest

from levelmark.domain.entity import Entity
from levelmark.domain.instant import instant_text, to_moment
from levelmark.domain.json import Json, identical
from levelmark.engine.derived.aggregate import Figure
from levelmark.engine.derived.deriving import Selected, aggregated, mirrored, value_of
from levelmark.engine.derived.spec import Aggregation, Mirror

from .builders import AT
from .models import blueprint, counted, model, summed, surroundings
from .strategies import HOUR

DAY = 24 * HOUR
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
