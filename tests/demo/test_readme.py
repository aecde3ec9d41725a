"""The README: everything that can be pasted is pasted, into a demo that runs."""

import json
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.demo.page import Checkout, blocks, needs_hatchling
from tests.demo.process import DemoProcess
from tests.support.server import ServerProcess

pytestmark = [
    pytest.mark.skipif(shutil.which("curl") is None, reason="the README's commands need curl"),
    needs_hatchling,
]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A checkout with the README's plugin in it."""
    checkout = Checkout(tmp_path_factory.mktemp("readme"))
    make, _ = blocks("README.md", "A first plugin")
    assert "operators: wordsAtLeast" in checkout.run(make)
    return checkout


@pytest.fixture(scope="module")
def demo(checkout: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoProcess]:
    """A demo that knows the plugin, and makes no edits of its own."""
    folder = tmp_path_factory.mktemp("demo")
    with DemoProcess(folder, "--port", "0", "--still", **checkout.environment) as demo:
        checkout.url = demo.until(r"answers at (http://[^/]*)/graphql")[1]
        yield demo
        assert demo.ended_by(signal.SIGINT) == 0


@pytest.mark.usefixtures("demo")
def test_the_first_query_tells_why_an_entity_stands_where_it_does(checkout: Checkout) -> None:
    [ask] = blocks("README.md", "A first query")
    entity = json.loads(checkout.run(ask))["data"]["entity"]
    assert (entity["title"], entity["score"]["level"]["title"]) == ("Refunds", "Bronze")
    results = {one["rule"]["title"]: one for one in entity["score"]["ruleResults"]}
    assert results["Survives the loss of a machine"]["explanation"][0]["actual"] == 1


@pytest.mark.usefixtures("demo")
def test_the_first_subscription_hears_of_a_change(checkout: Checkout) -> None:
    [listen] = blocks("README.md", "A first subscription")
    shell, flags, command = checkout.command(listen)
    with subprocess.Popen([shell, flags, f"exec {command}"], stdout=subprocess.PIPE) as listening:
        assert listening.stdout is not None
        listening.stdout.readline()  # the stream has begun
        open_incidents(f"{checkout.url}/graphql", "tracking", 9)
        told = next(line for line in listening.stdout if line.startswith(b"data: "))
        listening.terminate()
    change = json.loads(told.removeprefix(b"data: "))["data"]["levelChanges"]
    assert (change["entityIdentifier"], change["toLevel"]) == ("tracking", "Basic")


def open_incidents(url: str, entity: str, count: int) -> None:
    document = {"blueprint": "service", "identifier": entity, "properties": {"open_incidents": count}}
    operation = """mutation ($entity: EntityInput!) {
      upsertEntities(input: {mode: MERGE, entities: [$entity]}) { results { outcome } }
    }"""
    answer = httpx.post(url, json={"query": operation, "variables": {"entity": document}}).json()
    assert answer["data"]["upsertEntities"]["results"] == [{"outcome": "UPDATED"}]


def test_a_rule_with_the_operator_of_the_first_plugin_changes_levels(
    checkout: Checkout, demo: DemoProcess
) -> None:
    _, use = blocks("README.md", "A first plugin")
    answer = json.loads(checkout.run(use))["data"]["upsertRule"]
    assert answer == {"outcome": "UPDATED", "issues": []}
    demo.until(r"accounts \(identity\) Ownership: Green → Yellow \[scorecard written\]$")


def test_the_catalogue_of_the_readme_is_applied(tmp_path: Path, server: ServerProcess) -> None:
    checkout = Checkout(tmp_path)
    [catalogue] = blocks("README.md", "Your own catalogue", "yaml")
    (checkout.path / "catalogue.yaml").write_text(catalogue, "utf-8")
    [run] = blocks("README.md", "Your own catalogue")
    apply = next(line for line in run.splitlines() if "apply" in line).partition("#")[0]
    assert "entities: 1 created" in checkout.run(f"LEVELMARK_SERVER={server.url} {apply}")
