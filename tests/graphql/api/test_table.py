"""The table through the API: cells stand under their columns, groups and rows come page by page."""

from typing import Any

import pytest

from tests.graphql.api import operations
from tests.graphql.api.client import Client, Data
from tests.graphql.api.test_as_of import now
from tests.support.documents import blueprint, condition, entity, query, rule, scorecard

LIKED = rule("liked", "Bronze", condition("stars", ">", 5))
IN_GO = rule("in-go", "Silver", condition("language", "=", "Go"))
UNDECIDABLE = query(condition("$identifier", "doesNotContains", "#"))
ACTIVE = query(condition("archived", "!=", True))
BY_TEAM = {"property": "$team"}


@pytest.fixture
def zoo(api: Client, kind: str, card: str) -> str:
    api.write_blueprint(blueprint(kind))
    api.write_scorecard(scorecard(card, LIKED, IN_GO, of=kind, filter=ACTIVE))
    api.write_entities(
        entity("ape", kind, stars=9, language="Go") | {"team": ["red", "blue"]},
        entity("bee", kind, stars=1, language="C") | {"team": "red"},
        entity("cat", kind, stars=7) | {"team": "blue"},
        entity("dog", kind, language="Go", archived=True),
    )
    return kind


def table(api: Client, blueprint: str, **variables: Any) -> Data:
    found: Data = api.query(operations.TABLE, blueprint=blueprint, **variables)
    return found


def groups(found: Data) -> list[Data]:
    return [edge["node"] for edge in found["groups"]["edges"]]


def rows(group: Data) -> list[str]:
    return [edge["node"]["entity"]["identifier"] for edge in group["rows"]["edges"]]


def test_cells_stand_under_their_columns(api: Client, zoo: str, card: str) -> None:
    found = table(api, zoo)
    assert [(one["scorecard"], one["rule"], one["title"]) for one in found["columns"]] == [
        (card, None, card.title()), (card, "liked", "Liked"), (card, "in-go", "In-Go"),
    ]  # fmt: skip
    assert [one["level"] and one["level"]["title"] for one in found["columns"]] == [None, "Bronze", "Silver"]
    (group,) = groups(found)
    assert (group["key"], rows(group)) == (None, ["ape", "bee", "cat", "dog"])
    cells = [[cell["level"] or cell["result"] for cell in edge["node"]["cells"]]
             for edge in group["rows"]["edges"]]  # fmt: skip
    assert cells == [
        ["Silver", "PASSED", "PASSED"],
        ["Basic", "NOT_PASSED", "NOT_PASSED"],
        ["Bronze", "PASSED", "NO_DATA"],
        [None, None, None],
    ]
    ape, dog = group["rows"]["edges"][0]["node"]["cells"], group["rows"]["edges"][3]["node"]["cells"]
    assert all(cell["since"] for cell in ape)
    assert not any(cell["since"] for cell in dog)


def test_a_summary_has_a_cell_for_each_column(api: Client, zoo: str) -> None:
    found = table(api, zoo, groupBy=BY_TEAM)
    level, liked, in_go = found["summary"]["cells"]
    assert (found["summary"]["entities"], level["scored"], level["unscored"]) == (4, 3, 1)
    assert [(one["level"], one["entities"]) for one in level["levels"]] == [
        ("Basic", 1), ("Bronze", 1), ("Silver", 1), ("Gold", 0),
    ]  # fmt: skip
    assert (liked["tally"]["passed"], liked["tally"]["tested"]) == (2, 3)
    assert (in_go["tally"]["noData"], in_go["levels"], level["tally"]) == (1, None, None)
    by_team = {one["key"]: one["summary"]["cells"][1]["tally"]["percentage"] for one in groups(found)}
    assert by_team == {"blue": 100, "red": 50, None: None}


def test_groups_and_the_rows_of_each_are_paged(api: Client, zoo: str, card: str) -> None:
    order = {"figure": "PERCENTAGE", "scorecard": card, "rule": "liked"}
    asked: dict[str, Any] = {"groupBy": BY_TEAM, "groupOrder": order, "rows": 1}
    seen, after, more = [], None, True
    while more:
        page = table(api, zoo, first=1, after=after, **asked)
        seen += groups(page)
        after, more = page["groups"]["pageInfo"]["endCursor"], page["groups"]["pageInfo"]["hasNextPage"]
    assert [(one["key"], rows(one)) for one in seen] == [("red", ["ape"]), ("blue", ["ape"]), (None, ["dog"])]
    red = seen[0]["rows"]["pageInfo"]
    assert red["hasNextPage"]
    rest = table(api, zoo, rowsAfter=red["endCursor"], **asked)
    assert rest["summary"] is None
    assert [(one["key"], rows(one)) for one in groups(rest)] == [("red", ["bee"])]
    assert groups(rest)[0]["rows"]["pageInfo"]["hasNextPage"] is False


@pytest.mark.parametrize("narrow", [None, {"query": UNDECIDABLE}])
def test_rows_come_in_any_order(api: Client, zoo: str, card: str, narrow: Any) -> None:
    def listed(**order: str) -> list[str]:
        return rows(groups(table(api, zoo, rowOrder=order, filter=narrow))[0])

    assert listed(field="TITLE", direction="DESC") == ["dog", "cat", "bee", "ape"]
    assert listed(property="stars") == ["bee", "cat", "ape", "dog"]
    assert listed(scorecard=card) == ["bee", "cat", "ape", "dog"]
    assert listed(scorecard=card, rule="in-go") == ["cat", "bee", "ape", "dog"]
    assert listed(scorecard=card, rule="in-go", direction="DESC") == ["ape", "bee", "cat", "dog"]


def test_a_table_shows_any_instant(api: Client, zoo: str, card: str) -> None:
    before = now()
    api.write_entities(entity("bee", zoo, stars=99) | {"team": "green"})
    api.write_scorecard(scorecard(card, LIKED, of=zoo, filter=ACTIVE))
    api.settle(zoo)
    assert [one["rule"] for one in table(api, zoo)["columns"]] == [None, "liked"]
    then = table(api, zoo, groupBy=BY_TEAM, asOf=before)
    assert [one["rule"] for one in then["columns"]] == [None, "liked", "in-go"]
    assert [(one["key"], rows(one)) for one in groups(then)] == [
        ("blue", ["ape", "cat"]), ("red", ["ape", "bee"]), (None, ["dog"]),
    ]  # fmt: skip
    assert then["summary"]["cells"][1]["tally"]["passed"] == 2


def test_levels_are_groups_and_names_are_those_of_now(api: Client, zoo: str, card: str) -> None:
    api.query(operations.RENAME_LEVEL, input={"scorecard": card, "identifier": "Silver", "to": "Top"})
    api.query(operations.RENAME_RULE, input={"scorecard": card, "identifier": "liked", "to": "loved"})
    order = {"figure": "LEVEL", "scorecard": card, "level": "Top", "direction": "DESC"}
    found = table(api, zoo, groupBy={"scorecard": card}, groupOrder=order)
    assert [one["key"] for one in groups(found)] == ["Top", "Basic", "Bronze", None]
    assert found["columns"][1]["rule"] == "loved"


def test_what_is_not_there_is_named(api: Client, zoo: str, card: str) -> None:
    def refused(**how: Any) -> tuple[str, str]:
        return api.refusal(operations.TABLE, blueprint=zoo, **how)

    assert f"did you mean `{card}`?" in refused(scorecards=[card[:-1]])[1]
    assert "did you mean `stars`?" in refused(groupBy={"property": "star"})[1]
    assert refused(groupBy={"property": "stars", "relation": "on"})[0] == "BAD_USER_INPUT"
    assert refused(rowOrder={"scorecard": card, "rule": "nothing"})[0] == "NOT_FOUND"
    assert "needs the `rule`" in refused(groupOrder={"figure": "PASSED", "scorecard": card})[1]
    assert "needs the `scorecard`" in refused(groupOrder={"figure": "SCORED"})[1]
    assert refused(after="nonsense")[0] == refused(rowsAfter="nonsense")[0] == "BAD_USER_INPUT"


@pytest.mark.usefixtures("zoo")
def test_rules_and_their_results_stand_in_tables_like_other_entities(api: Client, card: str) -> None:
    of_card = {"query": query(condition("$identifier", "contains", card))}
    found = table(api, "_rule", filter=of_card, groupBy={"property": "level"})
    assert found["columns"] == []
    assert {one["key"]: len(rows(one)) for one in groups(found)} == {"Bronze": 1, "Silver": 1}
    results = table(api, "_rule_result", filter=of_card, groupBy={"property": "result"})
    assert results["summary"]["entities"] == 6
    assert sum(len(rows(one)) for one in groups(results)) == 6
