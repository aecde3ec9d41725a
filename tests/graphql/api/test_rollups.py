"""Rollups through the API: groups with their keys in names, in any order, in pages, as of any instant."""

from typing import Any

import pytest

from tests.graphql.api import operations
from tests.graphql.api.client import Client, Data
from tests.graphql.api.test_as_of import now
from tests.support.documents import blueprint, condition, entity, query, rule, scorecard

LIKED = rule("liked", "Bronze", condition("stars", ">", 5))
IN_GO = rule("in-go", "Silver", condition("language", "=", "Go"))
UNDECIDABLE = query(condition("$identifier", "doesNotContains", "#"))


@pytest.fixture
def zoo(api: Client, kind: str, card: str) -> str:
    api.write_blueprint(blueprint(kind))
    api.write_scorecard(scorecard(card, LIKED, IN_GO, of=kind))
    api.write_entities(
        entity("ape", kind, stars=9, language="Go", archived=True) | {"team": ["red", "blue"]},
        entity("bee", kind, stars=1, language="C", archived=False) | {"team": "red"},
        entity("cat", kind, stars=7) | {"team": "blue"},
        entity("dog", kind, language="Go", archived=False),
    )
    return kind


def groups(api: Client, *by: Any, **variables: Any) -> list[Data]:
    told = [{"dimension": one} if isinstance(one, str) else one for one in by]
    return api.nodes(operations.ROLLUP, by=told, **variables)


def told(rows: list[Data]) -> dict[tuple[Any, ...], tuple[int, int, int]]:
    return {
        tuple(key["value"] for key in row["keys"]): (
            row["tally"]["passed"],
            row["tally"]["tested"],
            row["entities"],
        )
        for row in rows
    }


def test_an_entity_of_two_teams_counts_in_both_and_once_in_the_whole(api: Client, zoo: str) -> None:
    page = api.query(operations.ROLLUP, by=[{"dimension": "TEAM"}], blueprints=[zoo])
    rows = [edge["node"] for edge in page["edges"]]
    assert told(rows) == {(None,): (1, 2, 1), ("blue",): (3, 4, 2), ("red",): (2, 4, 2)}
    whole = {"passed": 4, "notPassed": 2, "noData": 2, "errors": 0, "tested": 8, "percentage": 50.0}
    assert page["whole"]["tally"] == whole
    assert (page["whole"]["entities"], page["whole"]["keys"]) == (4, [])
    assert page["whole"]["levels"] == [
        {"level": "Basic", "entities": 2},
        {"level": "Bronze", "entities": 1},
        {"level": "Silver", "entities": 1},
        {"level": "Gold", "entities": 0},
    ]


def test_a_key_says_what_it_is_of(api: Client, zoo: str, card: str) -> None:
    by = ("RULE", "RULE_LEVEL", "LEVEL", "SCORECARD", "ENTITY")
    (row,) = groups(
        api,
        *by,
        blueprints=[zoo],
        rules=["liked"],
        filter={"query": query(condition("$identifier", "=", "ape"))},
    )
    common = {"property": None, "relation": None, "blueprint": None, "scorecard": card}
    assert row["keys"] == [
        {**common, "dimension": "RULE", "value": "liked"},
        {**common, "dimension": "RULE_LEVEL", "value": "Bronze"},
        {**common, "dimension": "LEVEL", "value": "Silver"},
        {**common, "dimension": "SCORECARD", "value": card, "scorecard": None},
        {**common, "dimension": "ENTITY", "value": "ape", "scorecard": None, "blueprint": zoo},
    ]
    assert row["levels"] is None
    (row, *_) = groups(api, {"property": "archived"}, "BLUEPRINT", blueprints=[zoo])
    common |= {"scorecard": None}
    assert row["keys"] == [
        {**common, "dimension": None, "property": "archived", "value": None},
        {**common, "dimension": "BLUEPRINT", "value": zoo},
    ]


def test_groups_come_in_the_order_of_any_figure_page_by_page(api: Client, zoo: str) -> None:
    def listed(**order: str) -> list[Any]:
        return [row["keys"][0]["value"] for row in groups(api, "ENTITY", blueprints=[zoo], orderBy=order)]

    assert listed() == ["ape", "bee", "cat", "dog"]
    assert listed(direction="DESC") == ["dog", "cat", "bee", "ape"]
    assert listed(figure="PERCENTAGE") == ["bee", "cat", "dog", "ape"]
    assert listed(figure="PERCENTAGE", direction="DESC") == ["ape", "cat", "dog", "bee"]
    assert listed(figure="NO_DATA", direction="DESC") == ["cat", "dog", "ape", "bee"]
    for narrow in (None, {"query": UNDECIDABLE}):
        for order in (
            {},
            {"direction": "DESC"},
            {"figure": "PASSED"},
            {"figure": "TESTED", "direction": "DESC"},
        ):
            asked = {"by": [{"dimension": "ENTITY"}], "blueprints": [zoo], "orderBy": order, "filter": narrow}
            paged, after, more = [], None, True
            while more:
                page = api.query(operations.ROLLUP, **asked, first=3, after=after)
                paged += [edge["node"]["keys"][0]["value"] for edge in page["edges"]]
                after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
            assert paged == listed(**order)


def test_groups_of_several_blueprints_are_one(api: Client, zoo: str, card: str) -> None:
    other = f"{zoo}-other"
    api.write_blueprint(blueprint(other))
    api.write_scorecard(scorecard(f"{card}-other", LIKED, of=other))
    api.write_entities(entity("owl", other, stars=9) | {"team": "red"}, entity("ape", other))
    both = [zoo, other]
    by_team = {(None,): (1, 3, 2), ("blue",): (3, 4, 2), ("red",): (3, 5, 3)}
    assert told(groups(api, "TEAM", blueprints=both)) == by_team
    assert told(groups(api, "TEAM", blueprints=both, filter={"query": UNDECIDABLE})) == by_team
    lowest = groups(api, "TEAM", blueprints=both, orderBy={"figure": "PERCENTAGE"}, first=1)
    assert told(lowest) == {(None,): (1, 3, 2)}
    apes = groups(
        api, "ENTITY", blueprints=both, filter={"query": query(condition("$identifier", "=", "ape"))}
    )
    assert [row["keys"][0]["blueprint"] for row in apes] == both
    assert told(groups(api, "TEAM", blueprints=both, scorecards=[card], filter={"teams": ["red"]})) == {
        ("blue",): (2, 2, 1), ("red",): (2, 4, 2),
    }  # fmt: skip


def test_renamed_things_are_asked_for_and_told_by_their_names(api: Client, zoo: str, card: str) -> None:
    api.query(operations.RENAME_PROPERTY, input={"blueprint": zoo, "identifier": "archived", "to": "old"})
    api.query(operations.RENAME_RULE, input={"scorecard": card, "identifier": "liked", "to": "loved"})
    api.query(operations.RENAME_LEVEL, input={"scorecard": card, "identifier": "Silver", "to": "Platinum"})
    rows = groups(api, {"property": "old"}, "RULE", "LEVEL", blueprints=[zoo], rules=["loved"])
    assert told(rows)[True, "loved", "Platinum"] == (1, 1, 1)
    assert (
        api.refusal(operations.ROLLUP, by=[{"property": "archived"}], blueprints=[zoo])[0] == "BAD_USER_INPUT"
    )


def test_results_are_counted_as_of_any_instant(api: Client, zoo: str, card: str) -> None:
    before = now()
    api.write_entities(entity("bee", zoo, stars=99, language="Go") | {"team": "green"})
    api.write_scorecard(scorecard(card, LIKED, of=zoo))
    api.settle(zoo)
    assert told(groups(api, "RULE", blueprints=[zoo])) == {("liked",): (3, 4, 4)}
    then = groups(api, "RULE", blueprints=[zoo], asOf=before)
    assert told(then) == {("liked",): (2, 4, 4), ("in-go",): (2, 4, 4)}
    assert ("red",) in told(groups(api, "TEAM", blueprints=[zoo], asOf=before))
    page = api.query(operations.ROLLUP, by=[], blueprints=[zoo], asOf=before)
    assert page["whole"]["tally"]["tested"] == 8


def test_what_is_not_there_is_named(api: Client, zoo: str, card: str) -> None:
    def refused(by: Any = None, **how: Any) -> tuple[str, str]:
        return api.refusal(operations.ROLLUP, by=[by] if by else [], **{"blueprints": [zoo]} | how)

    assert refused(blueprints=[f"{zoo[:-1]}"])[0] == "NOT_FOUND"
    assert f"did you mean `{card}`?" in refused(scorecards=[f"{card[:-1]}"])[1]
    assert "did you mean `liked`?" in refused(rules=["like"])[1]
    assert "did you mean `archived`?" in refused({"property": "archivd"})[1]
    assert "objects" in refused({"property": "settings"})[1]
    assert refused({"property": "stars", "relation": "on"})[0] == "BAD_USER_INPUT"
    assert refused(after="nonsense")[0] == "BAD_USER_INPUT"
    assert "5 dimensions" in api.refusal(operations.ROLLUP, by=[{"dimension": "TEAM"}] * 6)[1]
