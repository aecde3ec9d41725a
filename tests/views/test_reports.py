"""Reports of a real server: rows, formats, refusals, and nothing that is left behind."""

import csv
import io
import json
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest
from pymongo import MongoClient

from tests.graphql.api import operations
from tests.support.documents import blueprint, condition, entity, query, rule, scorecard
from tests.support.server import ServerProcess
from tests.views.conftest import AWKWARD

OWN = {"blueprints": "service"}
CARD = {"blueprint": "service", "scorecard": "quality"}


def lines(shop: httpx.Client, report: str, **parameters: Any) -> list[dict[str, Any]]:
    answer = shop.get(f"/reports/{report}", params={"format": "jsonl", **parameters})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/jsonl; charset=utf-8"
    return [json.loads(line) for line in answer.text.splitlines()]


def test_there_is_a_row_for_every_rule_on_every_entity(shop: httpx.Client) -> None:
    found = lines(shop, "results", blueprint="service", property=["stars", "$createdBy"])
    assert [(one["entity"], one["rule"], one["level"], one["result"]) for one in found] == [
        (AWKWARD, "liked", "Gold", "PASSED"),
        (AWKWARD, "in-go", "Gold", "PASSED"),
        ("bee", "liked", "Basic", "NOT_PASSED"),
        ("bee", "in-go", "Basic", "NO_DATA"),
    ]
    first, last = found[0], found[-1]
    since = first.pop("since")
    assert since.endswith("Z")
    assert first == {
        **CARD, "entity": AWKWARD, "title": "=1+1", "teams": ["red", 'the "blue"\none'], "rule": "liked",
        "ruleTitle": "Liked", "ruleLevel": "Gold", "level": "Gold", "result": "PASSED", "lastResult": None,
        "reason": None, "properties.stars": 9, "properties.$createdBy": None,
    }  # fmt: skip
    assert (last["reason"], last["properties.stars"]) == ("`language`: no data", 1)


def test_results_are_narrowed_as_in_graphql(shop: httpx.Client) -> None:
    narrow: list[tuple[dict[str, Any], int]] = [
        ({"result": "PASSED"}, 2),
        ({"filter": '{"result": "PASSED"}', "rule": "liked"}, 1),
        ({"teams": ["nobody", "red"], "level": "Silver"}, 2),
        ({"entity": "bee", "scorecard": "quality"}, 2),
        ({"blueprint": "empty"}, 0),
    ]
    for parameters, count in narrow:
        found = lines(shop, "results", **({"blueprint": "service"} | parameters))
        assert len(found) == count, parameters


def test_csv_has_the_same_and_no_formula(shop: httpx.Client) -> None:
    answer = shop.get("/reports/results", params={"scorecard": "quality"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    assert answer.headers["content-disposition"] == 'attachment; filename="results.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    told = lines(shop, "results", scorecard="quality")
    assert [(row["entity"], row["rule"]) for row in rows] == [(one["entity"], one["rule"]) for one in told]
    assert (rows[0]["title"], rows[0]["reason"]) == ("'=1+1", "")
    assert json.loads(rows[0]["teams"]) == told[0]["teams"]


def test_results_are_told_as_of_an_instant(shop: httpx.Client) -> None:
    now = lines(shop, "results", blueprint="service")
    then = max(one["since"] for one in now)
    assert lines(shop, "results", blueprint="service", asOf=then) == now
    assert lines(shop, "results", blueprint="service", asOf="2001-01-01T00:00:00Z") == []


def test_a_rollup_has_a_column_for_each_part_of_a_key(shop: httpx.Client) -> None:
    assert lines(shop, "rollup", **OWN, by=["RULE", "property:language"])[0] == {
        "scorecard": "quality", "rule": "in-go", "properties.language": None, "passed": 0, "notPassed": 0,
        "noData": 1, "errors": 0, "tested": 1, "percentage": 0.0, "entities": 1,
        "levels": {"Basic": 1, "Bronze": 0, "Silver": 0, "Gold": 0},
    }  # fmt: skip
    teams = {
        one["team"]: one["percentage"]
        for one in lines(shop, "rollup", **OWN, by="TEAM", orderBy='{"figure": "PASSED"}')
    }
    assert teams == {"red": 50, 'the "blue"\none': 100}
    (whole,) = lines(shop, "rollup", **OWN)
    assert (whole["passed"], whole["tested"]) == (2, 4)
    entities = lines(shop, "rollup", **OWN, by=["ENTITY", "LEVEL"], teams="red")
    assert [(one["entity"], one["scorecard"], one["level"]) for one in entities] == [
        (AWKWARD, "quality", "Gold"), ("bee", "quality", "Basic"),
    ]  # fmt: skip


def test_a_trend_has_a_row_for_each_point_of_each_group(shop: httpx.Client) -> None:
    since = lines(shop, "results", blueprint="service")[0]["since"]
    begin = f"{int(since[:4]) - 1}{since[4:10]}T00:00:00Z"
    groups = {"groupBy": "property:$team", "interval": "YEAR", "from": begin}
    found = lines(shop, "trend", scorecard="quality", **groups)
    last = {one["properties.$team"]: one for one in found}
    assert {team: one["percentage"] for team, one in last.items()} == {
        "red": 50, 'the "blue"\none': 100, None: None,
    }  # fmt: skip
    assert sum(one["created"] for one in found if one["properties.$team"] == "red") == 2
    assert last["red"]["levels"]["Gold"] == 1
    assert last["red"]["moved"][0]["appeared"] == 4


def test_a_filter_of_entities_has_its_query_and_its_level(shop: httpx.Client) -> None:
    asked = query({"property": "stars", "operator": "<", "value": 5})
    (low,) = lines(shop, "rollup", **OWN, query=json.dumps(asked))
    assert (low["passed"], low["tested"]) == (0, 2)
    level = {"scorecard": "quality", "levels": ["Gold"]}
    (gold,) = lines(shop, "rollup", **OWN, filter=json.dumps({"level": level}))
    assert (gold["passed"], gold["tested"]) == (2, 2)


@pytest.mark.parametrize(
    ("path", "status", "told"),
    [
        ("results?team=red", 400, "did you mean `teams`?"),
        ("results?format=xml", 400, "`format` is `csv` or `jsonl`"),
        ("results?blueprint=service&property=star", 400, "did you mean `stars`?"),
        ("results?property=nothing", 400, "no blueprint has a property `nothing`"),
        ("results?asOf=2999-01-01T00:00:00Z", 400, "still to come"),
        ("rollup?by=COLOUR", 400, "COLOUR"),
        ("rollup?scorecards=nothing", 404, "there is no scorecard `nothing`"),
        ("trend?scorecard=quality", 400, "is missing"),
        ("trend?scorecard=nothing&interval=DAY&from=2026-01-01T00:00:00Z", 404, "there is no scorecard"),
    ],
)
def test_what_cannot_be_told_is_refused_before_anything_is_sent(
    shop: httpx.Client, path: str, status: int, told: str
) -> None:
    answer = shop.get(f"/reports/{path}")
    assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (status, "application/json")
    assert told in answer.json()["errors"][0]["message"]
    assert shop.head(f"/reports/{path}").status_code == status


def test_a_report_is_only_read(shop: httpx.Client) -> None:
    head = shop.head("/reports/results?format=jsonl")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"] == "application/jsonl; charset=utf-8"
    assert shop.post("/reports/results").status_code == 405
    elsewhere = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}
    assert shop.get("/reports/results", headers=elsewhere).status_code == 403


def test_a_client_that_goes_away_leaves_no_cursor(mongo_url: str, shop_server: ServerProcess) -> None:
    kind, card = f"many-{uuid4().hex[:8]}", rule("liked", "Gold", condition("stars", ">", 1))
    shop_server.query(operations.UPSERT_BLUEPRINT, input=blueprint(kind))
    shop_server.query(operations.UPSERT_SCORECARD, input=scorecard(kind, card, of=kind))
    for begin in range(0, 1000, 100):  # more than what fits between server and client
        many = [entity(f"e{begin + place}", kind, language="x" * 20_000) for place in range(100)]
        shop_server.query(operations.UPSERT_ENTITIES, input={"entities": many})
    base = shop_server.url.removesuffix("graphql")
    with MongoClient[dict[str, Any]](mongo_url) as mongo:

        def reading() -> int:
            idle = {"$currentOp": {"idleCursors": True, "allUsers": True}}
            own = {"$match": {"cursor.originatingCommand.find": "entities"}}
            return sum(kind in str(row) for row in mongo.admin.aggregate([idle, own]))

        with httpx.stream("GET", f"{base}reports/results?blueprint={kind}&property=language") as answer:
            next(answer.iter_raw())
            assert eventually(reading, lambda found: found == 1)
        assert eventually(reading, lambda found: found == 0)


def eventually(look: Callable[[], int], expected: Callable[[int], bool]) -> bool:
    deadline = time.monotonic() + 10
    while not (found := expected(look())) and time.monotonic() < deadline:
        time.sleep(0.02)
    return found
