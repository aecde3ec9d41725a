"""`levelmark report`: a table from a running server, whole or not at all."""

import csv
import io
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.commands import here, levelmark
from tests.graphql.api import operations
from tests.support.documents import blueprint, condition, entity, rule, scorecard
from tests.support.server import ServerProcess


@pytest.fixture(scope="module")
def url(shared: ServerProcess) -> str:
    """A server with two results."""
    liked = rule("liked", "Gold", condition("stars", ">", 5))
    shared.query(operations.UPSERT_BLUEPRINT, input=blueprint())
    shared.query(operations.UPSERT_SCORECARD, input=scorecard("quality", liked))
    documents = [entity("ape", stars=9) | {"team": "red"}, entity("bee", stars=1)]
    shared.query(operations.UPSERT_ENTITIES, input={"entities": documents})
    return shared.url


def test_results_go_to_standard_output_as_csv(url: str) -> None:
    done = levelmark("report", "results", "blueprint=service", "property=stars", server=url)
    assert (done.returncode, done.stderr) == (0, "")
    rows = list(csv.DictReader(io.StringIO(done.stdout, newline="")))
    told = [(row["entity"], row["result"], row["properties.stars"]) for row in rows]
    assert told == [("ape", "PASSED", "9"), ("bee", "NOT_PASSED", "1")]


def test_a_file_is_of_the_format_that_its_name_says(url: str, tmp_path: Path) -> None:
    file = tmp_path / "new" / "teams.jsonl"
    done = here("report", "rollup", "by=TEAM", "by=SCORECARD", "--output", str(file), server=url)
    assert done.returncode == 0, done.stderr
    found = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    assert [(one["team"], one["percentage"]) for one in found] == [(None, 0), ("red", 100)]


def test_a_trend_is_reported(url: str) -> None:
    done = levelmark("report", "trend", "scorecard=quality", "interval=YEAR", "from=2001-01-01T00:00:00Z",
                     "--format", "jsonl", server=url)  # fmt: skip
    assert json.loads(done.stdout.splitlines()[-1])["passed"] == 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["results", "team=red"], "did you mean `teams`?"),
        (["results", "red"], "write NAME=VALUE"),
        (["results", "format=csv"], "--format"),
        (["results", "--output", "a.csv", "--format", "jsonl"], "name it .jsonl"),
        (["rollup", "scorecards=nothing"], "there is no scorecard `nothing`"),
    ],
)
def test_what_is_refused_is_told_and_nothing_is_written(
    url: str, arguments: list[str], told: str, tmp_path: Path
) -> None:
    file = tmp_path / "report.csv"
    output = [] if "--output" in arguments else ["--output", str(file)]
    done = here("report", *arguments, *output, server=url)
    assert done.returncode == 1
    assert told in done.stderr
    assert [*tmp_path.iterdir()] == []


@contextmanager
def breaking_off() -> Iterator[str]:
    """A server whose answers begin and never end."""
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: text/csv\r\n\r\n5\r\na,b\r\n\r\n"

    def answer() -> None:
        for _ in range(2):
            connection, _ = listener.accept()
            with connection:
                connection.recv(65_536)
                connection.sendall(head)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/graphql"
        thread.join(10)


def test_a_report_that_breaks_off_fails_and_leaves_the_file_that_was_there(tmp_path: Path) -> None:
    file = tmp_path / "report.csv"
    file.write_text("before", "utf-8")
    with breaking_off() as url:
        done = here("report", "results", "--output", str(file), server=url)
        shown = levelmark("report", "results", server=url)
    assert done.returncode == shown.returncode == 1
    assert "broke" in done.stderr
    assert "broke" in shown.stderr
    assert [(one.name, one.read_text("utf-8")) for one in tmp_path.iterdir()] == [("report.csv", "before")]
