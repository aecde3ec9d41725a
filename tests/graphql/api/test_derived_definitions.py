"""Declarations of derived properties over the API: refused, broken by others, and mended."""

from itertools import permutations
from typing import Any, Final

import pytest

from levelmark.domain.json import Json
from tests.graphql.api import operations
from tests.graphql.api.client import issues
from tests.graphql.api.world import (
    AT,
    COUNT,
    EXPECTED,
    NUMBER,
    STRING,
    World,
    by_property,
    calculation,
    comes_to,
)
from tests.support.documents import condition, entity


@pytest.mark.parametrize("name", ["slack", "pressure", "open"])
def test_a_derived_property_is_not_written(settled: World, name: str) -> None:
    sent = {"entities": [entity("new", settled.service, **{name: "#mine"})], "mode": "REPLACE"}
    (result,) = settled.api.query(operations.UPSERT_ENTITIES, input=sent)["results"]
    assert (result["outcome"], issues(result)) == (
        "INVALID",
        [(f"properties.{name}", "DERIVED_PROPERTY", "ERROR")],
    )


REFUSED: Final[dict[str, tuple[dict[str, Json], str, str]]] = {
    "an unknown relation": (
        {"mirrorProperties": {"m": {"path": "ownr.slack"}}},
        "mirrorProperties.m.path",
        "UNKNOWN_RELATION",
    ),
    "an unknown property": (
        {"mirrorProperties": {"m": {"path": "owner.slcak"}}},
        "mirrorProperties.m.path",
        "UNKNOWN_PROPERTY",
    ),
    "a circle of its own": (
        {"calculationProperties": {"c": calculation(".properties.c + 1", **NUMBER)}},
        "calculationProperties.c",
        "CYCLE",
    ),
    "a circle through another": (
        {"calculationProperties": {"pressure": calculation(".properties.team_load", **NUMBER)}},
        "calculationProperties.pressure",
        "CYCLE",
    ),
    "a program that is none": (
        {"calculationProperties": {"c": calculation(".properties[", **NUMBER)}},
        "calculationProperties.c.calculation",
        "BAD_CALCULATION",
    ),
    "a program of unknown functions": (
        {"calculationProperties": {"c": calculation(".title | upcase", **NUMBER)}},
        "calculationProperties.c.calculation",
        "BAD_CALCULATION",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_blueprint_whose_derived_properties_cannot_work_is_refused(settled: World, name: str) -> None:
    changed, at, code = REFUSED[name]
    parts: dict[str, Any] = settled.services()
    whole = {group: {**parts[group], **entries} for group, entries in changed.items()}
    payload = settled.change(settled.services(**whole))
    assert payload["outcome"] == "INVALID"
    assert (at, code, "ERROR") in issues(payload)
    read = settled.api.query(operations.BLUEPRINT, identifier=settled.service)
    assert (read["version"], read["calculationProperties"]) == (1, parts["calculationProperties"])


@pytest.mark.parametrize(
    ("declared", "at", "code"),
    [
        ({"query": {"combinator": "and", "rules": [condition("sttus", "=", "open")]}},
         "query", "UNKNOWN_PROPERTY"),
        ({"query": {"combinator": "and", "rules": [condition("cost", "containsAny", [1])]}},
         "query", "OPERATOR_TYPE"),
        ({"query": {"combinator": "and", "rules": [condition("cost", "olderThan", "P1X")]}},
         "query", "OPERATOR_TYPE"),
        ({"calculationSpec": by_property("sum", "csot")}, "calculationSpec.property", "UNKNOWN_PROPERTY"),
        ({"pathFilter": [{"path": ["hist"], "fromBlueprint": "INCIDENT"}]},
         "pathFilter[0].path[0]", "UNKNOWN_RELATION"),
    ],
)  # fmt: skip
def test_an_aggregation_that_cannot_work_is_refused(
    settled: World, declared: dict[str, Any], at: str, code: str
) -> None:
    for one in declared.get("pathFilter", ()):
        one["fromBlueprint"] = settled.incident
    bad = {"target": settled.incident, "calculationSpec": COUNT} | declared
    payload = settled.change(settled.services(aggregationProperties={"bad": bad}), force=True)
    assert payload["outcome"] == "INVALID"
    assert (f"aggregationProperties.bad.{at}", code, "ERROR") in issues(payload)


@pytest.mark.parametrize("order", [*permutations(range(3))], ids=lambda order: "".join(map(str, order)))
def test_blueprints_and_entities_come_in_any_order(world: World, order: tuple[int, ...]) -> None:
    for place in order:
        world.api.write_blueprint(world.blueprints[place])
    kinds = [one["identifier"] for one in world.blueprints]
    for place in order:
        mine = [one for one in world.entities if one["blueprint"] == kinds[place]]
        world.api.write_entities(*mine)
    comes_to(world.derived, EXPECTED)


def test_entities_follow_blueprints_that_come_later(world: World) -> None:
    teams, services, incidents = world.blueprints
    bare: dict[str, Json] = {
        group: {} for group in ("mirrorProperties", "calculationProperties", "aggregationProperties")
    }
    early: dict[str, Json] = {"target": world.incident, "calculationSpec": COUNT}
    world.api.write_blueprint(services | bare | {"aggregationProperties": {"early": early}})
    world.api.write_entities(*[one for one in world.entities if one["blueprint"] == world.service])
    waits = f"there is no blueprint `{world.incident}` yet"
    assert world.reasons() == {"early": waits}
    world.api.write_blueprint(services)
    world.api.write_blueprint(teams | {"aggregationProperties": {}})
    world.api.write_blueprint(incidents)
    world.api.write_blueprint(teams)
    world.api.write_entities(*[one for one in world.entities if one["blueprint"] != world.service])
    comes_to(world.derived, EXPECTED)
    assert world.reasons() == {}


def _without(document: dict[str, Any], part: str, name: str) -> dict[str, Json]:
    kept = {one: value for one, value in document[part].items() if one != name}
    return {**document, part: kept}


def _value(world: World, identifier: str, name: str) -> Json:
    values: dict[str, Json] = world.read(world.service, identifier)["derived"]
    return values.get(name)


def _lacking(one: Any, *names: str) -> dict[str, Json]:
    return {name: value for name, value in one.items() if name not in names}


def test_what_others_derive_from_goes_only_by_force_and_comes_back(world: World) -> None:
    world.write()
    comes_to(world.derived, EXPECTED)
    teams = world.teams()
    properties = {"since": AT, "budget": NUMBER, "open": NUMBER}
    poorer = teams | {"schema": {"properties": properties}}
    payload = world.change(poorer)
    told = {one["code"]: one for one in payload["issues"]}
    assert payload["outcome"] == "INVALID"
    assert told.keys() == {"BREAKS_BLUEPRINT", "REMOVES_VALUES", "NEEDS_FORCE"}
    assert told["BREAKS_BLUEPRINT"]["message"] == (
        f"`slack` of blueprint `{world.service}` would have no data: "
        f"blueprint `{world.team}` has no property `slack`"
    )
    assert world.derived() == EXPECTED
    payload = world.change(poorer, force=True)
    assert payload["outcome"] == "UPDATED"
    assert {severity for _, _, severity in issues(payload)} == {"WARNING"}
    comes_to(world.derived, {name: _lacking(one, "slack", "loud") for name, one in EXPECTED.items()})
    reason = f"blueprint `{world.team}` has no property `slack`"
    assert world.reasons() == {"slack": reason, "loud": "answered with nothing"}
    mirrors: dict[str, Any] = dict(world.services()["mirrorProperties"])
    worse = world.services(mirrorProperties=mirrors | {"slack": {"path": "owner.slck"}})
    assert world.change(worse)["outcome"] == "INVALID"
    payload = world.change(world.services(title="New"))
    assert payload["outcome"] == "UPDATED"
    assert issues(payload) == [("mirrorProperties.slack.path", "UNKNOWN_PROPERTY", "WARNING")]
    assert world.change(teams)["outcome"] == "UPDATED"
    comes_to(world.derived, EXPECTED)
    assert world.reasons() == {}


@pytest.mark.parametrize("broken", ["relation-gone", "relation-retargeted", "relation-to-what-is-not"])
def test_who_aggregates_is_told_that_no_relation_leads_to_it_any_more(world: World, broken: str) -> None:
    world.write()
    relations: dict[str, Json] = {
        "relation-gone": {},
        "relation-retargeted": {"hits": {"target": world.team}},
        "relation-to-what-is-not": {"hits": {"target": f"{world.team}-not"}},
    }[broken]
    payload = world.change(world.incidents(relations=relations))
    assert payload["outcome"] == "INVALID"
    told = [one["message"] for one in payload["issues"] if one["code"] == "BREAKS_BLUEPRINT"]
    assert sorted(one.partition(" would ")[0] for one in told) == [
        f"`{name}` of blueprint `{world.service}`" for name in ("cost", "open")
    ]


def test_a_circle_that_closes_in_another_blueprint_is_refused_there(world: World) -> None:
    world.write()
    slack = {"slack": {"path": "boss.slack"}}
    loop = {"boss": {"target": world.team}}
    document = world.teams(relations=loop, mirrorProperties=slack)
    document["schema"] = {"properties": {"since": AT, "budget": NUMBER, "open": NUMBER}}
    payload = world.change(document, force=True)
    circle = f"`{world.team}.slack` → `{world.team}.slack`"
    assert payload["outcome"] == "INVALID"
    messages = [one["message"] for one in payload["issues"] if one["code"] == "CYCLE"]
    assert messages == [f"is made from itself: {circle}; break the circle at one of them"]


def test_an_edit_of_a_definition_evaluates_its_entities_and_those_that_read_it(world: World) -> None:
    world.write()
    comes_to(world.derived, EXPECTED)
    first = world.evaluated()
    services: dict[str, Any] = world.services()
    heavier = {
        **services["calculationProperties"],
        "pressure": calculation(".properties.open * 7", **NUMBER),
    }
    payload = world.change(services | {"calculationProperties": heavier})
    assert payload["evaluation"]["cause"]["kind"] == "BLUEPRINT_WRITTEN"
    comes_to(lambda: {one: value["pressure"] for one, value in world.derived().items()},
             {"api": 14, "web": 7, "job": 0})  # fmt: skip
    comes_to(lambda: world.derived(world.team), {"red": {"load": 21}, "blue": {"load": 0}})
    comes_to(lambda: world.derived()["job"]["team_load"], 0)
    after = world.evaluated()
    assert after[world.service] == first[world.service] + 1
    assert after[world.incident] == first[world.incident]


def test_an_edit_of_what_is_mirrored_evaluates_those_that_mirror_it(world: World) -> None:
    world.write()
    comes_to(world.derived, EXPECTED)
    first = world.evaluated()
    mirrors = {"since": {"path": "boss.$createdAt"}}
    document = world.teams(relations={"boss": {"target": world.team}}, mirrorProperties=mirrors)
    document["schema"] = {"properties": {"slack": STRING, "budget": NUMBER, "open": NUMBER}}
    assert world.change(document, force=True)["outcome"] == "UPDATED"
    comes_to(lambda: ["since" in one for one in world.derived().values()], [False] * 3)
    after = world.evaluated()
    assert after[world.service] == first[world.service] + 1
    assert after[world.team] == first[world.team] + 1
    assert after[world.incident] == first[world.incident]
    world.api.write_entities(entity("blue", world.team) | {"relations": {"boss": "red"}}, mode="MERGE")
    since = world.read(world.team, "red")["createdAt"]
    comes_to(lambda: _value(world, "job", "since"), since)
    assert "since" not in world.derived()["web"]


def _retitled(part: dict[str, Any]) -> dict[str, Json]:
    return {name: {**one, "title": "New", "description": "D", "icon": "I"} for name, one in part.items()}


def test_an_edit_of_texts_evaluates_nothing(world: World) -> None:
    world.write()
    comes_to(world.derived, EXPECTED)
    first = world.evaluated()
    groups = ("relations", "mirrorProperties", "calculationProperties", "aggregationProperties")
    services: dict[str, Any] = world.services()
    texts = {"title": "New", "description": "D", "icon": "I"}
    payload = world.change(services | texts | {group: _retitled(services[group]) for group in groups})
    assert (payload["outcome"], payload["evaluation"]) == ("UPDATED", None)
    added = world.services(schema={"properties": {"stars": NUMBER | {"title": "Stars"}, "more": STRING}})
    payload = world.change(added)
    assert (payload["outcome"], payload["evaluation"]) == ("UPDATED", None)
    assert world.evaluated() == first
    assert world.derived() == EXPECTED
