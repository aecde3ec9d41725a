"""What tests of the views share: a server with a small catalogue, and a client of it."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from tests.graphql.api import operations
from tests.support.documents import blueprint, condition, entity, query, rule, scorecard
from tests.support.server import ServerProcess

AWKWARD = "a/b?ü #%2F.svg"
"""An entity's identifier."""


@pytest.fixture(scope="session")
def shop_server(mongo_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server with three services: on Gold, on Basic, and left out; figures are never used again."""
    log: Path = tmp_path_factory.mktemp("views") / "server.log"
    database = f"views-{uuid4().hex}"
    settings = ("--mongodb-url", mongo_url, "--database", database, "--metrics-seconds", "0")
    with ServerProcess(log, *settings) as server:
        _fill(server)
        yield server
    assert "Internal error" not in server.output, server.output
    assert "Traceback" not in server.output, server.output


def _fill(server: ServerProcess) -> None:
    rules = (
        rule("liked", "Gold", condition("stars", ">", 5)),
        rule("in-go", "Silver", condition("language", "=", "Go")),
    )
    card = scorecard("quality", *rules, filter=query(condition("archived", "!=", True)))
    server.query(operations.UPSERT_BLUEPRINT, input=blueprint())
    server.query(operations.UPSERT_BLUEPRINT, input=blueprint("empty"))
    server.query(operations.UPSERT_SCORECARD, input=card | {"title": "Code <quality>"})
    documents = [
        entity(AWKWARD, stars=9, language="Go") | {"team": ["red", 'the "blue"\none'], "title": "=1+1"},
        entity("bee", stars=1) | {"team": "red"},
        entity("old", archived=True),
    ]
    answer = server.query(operations.UPSERT_ENTITIES, input={"entities": documents})
    assert [one["outcome"] for one in answer["upsertEntities"]["results"]] == ["CREATED"] * 3


@pytest.fixture
def shop(shop_server: ServerProcess) -> Iterator[httpx.Client]:
    """A client of the server."""
    with httpx.Client(base_url=shop_server.url.removesuffix("/graphql"), timeout=30) as client:
        yield client
