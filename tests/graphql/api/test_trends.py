"""Trends over the API: what stood when, of whom, and whether entities or rules have changed."""

import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from tests.graphql.api import operations
from tests.graphql.api.client import Client, Data
from tests.graphql.api.commands import Executor
from tests.graphql.api.test_indexes import assert_indexed
from tests.support.documents import blueprint, condition, entity, rule, scorecard

LIKED = rule("liked", "Bronze", condition("stars", ">", 5))
STRICT = rule("liked", "Bronze", condition("stars", ">", 8))
KNOWN = rule("known", "Silver", condition("language", "isNotEmpty"))


def now() -> str:
    """An instant with nothing else in its millisecond."""
    time.sleep(0.004)
    at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    time.sleep(0.004)
    return at


@pytest.fixture
def story(api: Client, kind: str, card: str) -> list[str]:
    """Two services, of which one changes team, one rule becomes stricter, and one service is deleted."""
    api.write_blueprint(blueprint(kind, relations={"on": {"target": kind}}))
    api.write_scorecard(scorecard(card, LIKED, of=kind))
    api.settle(kind)
    instants = [now()]
    api.write_entities(
        entity("a", kind, stars=9) | {"team": "red"}, entity("b", kind, stars=7) | {"team": "red"}
    )
    instants.append(now())
    api.write_entities(entity("a", kind, stars=9) | {"team": "blue"})
    instants.append(now())
    api.write_scorecard(scorecard(card, STRICT, KNOWN, of=kind))
    api.settle(kind)
    instants.append(now())
    api.query(operations.DELETE_ENTITIES, input={"blueprint": kind, "identifiers": ["b"]})
    instants.append(now())
    return instants


def last(series: Data) -> Data:
    (point,) = series["points"][-1:]
    return dict(point)


def between(api: Client, begin: str, end: str, **asked: Any) -> dict[tuple[Any, ...], Data]:
    """The last point of each group from one instant to another."""
    asked = {"interval": "YEAR"} | asked
    found = api.query(operations.TREND, **{"from": begin, "to": end}, **asked)
    return {tuple(tag["value"] for tag in one["tags"]): last(one) for one in found["series"]}


def moved(point: Data) -> dict[str, dict[str, int]]:
    return {one["origin"]: {name: number for name, number in one.items() if name != "origin" and number}
            for one in point["moved"]}  # fmt: skip


def test_a_series_goes_from_point_to_point(api: Client, kind: str, card: str, story: list[str]) -> None:
    found = api.query(
        operations.TREND, scorecard=card, interval="MINUTE", **{"from": story[0], "to": story[4]}
    )
    (series,) = found["series"]
    assert (found["blueprintIdentifier"], found["groups"], series["tags"]) == (kind, 1, [])
    point = last(series)
    assert point["at"] == story[4]
    assert point["start"] <= point["at"] <= point["end"]
    assert point["tally"] == {
        "passed": 1,
        "notPassed": 1,
        "noData": 0,
        "errors": 0,
        "tested": 2,
        "percentage": 50.0,
    }
    levels = [(one["level"], one["entities"]) for one in point["levels"]]
    assert levels == [("Basic", 0), ("Bronze", 1), ("Silver", 0), ("Gold", 0)]


def test_an_entity_that_changes_team_is_no_dip_of_its_team(api: Client, card: str, story: list[str]) -> None:
    teams = between(api, story[1], story[2], scorecard=card, groupBy=[{"property": "$team"}])
    assert {team: moved(point) for team, point in teams.items()} == {
        ("red",): {"ENTITY": {"left": 1, "leftPassed": 1}},
        ("blue",): {"ENTITY": {"arrived": 1, "arrivedPassed": 1}},
    }
    assert [(team, one["entities"], one["arrived"], one["left"]) for team, one in teams.items()] == [
        (("red",), 1, 0, 1), (("blue",), 1, 1, 0),
    ]  # fmt: skip
    assert {one["tally"]["percentage"] for one in teams.values()} == {100.0}


def test_a_rule_that_became_stricter_is_told_from_entities_that_became_worse(
    api: Client, card: str, story: list[str]
) -> None:
    ((_, point),) = between(api, story[2], story[3], scorecard=card).items()
    assert moved(point) == {"RULE": {"ceased": 1, "appeared": 2}}
    ((_, of_rule),) = between(api, story[2], story[3], scorecard=card, rule="liked").items()
    assert moved(of_rule) == {"RULE": {"ceased": 1}}


def test_a_deleted_entity_leaves_every_tally(api: Client, kind: str, story: list[str]) -> None:
    ((_, point),) = between(api, story[3], story[4], blueprint=kind).items()
    assert moved(point) == {"ENTITY": {"went": 2}}
    assert (point["entities"], point["deleted"], point["created"], point["levels"]) == (1, 1, 0, None)


def test_only_entities_count_that_a_filter_means_at_the_time(
    api: Client, kind: str, card: str, story: list[str]
) -> None:
    red = {"filter": {"teams": ["red"]}, "scorecard": card}
    assert [between(api, story[0], at, **red)[()]["entities"] for at in story[1:]] == [2, 1, 1, 0]
    seven = {"filter": {"tags": [{"property": "stars", "values": [7]}]}, "blueprint": kind}
    assert [between(api, story[0], at, **seven)[()]["entities"] for at in story[1:]] == [1, 1, 1, 0]
    basic = {"filter": {"tags": [{"scorecard": card, "values": ["Basic", None]}]}, "scorecard": card}
    assert [between(api, story[0], at, **basic)[()]["entities"] for at in story[1:]] == [0, 0, 1, 0]
    by_both = [{"scorecard": card}, {"relation": "on"}]
    both = between(api, story[0], story[3], scorecard=card, groupBy=by_both)
    assert set(both) == {("Bronze", None), ("Basic", None)}


def test_names_are_those_of_now(api: Client, kind: str, card: str, story: list[str]) -> None:
    api.query(operations.RENAME_PROPERTY, input={"blueprint": kind, "identifier": "stars", "to": "likes"})
    api.query(operations.RENAME_RULE, input={"scorecard": card, "identifier": "liked", "to": "loved"})
    api.query(operations.RENAME_LEVEL, input={"scorecard": card, "identifier": "Bronze", "to": "Copper"})
    found = between(api, story[0], story[2], scorecard=card, rule="loved",
                    groupBy=[{"property": "likes"}, {"scorecard": card}])  # fmt: skip
    assert {group: point["tally"]["passed"] for group, point in found.items()} == {
        (9, "Copper"): 1, (7, "Copper"): 1,
    }  # fmt: skip


def test_a_deleted_scorecard_keeps_its_past(api: Client, kind: str, card: str, story: list[str]) -> None:
    api.query(operations.DELETE_SCORECARD, input={"identifier": card, "force": True})
    ((_, point),) = between(api, story[0], story[2], blueprint=kind, scorecard=card).items()
    assert point["tally"]["passed"] == 2
    assert point["levels"] == [{"level": "Bronze", "entities": 2}]
    assert api.refusal(operations.TREND, scorecard=card, **{"from": story[0]})[0] == "NOT_FOUND"


def test_whatever_things_are_called_they_are_told_apart(api: Client, kind: str, card: str) -> None:
    for name in ("a.b", "$where", "%24", "__proto__"):
        owner, rated = f"{kind} {name}", f"{card} {name}"
        document = blueprint(owner, relations={f"{name}*": {"target": owner}})
        document["schema"]["properties"] |= {name: {}}
        api.write_blueprint(document)
        api.write_scorecard(scorecard(rated, rule(name, "Bronze", condition(name, "=", name)), of=owner))
        begin = now()
        linked = entity("e", owner, **{name: name}) | {"team": name, "relations": {f"{name}*": name}}
        api.write_entities(linked)
        api.write_entities(linked | {"team": "other", "properties": {name: "$x"}})
        by = [{"property": name}, {"relation": f"{name}*"}]
        found = between(api, begin, now(), scorecard=rated, rule=name, groupBy=by)
        assert {group: one["tally"]["tested"] for group, one in found.items()} == {
            (name, name): 0, ("$x", name): 1,
        }  # fmt: skip
        narrow = {"tags": [{"property": name, "values": [name]}], "teams": [name]}
        ((_, point),) = between(api, begin, now(), scorecard=rated, filter=narrow).items()
        assert (point["entities"], point["created"], point["left"]) == (0, 1, 1)


@pytest.mark.parametrize("unit", ["WEEK", "MONTH", "QUARTER", "YEAR"])
@pytest.mark.parametrize("zone", ["UTC", "Pacific/Auckland", "America/Los_Angeles"])
def test_a_series_may_begin_when_time_did(api: Client, kind: str, unit: str, zone: str) -> None:
    api.write_blueprint(blueprint(kind))
    asked = {"blueprint": kind, "interval": unit, "every": 1_000, "timeZone": zone, "groupBy": []}
    found = api.query(operations.TREND, **{"from": "0001-01-01T00:00:00Z"}, **asked)
    points = found["series"][0]["points"]
    assert all(one["end"] == other["start"] for one, other in pairwise(points))
    assert points[0]["start"].startswith("0001-01-01")
    assert {point["entities"] for point in points} == {0}


HOUR_AGO = (datetime.now(UTC) - timedelta(hours=1)).isoformat()


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [
        ({}, ("BAD_USER_INPUT", "name the `scorecard` or the `blueprint`")),
        ({"scorecard": "?"}, ("NOT_FOUND", "if it was deleted, name its blueprint")),
        ({"blueprint": "_rule"}, ("BAD_USER_INPUT", "what `_rule` lists has no states of its own")),
        ({"blueprint": "?"}, ("NOT_FOUND", "there is no blueprint `?`")),
        ({"rule": "r", "scorecard": None}, ("BAD_USER_INPUT", "name the `scorecard`")),
        ({"rule": "like"}, ("NOT_FOUND", "has no rule `like`, and had none then (did you mean `liked`?)")),
        ({"from": "soon"}, ("BAD_USER_INPUT", "`from` is an instant such as")),
        ({"from": "2999-01-01T00:00:00Z"}, ("BAD_USER_INPUT", "still to come")),
        ({"to": "2001-01-01T00:00:00Z"}, ("BAD_USER_INPUT", "`from` must come before `to`")),
        ({"timeZone": "Europe/Berln"}, ("BAD_USER_INPUT", "(did you mean `Europe/Berlin`?)")),
        ({"every": 0}, ("BAD_USER_INPUT", "`every` is from 1 to 1,000")),
        ({"from": "2001-01-01T00:00:00Z", "interval": "HOUR"}, ("LIMIT_EXCEEDED", "at most 2,000 points")),
        ({"groupBy": [{"property": "star"}]}, ("BAD_USER_INPUT", "(did you mean `stars`?)")),
        ({"groupBy": [{"property": "$title"}]}, ("BAD_USER_INPUT", "`$title` is no tag")),
        ({"groupBy": [{"property": "settings"}]}, ("BAD_USER_INPUT", "are objects, which are no tags")),
        ({"groupBy": [{"relation": "of"}]}, ("BAD_USER_INPUT", "no relation `of`")),
        ({"groupBy": [{}]}, ("BAD_USER_INPUT", "exactly one of `property`, `relation` and `scorecard`")),
        ({"groupBy": [{"property": "stars"}] * 3}, ("BAD_USER_INPUT", "grouped by 2 tags at most")),
        ({"filter": {"tags": [{"property": "stars", "values": [{}]}]}}, ("BAD_USER_INPUT", "values of tags")),
        ({"first": -1}, ("BAD_USER_INPUT", "must not be negative")),
    ],
    ids=str,
)  # fmt: skip
def test_what_cannot_be_answered_is_refused(
    api: Client, kind: str, card: str, asked: dict[str, Any], refusal: tuple[str, str]
) -> None:
    api.write_blueprint(blueprint(kind, relations={"on": {"target": kind}}))
    api.write_scorecard(scorecard(card, LIKED, of=kind))
    asked = {"from": HOUR_AGO} | ({"scorecard": card} if asked else {}) | asked
    code, told = api.refusal(operations.TREND, **asked)
    assert code == refusal[0]
    assert refusal[1] in told


@pytest.mark.parametrize(
    "by", [[], [{"property": "$team"}], [{"property": "stars"}, {"scorecard": "a"}]], ids=str
)
@pytest.mark.parametrize("teams", [None, ["red"], ["red", "blue"]], ids=str)
async def test_the_history_is_read_on_indexes_in_two_or_three_calls(
    executor: Executor, by: list[dict[str, str]], teams: list[str] | None
) -> None:
    asked = {
        "scorecard": "a",
        "groupBy": by,
        "filter": {"teams": teams},
        "from": HOUR_AGO,
        "interval": "MINUTE",
    }
    sent = await executor.commands_of(operations.TREND, **asked)
    await assert_indexed(executor, sent)
    read = [one for one in sent if "history" in (one.get("find"), one.get("aggregate"))]
    assert len(read) == (3 if by or teams else 2)
    assert all(one["maxTimeMS"] == 20_000 for one in read)
