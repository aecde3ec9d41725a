"""Over the API: both doors of scorecards tell the same story; others add to them and point at them."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.cli.commands import here, write
from tests.graphql.api import operations
from tests.graphql.api.client import Client, Data, issues
from tests.support.documents import blueprint, condition, entity, query, rule, scorecard
from tests.support.server import ServerProcess

LIKED = rule("liked", "Bronze", condition("stars", ">", 5))
WEIGHT: dict[str, Any] = {"schema": {"properties": {"weight": {"type": "number"}}}}


@pytest.fixture
def story(api: Client, kind: str, card: str) -> str:
    """Two entities under a scorecard of one rule."""
    api.write_blueprint(blueprint(kind))
    api.write_scorecard(scorecard(card, LIKED, of=kind))
    api.settle(kind)
    api.write_entities(entity("a", kind, stars=9), entity("b", kind, stars=1))
    return kind


def read(api: Client, of: str, identifier: str) -> Data:
    found: Data = api.query(operations.ENTITY, blueprint=of, identifier=identifier)
    return found


def delete(api: Client, of: str, *identifiers: str) -> list[Data]:
    sent = {"blueprint": of, "identifiers": list(identifiers)}
    results: list[Data] = api.query(operations.DELETE_ENTITIES, input=sent)["results"]
    return results


def test_what_one_door_writes_the_other_shows(api: Client, story: str, card: str) -> None:
    described = {"description": "People *like* it.", "query": query(condition("stars", ">", 7))}
    api.write_entities(
        {"blueprint": "_rule", "identifier": f"{card}/liked", "properties": described}, mode="MERGE"
    )
    (shown,) = api.query(operations.SCORECARD, identifier=card)["rules"]
    assert (shown["description"], shown["query"]) == (described["description"], described["query"])
    api.write_scorecard(scorecard(card, LIKED, of=story, title="Other"))
    assert read(api, "_scorecard", card)["title"] == "Other"
    assert "description" not in read(api, "_rule", f"{card}/liked")["properties"]
    assert [one["outcome"] for one in delete(api, "_rule", f"{card}/liked")] == ["DELETED"]
    assert api.query(operations.SCORECARD, identifier=card)["rules"] == []
    assert [one["outcome"] for one in delete(api, "_scorecard", card)] == ["DELETED"]
    assert api.query(operations.SCORECARD, identifier=card) is None


def test_the_answer_is_what_is_read(api: Client, story: str, card: str) -> None:
    sent = {"blueprint": "_rule", "identifier": "loved", "title": "Loved", "relations": {"scorecard": card}}
    properties = {"level": "Gold", "query": query(condition("stars", ">", 50))}
    (result,) = api.write_entities({**sent, "properties": properties})
    assert result["outcome"] == "CREATED"
    assert result["identifier"] == "loved"
    assert result["entity"]["identifier"] == f"{card}/loved"
    api.settle(story)
    assert read(api, "_rule", f"{card}/loved")["derived"]["entities_tested"] == 2


def test_what_was_added_is_shown_and_derived_from_and_survives(api: Client, story: str, card: str) -> None:
    derived = {
        "calculationProperties": {
            "score": {"type": "number", "calculation": ".properties.weight * 10"},
        },
        "mirrorProperties": {"importance": {"path": "rule.weight"}},
    }
    api.write_blueprint({"identifier": "_rule", "title": "Rule", **WEIGHT})
    api.write_blueprint({"identifier": "_rule_result", "title": "Rule Result", **WEIGHT, **derived})
    api.write_entities(
        {"blueprint": "_rule", "identifier": f"{card}/liked", "properties": {"weight": 4}},
        {"blueprint": "_rule_result", "identifier": f"{card}/liked/a", "properties": {"weight": 3}},
    )
    api.write_scorecard(scorecard(card, LIKED | {"level": "Silver"}, of=story))
    api.settle(story)
    api.write_entities(entity("a", story, stars=2))
    one = read(api, "_rule_result", f"{card}/liked/a")
    assert (one["properties"]["result"], one["properties"]["weight"]) == ("Not passed", 3)
    assert (one["derived"]["score"], one["derived"]["importance"]) == (30, 4)
    delete(api, story, "a")
    api.write_entities(entity("a", story, stars=2))
    assert "weight" not in read(api, "_rule_result", f"{card}/liked/a")["properties"]


def test_entities_point_at_scorecards_and_rules(api: Client, story: str, card: str) -> None:
    name = f"waiver-{story}"
    api.write_blueprint({"identifier": name, "title": "Waiver", "relations": {"of": {"target": "_rule"}}})
    sent = [
        {"blueprint": name, "identifier": "good", "relations": {"of": f"{card}/liked"}},
        {"blueprint": name, "identifier": "bad", "relations": {"of": f"{card}/hated"}},
    ]
    payload = api.query(operations.UPSERT_ENTITIES, input={"entities": sent, "strict": True})
    good, bad = payload["results"]
    assert (good["outcome"], issues(good)) == ("CREATED", [])
    assert (bad["outcome"], issues(bad)) == ("INVALID", [("relations.of", "DANGLING", "ERROR")])


def test_two_servers_that_start_at_once_share_the_blueprints(
    mongo_url: str, database: str, tmp_path: Path
) -> None:
    flags = ("--mongodb-url", mongo_url, "--database", database)
    servers = [ServerProcess(tmp_path / f"{one}.log", *flags) for one in range(2)]
    with ThreadPoolExecutor() as pool:
        started = list(pool.map(ServerProcess.__enter__, servers))
    try:
        for one in started:
            with Client(one.url) as client:
                names = client.identifiers(operations.BLUEPRINTS, first=10)
                assert names == ["_rule", "_rule_result", "_scorecard"]
    finally:
        for one in servers:
            one.__exit__(None, None, None)


def test_an_export_brings_what_was_added_elsewhere(server: ServerProcess, tmp_path: Path) -> None:
    owned = {"identifier": "_scorecard", "title": "Scorecard", **WEIGHT}
    owned["relations"] = {"team": {"target": "team"}}
    weighed = {"blueprint": "_scorecard", "identifier": "quality", "properties": {"weight": 7}}
    documents = [
        {"identifier": "team", "title": "Team"}, blueprint(), owned, scorecard("quality", LIKED), weighed,
    ]  # fmt: skip
    blueprints, others = {"blueprints": documents[:3]}, documents[3:]
    files = [write(tmp_path / "1.json", blueprints), write(tmp_path / "2.json", others)]
    applied = here("apply", *map(str, files), server=server.url)
    assert applied.returncode == 0, applied.stderr
    exported = tmp_path / "out.yaml"
    assert here("export", "--output", str(exported), server=server.url).returncode == 0
    again = here("apply", str(exported), server=server.url)
    assert again.returncode == 0, again.stderr
    assert "created" not in again.stdout
    assert "updated" not in again.stdout
    assert "weight: 7" in exported.read_text(encoding="utf-8")
    assert "rules_tested" not in exported.read_text(encoding="utf-8")
