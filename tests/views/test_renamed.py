"""Names outside: badges, metrics and reports show what things are called now, and take that."""

import json
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.graphql.api import operations
from tests.support.documents import blueprint, condition, entity, rule, scorecard
from tests.support.server import ServerProcess
from tests.views.test_metrics import scraped, values


@pytest.fixture
def renamed(shop_server: ServerProcess) -> str:
    """A mark that is in all names of a catalogue in which everything was renamed."""
    mark = uuid4().hex[:8]
    old, new, card = f"old-{mark}", f"new-{mark}", f"card-{mark}"
    liked = rule("liked", "Gold", condition("stars", ">", 5))
    shop_server.query(operations.UPSERT_BLUEPRINT, input=blueprint(old))
    shop_server.query(operations.UPSERT_SCORECARD, input=scorecard(card, liked, of=old))
    shop_server.query(operations.UPSERT_ENTITIES, input={"entities": [entity("ape", old, stars=9)]})
    steps: list[tuple[str, dict[str, str]]] = [
        (operations.RENAME_PROPERTY, {"blueprint": old, "identifier": "stars", "to": "likes"}),
        (operations.RENAME_RULE, {"scorecard": card, "identifier": "liked", "to": "popular"}),
        (operations.RENAME_LEVEL, {"scorecard": card, "identifier": "Gold", "to": "Top"}),
        (operations.RENAME_BLUEPRINT, {"identifier": old, "to": new}),
    ]
    for document, sent in steps:
        (payload,) = shop_server.query(document, input=sent).values()
        assert payload["issues"] == []
    return mark


def test_a_badge_is_found_by_the_new_name_and_shows_it(shop: httpx.Client, renamed: str) -> None:
    assert ">Top</text>" in shop.get(f"/badges/new-{renamed}/ape/card-{renamed}.svg").text
    assert shop.get(f"/badges/old-{renamed}/ape/card-{renamed}.svg").status_code == 404


def test_metrics_go_on_under_the_new_names(shop: httpx.Client, renamed: str) -> None:
    found, own = scraped(shop), (f"new-{renamed}", f"card-{renamed}")
    assert values(found["levelmark_level_entities"])[(*own, "Top")] == 1
    assert values(found["levelmark_rule_results_passed"])[(*own, "popular")] == 1
    assert (f"new-{renamed}",) in values(found["levelmark_entities"])


def test_reports_show_and_take_the_new_names(shop: httpx.Client, renamed: str) -> None:
    def row(report: str, **parameters: Any) -> dict[str, Any]:
        answer = shop.get(f"/reports/{report}", params={"format": "jsonl", **parameters})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = json.loads(answer.text.splitlines()[-1])
        return found

    kind, card = f"new-{renamed}", f"card-{renamed}"
    result = row("results", blueprint=kind, rule="popular", level="Top", property="likes")
    told = [result[name] for name in ("blueprint", "rule", "ruleLevel", "level", "properties.likes")]
    assert told == [kind, "popular", "Top", "Top", 9]
    group = row("rollup", blueprints=kind, by=["RULE", "RULE_LEVEL", "property:likes"])
    assert [group[name] for name in ("rule", "ruleLevel", "properties.likes")] == ["popular", "Top", 9]
    assert group["levels"]["Top"] == 1
    point = row(
        "trend", scorecard=card, groupBy=f"scorecard:{card}", interval="YEAR", **{"from": result["since"]}
    )
    assert (point[f"levels.{card}"], point["levels"]["Top"]) == ("Top", 1)
