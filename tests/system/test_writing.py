"""Scorecards and rules are written as entities, by the same rules as through their own door."""

from typing import Any

from levelmark.domain.documents import to_document
from levelmark.domain.json import Json
from levelmark.domain.system import RULE, SCORECARD
from levelmark.services.outcome import Outcome
from levelmark.services.writing import Mode
from tests.support.documents import condition, entity, query
from tests.system.conftest import World, refused, sound

LEVELS: list[dict[str, Json]] = [
    {"title": "None", "color": "red"},
    {"title": "Some", "color": "yellow"},
    {"title": "All", "color": "green"},
]
FILTER = query(condition("stars", ">", 1))


def card(identifier: str = "security", **properties: Json) -> dict[str, Json]:
    """A scorecard as an entity."""
    whole = {"blueprint": "service", "levels": LEVELS, **properties}
    return {"blueprint": SCORECARD, "identifier": identifier, "title": "Security", "properties": whole}


def check(identifier: str = "owned", of: str | None = "security", **properties: Json) -> dict[str, Json]:
    """A rule as an entity."""
    whole = {"level": "Some", "query": query(condition("stars", ">", 2)), **properties}
    relations = {"scorecard": of} if of else {}
    return {
        "blueprint": RULE, "identifier": identifier, "title": "Owned", "properties": whole,
        "relations": relations,
    }  # fmt: skip


async def document(world: World, identifier: str) -> Any:
    """The scorecard's document, as its own door tells it."""
    stored = await world.services.storage.definitions.scorecard.get(identifier)
    return stored and to_document(stored.value)


async def test_a_scorecard_and_its_rules_come_with_ordinary_entities_in_any_order(world: World) -> None:
    documents = [check("security/second", None), entity("new", stars=4), check(), card(filter=FILTER)]
    written = await world.write(*documents, mode=Mode.REPLACE)
    assert [one.outcome for one in written] == [Outcome.CREATED] * 4
    assert [one.identifier for one in sound(written)] == [
        "security/second", "new", "security/owned", "security",
    ]  # fmt: skip
    stored = await document(world, "security")
    assert (stored["title"], stored["blueprint"], stored["levels"], stored["filter"]) == (
        "Security", "service", LEVELS, FILTER,
    )  # fmt: skip
    assert [rule["identifier"] for rule in stored["rules"]] == ["second", "owned"]
    assert stored["rules"][1]["query"] == query(condition("stars", ">", 2))


async def test_the_same_again_changes_nothing(world: World) -> None:
    documents = [card(), check(description="Somebody cares.")]
    await world.write(*documents, mode=Mode.REPLACE)
    before = await document(world, "security")
    again = await world.write(*documents, mode=Mode.REPLACE)
    assert [one.outcome for one in again] == [Outcome.UNCHANGED] * 2
    assert await document(world, "security") == before


async def test_a_replace_keeps_the_rules_and_takes_away_what_is_not_sent(world: World) -> None:
    await world.write(card(filter=FILTER), check(description="Somebody cares."), mode=Mode.REPLACE)
    await world.write(card(), check(), mode=Mode.REPLACE)
    stored = await document(world, "security")
    assert "filter" not in stored
    assert [rule["identifier"] for rule in stored["rules"]] == ["owned"]
    assert stored["rules"][0].get("description") is None


async def test_a_merge_keeps_what_is_not_sent(world: World) -> None:
    await world.write(card(filter=FILTER), check(description="Somebody cares."), mode=Mode.REPLACE)
    await world.write(
        {"blueprint": SCORECARD, "identifier": "security", "title": "Safety"},
        {"blueprint": RULE, "identifier": "security/owned", "properties": {"level": "All"}},
    )
    stored = await document(world, "security")
    assert (stored["title"], stored["filter"], stored["levels"]) == ("Safety", FILTER, LEVELS)
    (rule,) = stored["rules"]
    assert (rule["title"], rule["level"], rule["description"]) == ("Owned", "All", "Somebody cares.")


async def test_what_is_wrong_is_told_in_the_places_of_the_entity(world: World) -> None:
    await world.write(card(), mode=Mode.REPLACE)
    wrong = [
        card("other", levels=[LEVELS[0], {"title": "Some", "color": "beige"}]),
        card("third", blueprint="servise"),
        card("fourth", filter=query(condition("star", ">", 1))),
        check("a", level="Sum"),
        check("b", query=query(condition("stars", "=>", 1))),
        check("c", of="securitee"),
        check("d", of=None),
        {"blueprint": RULE, "identifier": "security/e", "properties": {"level": "Some"}},
        {"blueprint": SCORECARD, "identifier": "security", "properties": {"rules_tested": 7}},
        {"blueprint": SCORECARD, "identifier": "quality", "properties": {"colour": "red"}},
    ]
    written = await world.write(*wrong, mode=Mode.REPLACE)
    assert [refused([one])[0] for one in written] == [
        ("properties.levels[1].color", "NOT_ALLOWED"),
        ("properties.blueprint", "UNKNOWN_BLUEPRINT"),
        ("properties.filter.conditions[0].property", "UNKNOWN_PROPERTY"),
        ("properties.level", "UNKNOWN_LEVEL"),
        ("properties.query.conditions[0].operator", "UNKNOWN_OPERATOR"),
        ("relations.scorecard", "NOT_FOUND"),
        ("relations.scorecard", "REQUIRED"),
        ("properties.query", "REQUIRED"),
        ("properties.rules_tested", "DERIVED_PROPERTY"),
        ("properties.colour", "UNKNOWN_PROPERTY"),
    ]
    assert (await document(world, "security"))["rules"] == []
    assert await document(world, "other") is None


async def test_a_rule_does_not_move_to_another_scorecard(world: World) -> None:
    await world.write(card(), mode=Mode.REPLACE)
    written = await world.write(check("quality/kept"), mode=Mode.REPLACE)
    assert refused(written) == [("relations.scorecard", "PROTECTED")]


async def test_identifiers_of_any_characters_are_told_apart(world: World) -> None:
    sent = {"blueprint": RULE, "identifier": "a~1b~0c/x~1y", "properties": {"level": "Silver"}}
    (written,) = sound(await world.write(sent))
    assert written.identifier == "a~1b~0c/x~1y"
    assert (await document(world, "a/b~c"))["rules"][0]["level"] == "Silver"


async def test_the_same_entity_twice_in_a_request_is_refused_the_second_time(world: World) -> None:
    first, second = await world.write(card(), card())
    assert first.outcome is Outcome.CREATED
    assert refused([second]) == [("identifier", "DUPLICATE")]


async def test_entities_are_deleted_as_through_the_other_door(world: World) -> None:
    entities = world.services.entities
    kept = await entities.delete(SCORECARD, ["quality"], strict=True)
    assert refused(kept) == [("identifier", "POINTED_AT")]
    gone = await entities.delete(RULE, ["quality/kept", "quality/nothing", "kept"])
    assert [one.outcome for one in gone] == [Outcome.DELETED, Outcome.INVALID, Outcome.INVALID]
    assert [rule["identifier"] for rule in (await document(world, "quality"))["rules"]] == ["starred"]
    deleted = await entities.delete(SCORECARD, ["quality", "qualities"])
    assert [one.outcome for one in deleted] == [Outcome.DELETED, Outcome.INVALID]
    assert await document(world, "quality") is None


async def test_evaluating_them_tells_how_they_stand(world: World) -> None:
    there, absent = await world.services.entities.evaluate(RULE, ["quality/kept", "quality/nothing"])
    assert there.outcome is Outcome.UNCHANGED
    assert there.value is not None
    assert there.value.derived["entities_tested"] == 2
    assert refused([absent]) == [("identifier", "NOT_FOUND")]


async def test_teams_and_icons_can_be_given_to_a_scorecard(world: World) -> None:
    sent = {"blueprint": SCORECARD, "identifier": "quality", "team": ["red"], "icon": "Star"}
    (written,) = sound(await world.write(sent))
    assert (written.teams, written.icon, written.title) == (("red",), "Star", "Quality")
