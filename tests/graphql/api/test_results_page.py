"""docs/results.md: its queries are asked of the sample, and say something of it."""

from typing import Any

import pytest

from levelmark.server.client import Client as Remote
from levelmark.server.demo.sample import load_sample
from tests.demo.page import blocks
from tests.graphql.api.client import Client
from tests.support.server import ServerProcess

SCORED = 22
"""Services that the filter of `production-readiness` leaves in; it has nine rules."""


def block(heading: str) -> str:
    """The query in a section of the page."""
    (found,) = blocks("docs/results.md", heading, "graphql")
    return found


@pytest.fixture
def sample(server: ServerProcess) -> Any:
    with Remote(server.url) as remote:
        load_sample(remote)
    with Client(server.url) as client:
        yield client


def test_the_examples_run(sample: Client) -> None:
    rollup = sample.query(block("Rollups"))
    shares = [edge["node"]["tally"]["percentage"] for edge in rollup["edges"]]
    assert shares == sorted(shares)
    assert len(shares) == 5
    assert rollup["whole"]["entities"] == SCORED
    assert rollup["whole"]["tally"]["tested"] == SCORED * 9
    table = sample.query(block("Table"))
    assert [one["rule"] for one in table["columns"]][:2] == [None, "has-team"]
    assert table["summary"]["entities"] == 25
    assert all(len(one["node"]["rows"]["edges"]) <= 3 for one in table["groups"]["edges"])
    trend = sample.query(block("Trends"))
    last = [one["points"][-1] for one in trend["series"]]
    assert [point["entities"] for point in last] == sorted((one["entities"] for one in last), reverse=True)
    assert all(point["tally"]["tested"] for point in last)
    assert {tag["property"] for one in trend["series"] for tag in one["tags"]} == {"$team"}
