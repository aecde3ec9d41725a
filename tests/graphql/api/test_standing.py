"""An entity's standing: all levels of its scorecards, and what is missing for the next, in one query."""

from typing import Any

import pytest

from tests.graphql.api import operations
from tests.graphql.api.client import Client
from tests.support.documents import blueprint, condition, entity, query, rule, scorecard


@pytest.fixture
def shop(api: Client, kind: str, card: str) -> str:
    """An entity `ape` on Bronze of one scorecard, and left out by another."""
    rules = (
        rule("liked", "Bronze", condition("stars", ">", 5)),
        rule("in-go", "Gold", condition("language", "=", "Go")),
        rule("active", "Gold", condition("archived", "!=", True)),
    )
    api.write_blueprint(blueprint(kind))
    api.write_scorecard(scorecard(f"{card}-1", *rules, of=kind))
    archived = query(condition("archived", "=", True))
    api.write_scorecard(scorecard(f"{card}-2", rules[0], of=kind, filter=archived))
    api.write_entities(entity("ape", kind, stars=9, language="C"))
    return kind


def standing(api: Client, kind: str, **when: str) -> list[dict[str, Any]]:
    told = api.query(operations.STANDING, blueprint=kind, identifier="ape", **when)
    found: list[dict[str, Any]] = told["scorecards"]
    return found


def test_every_level_tells_its_rules_and_how_many_pass(api: Client, shop: str) -> None:
    score = standing(api, shop)[0]["score"]
    told = [
        (one["level"]["title"], one["level"]["color"], one["reached"], one["summary"])
        for one in score["levels"]
    ]
    assert told == [
        ("Basic", "paleBlue", True, "0 of 0"),
        ("Bronze", "bronze", True, "1 of 1"),
        ("Silver", "silver", False, "0 of 0"),
        ("Gold", "gold", False, "1 of 2"),
    ]
    gold = score["levels"][3]
    rules = [(one["rule"]["identifier"], one["passed"], one["ruleResult"]["result"]) for one in gold["rules"]]
    assert rules == [("in-go", False, "NOT_PASSED"), ("active", True, "PASSED")]
    assert (gold["passed"], gold["tested"], score["passed"], score["tested"]) == (1, 2, 2, 3)


def test_the_next_level_tells_what_is_missing_and_why(api: Client, shop: str) -> None:
    following = standing(api, shop)[0]["score"]["nextLevel"]
    assert following["level"] == {"title": "Gold", "color": "gold"}
    (missing,) = following["missing"]
    (explained,) = missing["ruleResult"]["explanation"]
    assert (explained["expected"], explained["actual"], explained["verdict"]) == ("Go", "C", "FALSE")


def test_at_the_top_nothing_is_next(api: Client, shop: str) -> None:
    api.write_entities(entity("ape", shop, stars=9, language="Go"))
    score = standing(api, shop)[0]["score"]
    assert (score["level"]["title"], score["nextLevel"]) == ("Gold", None)
    assert all(one["reached"] for one in score["levels"])


def test_a_scorecard_that_does_not_apply_is_told_without_a_score(api: Client, shop: str, card: str) -> None:
    told = [(one["scorecard"]["identifier"], one["score"] is None) for one in standing(api, shop)]
    assert told == [(f"{card}-1", False), (f"{card}-2", True)]


def test_the_scorecards_of_the_past_are_told_as_they_stood(api: Client, shop: str, card: str) -> None:
    since = api.query(operations.ENTITY, blueprint=shop, identifier="ape")["createdAt"]
    api.write_entities(entity("ape", shop, stars=1, language="C", archived=True))
    now = standing(api, shop)
    assert [one["score"]["level"]["title"] for one in now] == ["Basic", "Basic"]
    then = standing(api, shop, asOf=since)
    assert then[0]["score"]["nextLevel"]["level"]["title"] == "Gold"
    assert then[1] == {"scorecard": {"identifier": f"{card}-2"}, "score": None}
