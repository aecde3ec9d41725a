"""The history: level changes and changes of rule results, newest first, narrowed and paged."""

from typing import Any

import pytest

from tests.graphql.api import operations
from tests.graphql.api.client import Client, Data
from tests.support.documents import blueprint, condition, entity, rule, scorecard

LIKED = rule("liked", "Bronze", condition("stars", ">", 5))
LOVED = rule("loved", "Silver", condition("stars", ">", 50))


def moves(changes: list[Data]) -> list[tuple[str, str | None, str | None]]:
    return [(one["entityIdentifier"], one["fromLevel"], one["toLevel"]) for one in changes]


@pytest.fixture
def story(api: Client, kind: str, card: str) -> str:
    """Two entities that come, rise and fall."""
    api.write_blueprint(blueprint(kind))
    api.write_scorecard(scorecard(card, LIKED, LOVED, of=kind))
    api.settle(kind)
    api.write_entities(entity("a", kind, stars=9) | {"team": "red"})
    api.write_entities(entity("b", kind) | {"team": ["red", "blue"]})
    api.write_entities(entity("a", kind, stars=99) | {"team": "blue"})
    api.write_entities(entity("b", kind, stars=6) | {"team": ["red", "blue"]})
    return kind


def test_level_changes_are_told_newest_first_with_what_they_were_about(
    api: Client, story: str, card: str
) -> None:
    changes = api.nodes(operations.LEVEL_CHANGES, filter={"blueprint": story})
    assert moves(changes) == [
        ("b", "Basic", "Bronze"),
        ("a", "Bronze", "Silver"),
        ("b", None, "Basic"),
        ("a", None, "Bronze"),
    ]
    assert [one["teams"] for one in changes] == [["red", "blue"], ["blue"], ["red", "blue"], ["red"]]
    newest = changes[0]
    assert newest["blueprintIdentifier"] == story
    assert newest["scorecardIdentifier"] == card
    assert newest["cause"] == {"kind": "ENTITY_WRITTEN", "evaluation": None}
    assert (newest["entity"], newest["scorecard"]) == ({"identifier": "b"}, {"identifier": card})
    assert newest["at"] == api.query(operations.ENTITY, blueprint=story, identifier="b")["updatedAt"]
    numbers = [int(one["cursor"]) for one in changes]
    assert numbers == sorted(numbers, reverse=True)


def test_level_changes_are_narrowed_by_each_filter(api: Client, story: str, card: str) -> None:
    def found(**narrow: Any) -> list[tuple[str, str | None, str | None]]:
        return moves(api.nodes(operations.LEVEL_CHANGES, filter={"blueprint": story} | narrow))

    assert found(entity="a") == [("a", "Bronze", "Silver"), ("a", None, "Bronze")]
    assert found(teams=["red"], entity="a") == [("a", None, "Bronze")]
    assert found(teams=[]) == []
    assert len(found(scorecard=card)) == 4
    assert found(scorecard=f"{card}-not") == found(blueprint=f"{story}-not") == found(entity="c") == []
    assert found(rule="liked") == []  # changes of levels are of no rule


def test_rule_result_changes_are_narrowed_by_rule_too(api: Client, story: str, card: str) -> None:
    changes = api.nodes(operations.RESULT_CHANGES, filter={"scorecard": card, "rule": "loved", "entity": "a"})
    assert [(one["fromResult"], one["toResult"], one["reason"]) for one in changes] == [
        ("NOT_PASSED", "PASSED", None),
        (None, "NOT_PASSED", None),
    ]
    assert {one["ruleIdentifier"] for one in changes} == {"loved"}
    first = api.nodes(operations.RESULT_CHANGES, filter={"scorecard": card, "rule": "liked", "entity": "b"})[
        -1
    ]
    assert (first["toResult"], first["reason"]) == ("NO_DATA", "`stars`: no data")
    assert len(api.nodes(operations.RESULT_CHANGES, filter={"blueprint": story})) == 7


@pytest.mark.parametrize(
    ("operation", "count"), [(operations.LEVEL_CHANGES, 4), (operations.RESULT_CHANGES, 7)]
)
def test_pages_of_history_neither_repeat_nor_skip_while_more_happens(
    api: Client, story: str, operation: str, count: int
) -> None:
    own = {"blueprint": story}
    whole = [one["cursor"] for one in api.nodes(operation, filter=own)]
    found: list[str] = []
    after = None
    for step in range(10):
        page = api.query(operation, filter=own, first=2, after=after)
        found += [edge["cursor"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
        api.write_entities(entity(f"new-{step}", story, stars=step))
    assert found == whole
    assert len(whole) == count


def test_a_change_keeps_what_it_was_about_when_that_is_gone(api: Client, story: str, card: str) -> None:
    api.query(operations.DELETE_ENTITIES, input={"blueprint": story, "identifiers": ["a"]})
    api.query(operations.DELETE_SCORECARD, input={"identifier": card, "force": True})
    last = api.nodes(operations.LEVEL_CHANGES, filter={"blueprint": story, "entity": "a"})[0]
    assert (last["fromLevel"], last["toLevel"]) == ("Silver", None)
    assert (last["entity"], last["scorecard"]) == (None, None)
    assert (last["entityIdentifier"], last["scorecardIdentifier"]) == ("a", card)


def test_writing_what_changes_no_result_tells_nothing(api: Client, story: str) -> None:
    before = api.nodes(operations.RESULT_CHANGES, filter={"blueprint": story})
    api.write_entities(entity("a", story, stars=100, language="Go"))
    assert api.nodes(operations.RESULT_CHANGES, filter={"blueprint": story}) == before
