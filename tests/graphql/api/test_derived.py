"""Derived properties over the API: used wherever a property is, and told of where they have no data."""

import time
from collections.abc import Callable
from itertools import permutations
from typing import Any, Final
from uuid import uuid4

import pytest

from levelmark.domain.json import Json
from tests.graphql.api import operations
from tests.graphql.api.client import Client, Data, issues
from tests.support.documents import condition, entity, query, rule, scorecard

NUMBER: Final[dict[str, Json]] = {"type": "number"}
STRING: Final[dict[str, Json]] = {"type": "string"}
AT: Final[dict[str, Json]] = {"type": "string", "format": "date-time"}
COUNT: Final[dict[str, Json]] = {"calculationBy": "entities", "func": "count"}

_SECONDS: Final = 15.0


class World:
    """Services with their team and incidents, under names that are this test's alone."""

    def __init__(self, api: Client) -> None:
        self.api = api
        mark = uuid4().hex[:8]
        self.team, self.service, self.incident = (f"{one}-{mark}" for one in ("team", "service", "incident"))
        self.card = f"quality-{mark}"

    def teams(self, **extra: Json) -> dict[str, Json]:
        """The blueprint of teams: what its services come to, added up."""
        properties: dict[str, Json] = {"slack": STRING, "since": AT, "budget": NUMBER, "open": NUMBER}
        load = {"target": self.service, "calculationSpec": _by_property("sum", "pressure")}
        return _blueprint(self.team, properties, aggregationProperties={"load": load}) | extra

    def services(self, **extra: Json) -> dict[str, Json]:
        """The blueprint of services, with derived properties of every sort, in one another."""
        is_open = {"combinator": "and", "rules": [condition("status", "=", "open")]}
        relations = {"owner": {"target": self.team}, "uses": {"target": self.service, "many": True}}
        return (
            _blueprint(
                self.service,
                {"stars": NUMBER},
                relations=relations,
                mirrorProperties={
                    "slack": {"path": "owner.slack"},
                    "since": {"path": "owner.since"},
                    "libraries": {"path": "uses.$title"},
                    "team_load": {"path": "owner.load"},
                },
                calculationProperties={
                    "pressure": _calculation(".properties.open * (.properties.stars // 1)", **NUMBER),
                    "loud": _calculation("(.properties.slack // empty) | ascii_upcase", **STRING),
                    "founded": _calculation("(.properties.since // empty)", **AT),
                    "popular": _calculation("(.properties.stars // 0) > 5", type="boolean"),
                },
                aggregationProperties={
                    "open": {"target": self.incident, "calculationSpec": COUNT, "query": is_open},
                    "cost": {"target": self.incident, "calculationSpec": _by_property("sum", "cost")},
                },
            )
            | extra
        )

    def incidents(self, **extra: Json) -> dict[str, Json]:
        """The blueprint of incidents."""
        properties: dict[str, Json] = {"status": {"type": "string"}, "cost": NUMBER}
        return _blueprint(self.incident, properties, relations={"hits": {"target": self.service}}) | extra

    @property
    def blueprints(self) -> list[dict[str, Json]]:
        """All of them, each before those that it needs."""
        return [self.teams(), self.services(), self.incidents()]

    @property
    def entities(self) -> list[dict[str, Json]]:
        """Two teams, three services, and incidents of two of these."""
        return [
            entity("red", self.team, slack="#red", since="2026-01-01T00:00:00Z"),
            entity("blue", self.team, slack="#blue", since="2027-01-01T00:00:00Z"),
            entity("api", self.service, stars=9)
            | {"title": "API", "relations": {"owner": "red", "uses": ["web", "job"]}},
            entity("web", self.service, stars=2) | {"title": "Web", "relations": {"owner": "red"}},
            entity("job", self.service) | {"title": "Job", "relations": {"owner": "blue", "uses": ["web"]}},
            *[self.struck(f"i{place}", "api", cost=place) for place in (1, 2)],
            self.struck("i3", "api", status="done", cost=0.5),
            self.struck("i4", "web", cost=10),
        ]

    def struck(self, identifier: str, service: str, **properties: Json) -> dict[str, Json]:
        """An incident of a service."""
        fields: dict[str, Json] = {"status": "open", **properties}
        return entity(identifier, self.incident, **fields) | {"relations": {"hits": service}}

    def write(self) -> None:
        """Writes all that there is."""
        for one in self.blueprints:
            self.api.write_blueprint(one)
        self.api.write_entities(*self.entities)

    def read(self, blueprint: str, identifier: str) -> Data:
        """An entity as it stands."""
        found: Data = self.api.query(operations.ENTITY, blueprint=blueprint, identifier=identifier)
        return found

    def derived(self, blueprint: str | None = None) -> dict[str, Json]:
        """The derived values of every entity of a blueprint, services if none is named."""
        found = self.api.nodes(operations.ENTITIES, blueprint=blueprint or self.service)
        return {one["identifier"]: one["derived"] for one in found}

    def reasons(self, identifier: str = "api") -> dict[str, str]:
        """Why derived properties of a service have no data."""
        found = self.read(self.service, identifier)["derivedIssues"]
        return {one["property"]: one["reason"] for one in found}

    def standing(self, identifier: str = "api") -> tuple[str | None, dict[str, str]]:
        """The level of a service in the scorecard, and its rule results; no level without a score."""
        for score in self.read(self.service, identifier)["scores"]:
            told = {one["rule"]["identifier"]: one["result"] for one in score["ruleResults"]}
            return score["level"]["title"], told
        return None, {}

    def names(self, **variables: Any) -> list[str]:
        """The identifiers of services that are asked for."""
        return self.api.identifiers(operations.ENTITY_NAMES, blueprint=self.service, **variables)

    def change(self, document: dict[str, Json], **extra: Json) -> Data:
        """The answer to a blueprint that is sent."""
        payload: Data = self.api.query(operations.UPSERT_BLUEPRINT, input=document | extra)
        return payload

    def evaluated(self) -> dict[str, int]:
        """By blueprint, how many evaluations there have been in the background."""
        every = (self.team, self.service, self.incident)
        return {name: len(self.api.settle(name)) for name in every}


def _blueprint(identifier: str, properties: dict[str, Json], **parts: Json) -> dict[str, Json]:
    return {"identifier": identifier, "title": "T", "schema": {"properties": properties}, **parts}


def _calculation(program: str, **declared: Json) -> dict[str, Json]:
    return {"calculation": program, **declared}


def _by_property(func: str, name: str) -> dict[str, Json]:
    return {"calculationBy": "property", "func": func, "property": name}


def comes_to(look: Callable[[], Json], expected: Json) -> None:
    """Waits for what follows in the background."""
    deadline = time.monotonic() + _SECONDS
    while (seen := look()) != expected and time.monotonic() < deadline:
        time.sleep(0.02)
    assert seen == expected


@pytest.fixture(scope="module")
def settled(api: Client) -> World:
    """A world in which all has followed; tests only look at it."""
    world = World(api)
    world.write()
    comes_to(world.derived, EXPECTED)
    return world


@pytest.fixture
def world(api: Client) -> World:
    """A world in which nothing is written yet."""
    return World(api)


RED: Final = {"slack": "#red", "since": "2026-01-01T00:00:00Z", "loud": "#RED",
              "founded": "2026-01-01T00:00:00Z", "team_load": 20}  # fmt: skip
BLUE: Final = {"slack": "#blue", "since": "2027-01-01T00:00:00Z", "loud": "#BLUE",
               "founded": "2027-01-01T00:00:00Z", "team_load": 0}  # fmt: skip
EXPECTED: Final[dict[str, Json]] = {
    "api": RED | {"libraries": ["Web", "Job"], "open": 2, "cost": 3.5, "pressure": 18, "popular": True},
    "web": RED | {"open": 1, "cost": 10, "pressure": 2, "popular": False},
    "job": BLUE | {"libraries": ["Web"], "open": 0, "cost": 0, "pressure": 0, "popular": False},
}


def test_derived_properties_of_every_sort_follow_from_one_another(settled: World) -> None:
    assert settled.derived() == EXPECTED
    assert settled.derived(settled.team) == {"red": {"load": 20}, "blue": {"load": 0}}
    assert settled.derived(settled.incident) == {f"i{place}": {} for place in (1, 2, 3, 4)}


def test_evaluations_are_counted_by_blueprint_and_cause(settled: World) -> None:
    def counted(blueprint: str) -> list[Json]:
        found: list[Json] = settled.api.query(operations.COUNTS, blueprint=blueprint)
        return found

    written = {"cause": "ENTITY_WRITTEN", "evaluated": 4, "changed": 4}
    comes_to(lambda: counted(settled.incident), [{"blueprintIdentifier": settled.incident, **written}])
    causes = {one["cause"] for one in counted(settled.team)}
    assert causes == {"ENTITY_WRITTEN", "RELATED_ENTITY_WRITTEN"}
    named = {one["blueprintIdentifier"] for one in settled.api.query(operations.COUNTS)}
    assert {settled.team, settled.service, settled.incident} <= named


def test_what_was_not_sent_reads_back_as_no_property(settled: World) -> None:
    read = settled.read(settled.service, "api")
    assert (read["properties"], read["derivedIssues"]) == ({"stars": 9}, [])


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        (condition("slack", "=", "#red"), ["api", "web"]),
        (condition("slack", "endsWith", "lue"), ["job"]),
        (condition("loud", "!=", "#RED"), ["job"]),
        (condition("libraries", "contains", "Job"), ["api"]),
        (condition("libraries", "containsAny", ["Web", "Other"]), ["api", "job"]),
        (condition("libraries", "isEmpty"), ["web"]),
        (condition("open", ">", 0), ["api", "web"]),
        (condition("pressure", "<=", 2), ["job", "web"]),
        (condition("cost", "=", 10.0), ["web"]),
        (condition("popular", "=", False), ["job", "web"]),
        (condition("team_load", ">", {"property": "pressure"}), ["api", "web"]),
        (condition("since", "<", "2026-06-01T00:00:00+02:00"), ["api", "web"]),
        (condition("founded", ">", "2026-06-01"), ["job"]),
        (condition("founded", "<=", {"property": "since"}), ["api", "job", "web"]),
        (condition("founded", "between", {"from": "2026-12-31", "to": "2027-01-01"}), ["job"]),
    ],
    ids=lambda asked: " ".join(str(one) for one in asked.values()) if isinstance(asked, dict) else "",
)
def test_entities_are_selected_by_derived_properties(settled: World, asked: Json, names: list[str]) -> None:
    assert settled.names(filter={"query": query(asked)}) == names
    in_words = query(asked, condition("$identifier", "doesNotContains", "#"))
    assert settled.names(filter={"query": in_words}) == names


@pytest.mark.parametrize(
    ("name", "up", "down"),
    [
        ("cost", ["job", "api", "web"], ["web", "api", "job"]),
        ("pressure", ["job", "web", "api"], ["api", "web", "job"]),
        ("slack", ["job", "api", "web"], ["web", "api", "job"]),
        ("popular", ["job", "web", "api"], ["api", "web", "job"]),
    ],
)
def test_entities_are_ordered_by_derived_properties(
    settled: World, name: str, up: list[str], down: list[str]
) -> None:
    assert settled.names(order={"property": name}) == up
    assert settled.names(order={"property": name, "direction": "DESC"}) == down


def test_values_of_derived_properties_are_counted(settled: World) -> None:
    def counted(name: str, **variables: Any) -> tuple[dict[Json, int], int]:
        found = settled.api.query(operations.FACETS, blueprint=settled.service, property=name, **variables)
        return {one["value"]: one["count"] for one in found["values"]}, found["missing"]

    assert counted("slack") == ({"#red": 2, "#blue": 1}, 0)
    assert counted("libraries") == ({"Web": 2, "Job": 1}, 1)
    assert counted("popular") == ({True: 1, False: 2}, 0)
    assert counted("open") == ({0: 1, 1: 1, 2: 1}, 0)
    red = {"query": query(condition("slack", "=", "#red"))}
    assert counted("open", filter=red) == ({1: 1, 2: 1}, 0)


def test_rules_and_filters_of_scorecards_look_at_derived_properties_and_follow_them(world: World) -> None:
    world.write()
    comes_to(world.derived, EXPECTED)
    rules = [
        rule("calm", "Bronze", condition("open", "<", 2)),
        rule("reachable", "Bronze", condition("slack", "beginsWith", "#")),
        rule("light", "Silver", condition("pressure", "<", {"property": "team_load"})),
        rule("old", "Gold", condition("founded", "<", {"property": "$createdAt"})),
    ]
    owned = query(condition("slack", "=", "#red"))
    world.api.write_scorecard(scorecard(world.card, *rules, of=world.service, filter=owned))
    world.api.settle(world.service)
    results = {"reachable": "PASSED", "light": "PASSED", "old": "PASSED"}
    assert world.standing("api") == ("Basic", {"calm": "NOT_PASSED", **results})
    assert world.standing("web") == ("Gold", {"calm": "PASSED", **results})
    assert world.standing("job") == (None, {})
    world.api.write_entities(world.struck("i1", "job"))
    comes_to(lambda: world.standing("api"), ("Gold", {"calm": "PASSED", **results}))
    world.api.write_entities(entity("red", world.team), entity("blue", world.team, slack="#red"))
    gone = {"calm": "PASSED", "reachable": "PASSED", "light": "NOT_PASSED", "old": "NO_DATA"}
    comes_to(lambda: world.standing("job"), ("Bronze", gone))
    comes_to(lambda: world.standing("api"), (None, {}))
    assert world.standing("web") == (None, {})


def test_a_write_is_answered_with_what_follows_from_it_at_once(world: World) -> None:
    for one in world.blueprints:
        world.api.write_blueprint(one)
    results = world.api.write_entities(*reversed(world.entities))
    written = {one["identifier"]: one["entity"]["derived"] for one in results}
    assert {name: written[name] | {"team_load": 0} for name in EXPECTED} == {
        name: one | {"team_load": 0} for name, one in EXPECTED.items()
    }
    comes_to(world.derived, EXPECTED)


FAULTS: Final[dict[str, tuple[dict[str, Json], str]]] = {
    "failing": (_calculation("error(.title)", **NUMBER), "failed: API"),
    "looping": (_calculation("last(range(1e12))", **NUMBER), "took longer than 250 ms and was cut off"),
    "wrong_type": (_calculation('"5"', **NUMBER), "answered with String, and its type is Number"),
    "no_boolean": (_calculation("1", type="boolean"), "answered with Number, and its type is Boolean"),
    "too_large": (_calculation('"x" * 100001', **STRING), "answered with more than 100 kB of JSON"),
    "inexact": (_calculation("1e300", **NUMBER), "answered with what cannot be kept: an integer beyond 2^53"),
    "nothing": (_calculation("empty", **NUMBER), "answered with nothing"),
    "null": (_calculation(".properties.no", **NUMBER), "answered with null"),
}


def test_a_calculation_without_a_value_says_why_and_rules_over_it_have_no_data(world: World) -> None:
    document = world.services(
        mirrorProperties={},
        aggregationProperties={},
        calculationProperties={name: declared for name, (declared, _) in FAULTS.items()},
    )
    world.api.write_blueprint(document)
    rules = [rule(name, "Bronze", condition(name, "isNotEmpty")) for name in ("looping", "nothing")]
    rules += [rule("over", "Bronze", condition("wrong_type", ">", 1))]
    world.api.write_scorecard(scorecard(world.card, *rules, of=world.service))
    world.api.write_entities(entity("api", world.service) | {"title": "API"})
    told = world.reasons()
    assert told.keys() == FAULTS.keys()
    assert {name: told[name][: len(reason)] for name, (_, reason) in FAULTS.items()} == {
        name: reason for name, (_, reason) in FAULTS.items()
    }
    assert world.derived() == {"api": {}}
    results = {"looping": "NOT_PASSED", "nothing": "NOT_PASSED", "over": "NO_DATA"}
    assert world.standing() == ("Basic", results)


def test_an_aggregation_that_is_too_large_has_no_data_and_says_so(world: World) -> None:
    world.write()
    world.api.write_entities(
        *[world.struck(f"i{place}", "api", cost=cost) for place, cost in ((1, 2**53), (2, 1), (3, 0))]
    )
    comes_to(world.reasons, {"cost": "the result is too large a number"})
    assert "cost" not in world.derived()["api"]
    world.api.write_entities(world.struck("i2", "api", cost=-1), mode="MERGE")
    comes_to(world.reasons, {})
    assert world.derived()["api"]["cost"] == 2**53 - 1


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
        {"calculationProperties": {"c": _calculation(".properties.c + 1", **NUMBER)}},
        "calculationProperties.c",
        "CYCLE",
    ),
    "a circle through another": (
        {"calculationProperties": {"pressure": _calculation(".properties.team_load", **NUMBER)}},
        "calculationProperties.pressure",
        "CYCLE",
    ),
    "a program that is none": (
        {"calculationProperties": {"c": _calculation(".properties[", **NUMBER)}},
        "calculationProperties.c.calculation",
        "BAD_CALCULATION",
    ),
    "a program of unknown functions": (
        {"calculationProperties": {"c": _calculation(".title | upcase", **NUMBER)}},
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
        ({"calculationSpec": _by_property("sum", "csot")}, "calculationSpec.property", "UNKNOWN_PROPERTY"),
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
        "pressure": _calculation(".properties.open * 7", **NUMBER),
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
