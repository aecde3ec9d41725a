"""Precision: nothing is evaluated again that cannot have changed, as the counts of evaluations show."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import pytest

from levelmark.domain.change import CauseKind, Change, ChangeKind
from levelmark.domain.issue import has_errors
from levelmark.domain.json import Json
from levelmark.domain.scorecard import DEFAULT_LEVELS
from levelmark.services import Services
from levelmark.services.outcome import Outcome
from levelmark.services.writing import Mode
from levelmark.storage.log import Changes
from tests.support.catalogue import CALM, INCIDENT, QUALITY, RULES, SERVICE, TEAM, load, owned, struck, write
from tests.support.documents import condition, entity, rule

Counts: TypeAlias = dict[tuple[str, str], tuple[int, int]]
"""By blueprint and cause: how many entities were evaluated, and how many of them had moved."""

WRITTEN, RELATED = CauseKind.ENTITY_WRITTEN.value, CauseKind.RELATED_ENTITY_WRITTEN.value
INCIDENT_ONLY: Counts = {("incident", WRITTEN): (1, 1)}


@pytest.fixture
async def loaded(services: Services) -> Services:
    """Services over the small catalogue, all of it evaluated."""
    await load(services)
    return services


async def counts(services: Services) -> Counts:
    """All that has been counted."""
    await services.counting.write()
    found = await services.storage.counts.all(None)
    return {(one.blueprint, one.cause.value): (one.evaluated, one.changed) for one in found}


async def evaluated(services: Services, act: Callable[[], Awaitable[object]]) -> Counts:
    """What was evaluated because of an act, when all has followed from it."""
    before = await counts(services)
    await act()
    await services.settled()
    after = await counts(services)
    grown = {key: tuple(new - old for new, old in zip(after[key], before.get(key, (0, 0)), strict=True))
             for key in after}  # fmt: skip
    return {key: (grown[key][0], grown[key][1]) for key in grown if any(grown[key])}


async def by_writing(services: Services, *documents: Json, mode: Mode = Mode.MERGE) -> Counts:
    """What is evaluated when entities are written."""
    return await evaluated(services, lambda: write(services, *documents, mode=mode))


async def by_scorecard(services: Services, **changed: Json) -> Counts:
    """What is evaluated when the scorecard is written with changes."""
    return await evaluated(services, lambda: _sound(services.scorecards.upsert(QUALITY | changed)))


async def by_blueprint(services: Services, document: dict[str, Any], **changed: Json) -> Counts:
    """What is evaluated when a blueprint is written with changes."""
    return await evaluated(services, lambda: _sound(services.blueprints.upsert(document | changed)))


async def _sound(writing: Awaitable[Any]) -> None:
    written = await writing
    assert not has_errors(written.issues), written.issues
    assert written.outcome is Outcome.UPDATED


async def derived(services: Services, blueprint: str) -> dict[str, dict[str, Json]]:
    """The derived values of a blueprint's entities."""
    held = await services.storage.entities.chunk(blueprint, None, 100)
    return {one.entity.identifier: one.entity.derived for one in held}


async def test_what_is_counted_is_every_evaluation(services: Services) -> None:
    before = await counts(services)
    await load(services)
    assert before == {}
    assert await derived(services, "domain") == {"bank": {"open": 1}, "shop": {"open": 1}}
    found = await counts(services)
    assert found["incident", WRITTEN] == (3, 3)
    assert found["team", WRITTEN] == (2, 2)
    assert ("team", RELATED) not in found
    assert ("incident", RELATED) not in found


async def test_an_unchanged_write_evaluates_nothing(loaded: Services) -> None:
    same = owned("a", "red", "shop", stars=9), struck("i1", "a", status="open")
    assert await by_writing(loaded, *same, mode=Mode.REPLACE) == {}
    assert await by_writing(loaded, *same) == {}


async def test_a_property_that_nobody_reads_evaluates_nobody_else(loaded: Services) -> None:
    assert await by_writing(loaded, entity("red", "team", motto="Slow")) == {("team", WRITTEN): (1, 1)}
    assert await by_writing(loaded, struck("i1", "a", note="x")) == INCIDENT_ONLY
    assert await by_writing(loaded, entity("red", "team") | {"title": "Red"}) == {("team", WRITTEN): (1, 1)}
    assert await by_writing(loaded, entity("a", note="x")) == {("service", WRITTEN): (1, 1)}


async def test_a_mirrored_property_evaluates_exactly_those_that_point_at_it(loaded: Services) -> None:
    found = await by_writing(loaded, entity("red", "team", slack="#new"))
    assert found == {("team", WRITTEN): (1, 1), ("service", RELATED): (3, 3)}
    slack = {name: one["slack"] for name, one in (await derived(loaded, "service")).items()}
    assert slack == {"a": "#new", "b": "#new", "c": "#new", "d": "#blue"}


async def test_those_that_read_something_else_of_it_are_left_alone(loaded: Services) -> None:
    assert await by_writing(loaded, entity("a", stars=7)) == {
        ("service", WRITTEN): (1, 1),
        ("incident", RELATED): (2, 2),
    }
    assert await by_writing(loaded, entity("a", note="y")) == {("service", WRITTEN): (1, 1)}
    assert await by_writing(loaded, owned("a", "blue", "shop")) == {("service", WRITTEN): (1, 1)}


async def test_what_changes_spreads_on_step_by_step(loaded: Services) -> None:
    found = await by_writing(loaded, struck("i1", "a", status="done"))
    assert found == INCIDENT_ONLY | {("service", RELATED): (1, 1), ("domain", RELATED): (1, 1)}
    assert (await derived(loaded, "domain"))["shop"] == {"open": 0}


async def test_what_leaves_the_derived_value_as_it_was_stops_there(loaded: Services) -> None:
    found = await by_writing(loaded, struck("i1", "a", status="ongoing"))
    assert found == INCIDENT_ONLY | {("service", RELATED): (1, 0)}


async def test_what_comes_and_goes_evaluates_those_that_it_points_at(loaded: Services) -> None:
    one_service = {("service", RELATED): (1, 1), ("domain", RELATED): (1, 1)}
    assert await by_writing(loaded, struck("i9", "d", status="open")) == INCIDENT_ONLY | one_service
    gone = await evaluated(loaded, lambda: loaded.entities.delete("incident", ["i9"]))
    assert gone == one_service
    assert await by_writing(loaded, struck("i8", "nobody", status="open")) == INCIDENT_ONLY
    assert await by_writing(loaded, entity("i7", "incident", status="open")) == INCIDENT_ONLY


async def test_what_moves_evaluates_both_that_it_pointed_at_and_their_readers(loaded: Services) -> None:
    found = await by_writing(loaded, struck("i1", "b"))
    assert found == INCIDENT_ONLY | {("service", RELATED): (2, 2), ("domain", RELATED): (2, 2)}
    assert await derived(loaded, "domain") == {"bank": {"open": 2}, "shop": {"open": 0}}
    within = await by_writing(loaded, struck("i1", "c"))
    assert within == INCIDENT_ONLY | {("service", RELATED): (2, 2), ("domain", RELATED): (1, 0)}


async def test_many_writes_at_once_evaluate_their_reader_once(loaded: Services) -> None:
    found = await by_writing(loaded, *[struck(f"n{place}", "c", status="open") for place in range(20)])
    assert found == {
        ("incident", WRITTEN): (20, 20),
        ("service", RELATED): (1, 1),
        ("domain", RELATED): (1, 1),
    }


async def test_what_is_only_shown_of_a_scorecard_evaluates_nothing(loaded: Services) -> None:
    assert await by_scorecard(loaded, title="Anything") == {}
    colours = [{"title": one.title, "color": "purple"} for one in DEFAULT_LEVELS]
    assert await by_scorecard(loaded, levels=colours) == {}
    texts: dict[str, Json] = {"title": "Anything", "description": "Why"}
    assert await by_scorecard(loaded, rules=[one | texts for one in RULES]) == {}


async def test_another_rule_evaluates_each_entity_of_the_blueprint_once(loaded: Services) -> None:
    found = await by_scorecard(loaded, rules=[CALM, rule("liked", "Silver", condition("stars", ">", 4))])
    assert found == {("service", "SCORECARD_WRITTEN"): (4, 0)}
    found = await by_scorecard(loaded, rules=[CALM, rule("liked", "Silver", condition("stars", ">", 9))])
    assert found == {("service", "SCORECARD_WRITTEN"): (4, 2)}


async def test_what_is_only_shown_of_a_blueprint_evaluates_nothing(loaded: Services) -> None:
    mirrors = {"slack": {"path": "team.slack", "title": "Slack", "icon": "Slack"}}
    assert await by_blueprint(loaded, SERVICE, title="S", mirrorProperties=mirrors) == {}
    more = {
        "properties": {"slack": {"type": "string", "title": "S"}, "motto": {"type": "string"}, "more": {}}
    }
    assert await by_blueprint(loaded, TEAM, schema=more) == {}
    assert await by_blueprint(loaded, INCIDENT, relations={"hits": {"target": "service", "title": "H"}}) == {}


async def test_another_definition_evaluates_its_entities_once_and_then_those_that_read_what_changed(
    loaded: Services,
) -> None:
    every = {
        "open": {"target": "incident", "calculationSpec": {"calculationBy": "entities", "func": "count"}}
    }
    found = await by_blueprint(loaded, SERVICE, aggregationProperties=every)
    assert found == {("service", "BLUEPRINT_WRITTEN"): (4, 1), ("domain", RELATED): (1, 1)}


async def test_a_blueprint_that_others_read_otherwise_evaluates_them_and_not_itself(loaded: Services) -> None:
    properties = {"slack": {"type": "string", "format": "date-time"}, "motto": {"type": "string"}}
    document = TEAM | {"schema": {"properties": properties}}
    found = await evaluated(loaded, lambda: loaded.blueprints.upsert(document, force=True))
    assert found == {("service", "BLUEPRINT_WRITTEN"): (4, 0)}


async def test_the_log_tells_whom_a_related_entity_has_changed(loaded: Services) -> None:
    before = await loaded.storage.log.page(Changes(), None, 1)
    await write(loaded, struck("i1", "d"))
    await loaded.settled()
    found = await loaded.storage.log.read(before[0].number, 100)
    assert {_told(one) for one in found} == {
        ("a", ChangeKind.RULE_RESULT, "NOT_PASSED", "PASSED"),
        ("a", ChangeKind.LEVEL, "Basic", "Silver"),
        ("d", ChangeKind.RULE_RESULT, "PASSED", "NOT_PASSED"),
        ("d", ChangeKind.LEVEL, "Silver", "Basic"),
    }
    assert {(one.blueprint, one.cause.kind, one.cause.evaluation) for one in found} == {
        ("service", CauseKind.RELATED_ENTITY_WRITTEN, None)
    }


def _told(change: Change) -> tuple[str, ChangeKind, str | None, str | None]:
    return change.entity, change.kind, change.before, change.after
