"""The model: what derived properties lead to, what is wrong with them, and who reads what."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from levelmark.domain.blueprint import Kind
from levelmark.domain.documents import to_blueprint
from levelmark.domain.issue import Issue, Severity
from levelmark.domain.json import Json, JsonType
from levelmark.engine.derived.flaw import Flaw
from levelmark.engine.derived.paths import route
from levelmark.engine.derived.spec import Aggregation, Derived
from levelmark.engine.model import Model
from levelmark.engine.validation import read_query

from .builders import BUILTIN
from .models import blueprint, counted, model, summed, told

CASES = Path(__file__).parent / "cases"
PATHS: list[dict[str, Any]] = yaml.safe_load((CASES / "paths.yaml").read_text("utf-8"))
CHAINS: list[dict[str, Any]] = yaml.safe_load((CASES / "chains.yaml").read_text("utf-8"))
AT: dict[str, Json] = {"type": "string", "format": "date-time"}
NUMBER: dict[str, Json] = {"type": "number"}


def documents(case: dict[str, Any], **of_service: Any) -> list[dict[str, Any]]:
    """The blueprints of a case."""
    return [
        blueprint(
            name,
            relations,
            {one: {} for one in case.get("has", {}).get(name, [])},
            **(of_service if name == "service" else {}),
        )
        for name, relations in case["blueprints"].items()
    ]


def spec(made: Model, owner: str, name: str) -> Derived:
    """How a property is understood."""
    (found,) = [one for one in made.plans[owner].order if one.name == name]
    return found


@pytest.mark.parametrize("case", PATHS, ids=lambda case: case["id"])
def test_a_mirrors_path_leads_there_or_says_why_not(case: dict[str, Any]) -> None:
    blueprints = {one["identifier"]: to_blueprint(one) for one in documents(case)}
    found = route(blueprints["service"], case["path"], blueprints)
    if isinstance(found, Flaw):
        expected = (case["flaw"], case.get("meant"), case.get("waits", False))
        assert (found.code, found.suggestion, found.waits) == expected
        assert found.path == ("path",)
    else:
        assert [told(step) for step in found.chain] == case["chain"]
        assert found.name == case["reads"]


@pytest.mark.parametrize("case", CHAINS, ids=lambda case: case["id"])
def test_an_aggregation_goes_along_these_chains_or_says_why_not(case: dict[str, Any]) -> None:
    given = {"pathFilter": case["pathFilter"]} if "pathFilter" in case else {}
    made = model(*documents(case, aggregations={"found": counted(case["target"], **given)}))
    flaw = made.flaws.get(("service", "found"))
    if flaw is not None:
        expected = (case["flaw"], tuple(case["at"]), case.get("meant"), case.get("waits", False))
        assert (flaw.code, flaw.path, flaw.suggestion, flaw.waits) == expected
    else:
        found = spec(made, "service", "found")
        assert isinstance(found, Aggregation)
        assert sorted([told(step) for step in chain] for chain in found.chains) == sorted(case["chains"])


def test_what_waits_is_a_warning_and_all_else_an_error_at_its_place() -> None:
    late, wrong = {"path": "owner.x"}, {"path": "onwer.x"}
    document = blueprint("service", {"owner": "team"}) | {"mirrorProperties": {"late": late, "a b": wrong}}
    told = dict(model(document).issues("service"))
    assert _short(told["service", "late"]) == (
        "mirrorProperties.late.path",
        "UNKNOWN_BLUEPRINT",
        Severity.WARNING,
    )
    assert _short(told["service", "a b"]) == (
        'mirrorProperties["a b"].path',
        "UNKNOWN_RELATION",
        Severity.ERROR,
    )


def _short(issue: Issue) -> tuple[str, str, Severity]:
    return issue.path, issue.code, issue.severity


@pytest.mark.parametrize(
    ("spec", "at"),
    [
        ({"calculationBy": "property", "func": "sum", "property": "cots"}, "property"),
        ({"calculationBy": "entities", "func": "average", "averageOf": "day", "measureTimeBy": "cots"},
         "measureTimeBy"),
    ],
)  # fmt: skip
def test_an_aggregation_of_an_unknown_property_says_which_was_meant(spec: Json, at: str) -> None:
    found = {"found": {"target": "incident", "calculationSpec": spec}}
    made = model(
        blueprint("service", aggregations=found), blueprint("incident", {"on": "service"}, {"cost": NUMBER})
    )
    flaw = made.flaws["service", "found"]
    assert (flaw.code, flaw.path, flaw.suggestion) == ("UNKNOWN_PROPERTY", ("calculationSpec", at), "cost")


@pytest.mark.parametrize("kind", ["rules", "conditions"])
def test_an_aggregations_query_is_judged_by_its_target(kind: str) -> None:
    bad = {"combinator": "and", kind: [{"property": "cost", "operator": "beginswith", "value": "5"}]}
    made = model(
        blueprint("service", aggregations={"found": counted("incident", query=bad)}),
        blueprint("incident", {"on": "service"}, {"cost": NUMBER}),
    )
    flaw = made.flaws["service", "found"]
    assert (flaw.path, flaw.code, flaw.suggestion) == (("query",), "UNKNOWN_OPERATOR", "beginsWith")
    assert flaw.message.startswith("conditions[0].operator: ")
    assert made.plans["service"].order == ()


@pytest.mark.parametrize(
    ("made", "circle"),
    [
        ([blueprint("a", {"up": "a"}, mirrors={"m": "up.m"})], "`a.m` → `a.m`"),
        ([blueprint("a", calculations={"c": ".properties.c + 1"})], "`a.c` → `a.c`"),
        ([blueprint("a", calculations={"c": ".properties.d", "d": ".properties.c"})],
         "`a.c` → `a.d` → `a.c`"),
        ([blueprint("a", {"to": "b"}, mirrors={"m": "to.n"}),
          blueprint("b", {"to": "a"}, mirrors={"n": "to.m"})], "`a.m` → `b.n` → `a.m`"),
        ([blueprint("a", {"to": "b"}, mirrors={"m": "to.c"}),
          blueprint("b", calculations={"c": ".properties.n"}, aggregations={"n": summed("a", "m")})],
         "`a.m` → `b.c` → `b.n` → `a.m`"),
        ([blueprint("a", {"to": "b"}, mirrors={"m": "to.n"}),
          blueprint("b", {"to": "c"}, mirrors={"n": "to.o"}),
          blueprint("c", {"to": "a"}, mirrors={"o": "to.m"})], "`a.m` → `b.n` → `c.o` → `a.m`"),
        ([blueprint("a", {"to": "b"}, mirrors={"m": "to.n"}),
          blueprint("b", aggregations={"n": counted("a", query={
              "combinator": "or",
              "rules": [{"property": "x", "operator": "=", "value": {"property": "m"}}]})})],
         "`a.m` → `b.n` → `a.m`"),
        ([blueprint("a", {"to": "b"}, mirrors={"m": "to.n"}),
          blueprint("b", aggregations={"n": summed("a", "x", "average") | {"calculationSpec": {
              "calculationBy": "entities", "func": "average", "averageOf": "day", "measureTimeBy": "m"}}})],
         "`a.m` → `b.n` → `a.m`"),
    ],
    ids=["own-mirror", "own-calculation", "two-calculations", "two-blueprints", "through-a-calculation",
         "three-blueprints", "through-a-query", "through-a-time"],
)  # fmt: skip
def test_a_circle_is_told_by_every_property_in_it(made: list[dict[str, Any]], circle: str) -> None:
    found = model(*made)
    members = circle.replace("`", "").split(" → ")[:-1]
    assert {".".join(place) for place in found.flaws} == set(members)
    assert {flaw.code for flaw in found.flaws.values()} == {"CYCLE"}
    owner, _, name = members[0].partition(".")
    assert found.flaws[owner, name].message.startswith(f"is made from itself: {circle}; ")
    assert all(not plan.order for plan in found.plans.values())
    assert name in found.blueprints[owner].broken


def test_who_reads_a_property_in_a_circle_is_in_none_itself() -> None:
    made = model(
        blueprint("a", {"to": "a"}, mirrors={"m": "to.m", "reads": "to.m", "sound": "to.x"}),
        blueprint("b", {"to": "a"}, mirrors={"n": "to.m"}),
    )
    assert set(made.flaws) == {("a", "m")}
    assert [one.name for one in made.plans["a"].order] == ["reads", "sound"]


def test_calculations_come_after_what_they_read() -> None:
    calculations = {"a": ".properties.b + .properties.z", "b": ".properties.c", "c": "1"}
    mirrors = {"z": "to.x"}
    made = model(blueprint("s", {"to": "s"}, calculations=calculations, mirrors=mirrors))
    assert [one.name for one in made.plans["s"].order] == ["c", "b", "z", "a"]


@pytest.mark.parametrize(
    ("name", "types", "instant"),
    [
        ("number", {JsonType.NUMBER}, False),
        ("at", {JsonType.STRING}, True),
        ("calculated_at", {JsonType.STRING}, True),
        ("created", {JsonType.STRING}, True),
        ("title", {JsonType.STRING}, False),
        ("twice", {JsonType.STRING}, True),
        ("count", {JsonType.NUMBER}, False),
        ("anything", set(JsonType), False),
        ("several", {JsonType.ARRAY}, False),
        ("of_several", {JsonType.ARRAY}, False),
        ("broken", set(JsonType), False),
    ],
)
def test_a_mirror_has_the_types_of_what_it_shows(name: str, types: set[JsonType], instant: bool) -> None:
    made = model(
        blueprint(
            "service",
            {"to": "team", "all": "team*"},
            mirrors={
                "number": "to.n",
                "at": "to.at",
                "calculated_at": "to.calculated",
                "created": "to.$createdAt",
                "title": "to.$title",
                "twice": "to.shown",
                "count": "to.count",
                "anything": "to.x",
                "several": "all.at",
                "of_several": "to.of_all",
                "broken": "to.nothing",
            },
        ),
        blueprint(
            "team",
            {"group": "group", "groups": "group*"},
            {"n": NUMBER, "at": AT},
            mirrors={"shown": "group.at", "of_all": "groups.at"},
            calculations={"calculated": {"calculation": ".x", **AT}},
            aggregations={"count": counted("group")},
        ),
        blueprint("group", properties={"at": AT}),
    )
    service = made.blueprints["service"]
    assert service.kinds[name] == Kind(frozenset(types), instant)
    assert set(service.types(name)) == types
    assert service.is_instant(name) is instant


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        ({"property": "number", "operator": ">", "value": 5}, None),
        ({"property": "number", "operator": ">", "value": "5"}, "WRONG_TYPE"),
        ({"property": "number", "operator": "containsAny", "value": [5]}, "OPERATOR_TYPE"),
        ({"property": "number", "operator": "olderThan", "value": "P1D"}, "OPERATOR_TYPE"),
        ({"property": "several", "operator": "containsAny", "value": [5]}, None),
        ({"property": "several", "operator": ">", "value": 5}, "OPERATOR_TYPE"),
        ({"property": "at", "operator": "olderThan", "value": "P1D"}, None),
        ({"property": "at", "operator": "<", "value": {"property": "$createdAt"}}, None),
        ({"property": "number", "operator": "<", "value": {"property": "$createdAt"}}, "WRONG_TYPE"),
        ({"property": "anything", "operator": ">", "value": 5}, None),
    ],
)
def test_conditions_on_mirrors_are_judged_by_what_these_show(condition: Json, code: str | None) -> None:
    mirrors = {"number": "to.n", "several": "all.n", "at": "to.at", "anything": "to.x"}
    made = model(
        blueprint("service", {"to": "team", "all": "team*"}, mirrors=mirrors),
        blueprint("team", properties={"n": NUMBER, "at": AT}),
    )
    document = {"combinator": "and", "conditions": [condition]}
    checked = read_query(document, made.blueprints["service"], BUILTIN)
    assert {one.code for one in checked.issues if one.severity is Severity.ERROR} == ({code} - {None})


def test_readers_along_one_chain_are_one() -> None:
    urgent = {"combinator": "and", "rules": [{"property": "urgent", "operator": "=", "value": True}]}
    made = model(
        blueprint("service", aggregations={"a": counted("incident", query=urgent),
                                           "b": summed("incident", "cost")}),
        blueprint("incident", {"on": "service"}, {"urgent": {"type": "boolean"}, "cost": NUMBER}),
    )  # fmt: skip
    (reader,) = made.readers["incident"]
    assert reader.blueprint == "service"
    assert [told(step) for step in reader.chain] == ["incident.on < incident *"]
    assert reader.names == {"on", "urgent", "cost"}


def test_everyone_on_the_way_is_read_for_the_relation_that_goes_on() -> None:
    made = model(
        blueprint("service", {"owner": "team"}, mirrors={"phone": "owner.lead.phone"}),
        blueprint("team", {"lead": "person"}),
        blueprint("person", properties={"phone": {}}, aggregations={"all": counted("service")}),
    )
    read = {owner: [(one.blueprint, len(one.chain), set(one.names)) for one in readers]
            for owner, readers in made.readers.items()}  # fmt: skip
    assert read == {
        "team": [("service", 1, {"lead"}), ("person", 1, {"lead"})],
        "person": [("service", 2, {"phone"})],
        "service": [("person", 2, {"owner"})],
    }
    assert made.plans["service"].needs == {"team": {"lead"}, "person": {"phone"}}


def meaning(*changed: dict[str, Any]) -> Json:
    """What the services of a small model mean by their derived properties, with some blueprints replaced."""
    query = {"combinator": "and", "rules": [{"relation": "to", "operator": "isNotEmpty"}]}
    documents = {
        "service": blueprint("service", aggregations={"n": counted("incident", query=query)}),
        "incident": blueprint("incident", {"on": "service", "to": "team"}),
    }
    return (
        model(*(documents | {one["identifier"]: one for one in changed}).values()).plans["service"].meaning()
    )


@pytest.mark.parametrize(
    ("incident", "same"),
    [
        (blueprint("incident", {"on": "service", "to": "team"}) | {"title": "Anything", "icon": "Bug"}, True),
        (blueprint("incident", {"on": "service", "to": "team"}, {"more": NUMBER}), True),
        (blueprint("incident", {"on": "service", "to": "team*"}), False),
        (blueprint("incident", {"on": "service*", "to": "team"}), True),
        (blueprint("incident", {"of": "service", "to": "team"}), False),
    ],
    ids=[
        "texts",
        "a-property-that-nobody-reads",
        "a-relation-in-its-query-to-many",
        "way-back",
        "another-way",
    ],
)
def test_a_plan_means_something_else_only_where_its_values_can_be_others(
    incident: dict[str, Any], same: bool
) -> None:
    assert (meaning(incident) == meaning()) is same


def test_a_plan_means_something_else_when_there_is_another_reason_for_no_data() -> None:
    service = blueprint("service", {"owner": "team"}, mirrors={"slack": "owner.slack"})
    waits, breaks = model(service), model(service, blueprint("team"))
    assert waits.plans["service"].meaning() != breaks.plans["service"].meaning()
