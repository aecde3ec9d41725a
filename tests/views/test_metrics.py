"""Metrics of a real server: the numbers, their names, and who may read them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from prometheus_client import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families

PAGE = Path(__file__).parents[2] / "docs" / "metrics.md"
CARD = ("service", "quality")


def scraped(shop: httpx.Client) -> dict[str, Metric]:
    answer = shop.get("/metrics", headers={"Accept": "application/openmetrics-text"})
    assert answer.status_code == 200, answer.text
    read: Callable[[str], Iterator[Metric]] = text_string_to_metric_families
    return {one.name: one for one in read(answer.text)}


def values(metric: Metric) -> dict[tuple[str, ...], float]:
    return {tuple(one.labels.values()): one.value for one in metric.samples}


def own(metric: Metric) -> dict[tuple[str, ...], float]:
    """The values of the shop: other tests have catalogues beside it."""
    return {
        tuple(one.labels.values()): one.value
        for one in metric.samples
        if one.labels.get("blueprint", "service") in {"service", "empty"}
    }


def test_levels_and_results_are_counted_by_scorecard_rule_and_team(shop: httpx.Client) -> None:
    found = {name: own(one) for name, one in scraped(shop).items()}
    assert found["levelmark_entities"] == {("empty",): 0, ("service",): 3}
    assert found["levelmark_level_entities"] == {
        (*CARD, "Basic"): 1, (*CARD, "Bronze"): 0, (*CARD, "Silver"): 0, (*CARD, "Gold"): 1,
    }  # fmt: skip
    both = 'the "blue"\none'
    assert found["levelmark_team_level_entities"] == {
        (*CARD, "Basic", "red"): 1, (*CARD, "Gold", "red"): 1, (*CARD, "Gold", both): 1,
    }  # fmt: skip
    assert found["levelmark_scorecard_results_passed"] == {CARD: 2}
    assert found["levelmark_scorecard_results_tested"] == {CARD: 4}
    assert found["levelmark_scorecard_results_no_data"] == {CARD: 1}
    assert found["levelmark_scorecard_pass_ratio"] == {CARD: 0.5}
    assert found["levelmark_rule_results_tested"] == {(*CARD, "liked"): 2, (*CARD, "in-go"): 2}
    assert found["levelmark_team_pass_ratio"] == {(*CARD, "red"): 0.5, (*CARD, both): 1}
    assert found["levelmark_evaluations_open"].keys() == {()}
    assert found["levelmark_log_changes"][()] >= 6
    assert set(found["levelmark_metrics_folded"].values()) == {0}


def test_every_metric_and_label_is_documented(shop: httpx.Client) -> None:
    page = PAGE.read_text(encoding="utf-8")
    for name, metric in scraped(shop).items():
        assert f"`{name}`" in page, name
        labels = {label for sample in metric.samples for label in sample.labels}
        assert all(f"`{label}`" in page for label in labels), name


def test_the_older_format_is_answered_where_it_is_asked_for(shop: httpx.Client) -> None:
    answer = shop.get("/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert "# EOF" not in answer.text
    head = shop.head("/metrics")
    assert (head.status_code, head.content) == (200, b"")
    assert shop.post("/metrics").status_code == 405


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}, 200),
        ({"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"}, 200),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}, 200),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}, 403),
        ({"Origin": "https://elsewhere.example"}, 403),
    ],
)
def test_a_page_of_another_site_may_link_to_metrics_and_not_fetch_them(
    shop: httpx.Client, headers: dict[str, str], status: int
) -> None:
    answer = shop.get("/metrics", headers=headers)
    assert answer.status_code == status
    assert status == 200 or answer.json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert shop.get("/badges/service/bee/quality.svg", headers=headers).status_code == 200
