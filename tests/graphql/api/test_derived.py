"""Derived properties over the API: used wherever a property is, and told of where they have no data."""

from typing import Any, Final

import pytest

from levelmark.domain.json import Json
from tests.graphql.api import operations
from tests.graphql.api.world import EXPECTED, NUMBER, STRING, World, calculation, comes_to
from tests.support.documents import condition, entity, query, rule, scorecard


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
    "failing": (calculation("error(.title)", **NUMBER), "failed: API"),
    "looping": (calculation("last(range(1e12))", **NUMBER), "took longer than 250 ms and was cut off"),
    "wrong_type": (calculation('"5"', **NUMBER), "answered with String, and its type is Number"),
    "no_boolean": (calculation("1", type="boolean"), "answered with Number, and its type is Boolean"),
    "too_large": (calculation('"x" * 100001', **STRING), "answered with more than 100 kB of JSON"),
    "inexact": (calculation("1e300", **NUMBER), "answered with what cannot be kept: an integer beyond 2^53"),
    "nothing": (calculation("empty", **NUMBER), "answered with nothing"),
    "null": (calculation(".properties.no", **NUMBER), "answered with null"),
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
