"""The client of the commands: what it says of servers that are not there, or are something else."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from levelmark.server.client import Client, RejectedError, ServerError, UnreachableError
from levelmark.server.errors import CommandError
from tests.support.documents import scorecard
from tests.support.server import ServerProcess

QUERY = "{ blueprints { edges { node { identifier } } } }"


@contextmanager
def another_server(status: int, body: str) -> Iterator[str]:
    """The URL of a web server that is no Levelmark server."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            """Keeps quiet."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/graphql"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("status", "body"), [(502, "<html>Bad Gateway</html>"), (404, ""), (200, "[]"), (200, '{"data": null}')]
)
def test_another_server_is_told_apart(status: int, body: str) -> None:
    with (
        another_server(status, body) as url,
        Client(url) as client,
        pytest.raises(UnreachableError) as caught,
    ):
        client.run(QUERY)
    assert str(caught.value) == (
        f"{url} is no Levelmark server (it answered {status}): "
        "name the right URL with --server; it ends in /graphql"
    )


def test_a_proxy_that_finds_a_request_too_large_rejects_what_is_in_it() -> None:
    with (
        another_server(413, "<html>Request Entity Too Large</html>") as url,
        Client(url) as client,
        pytest.raises(RejectedError, match="takes no request of this size"),
    ):
        client.run(QUERY)


def test_a_server_of_another_version_is_told_apart(shared: ServerProcess) -> None:
    with Client(shared.url) as client, pytest.raises(ServerError, match="is of another version"):
        client.run("{ blueprints { edges { node { colour } } } }")


def test_the_servers_own_words_are_passed_on(shared: ServerProcess) -> None:
    with Client(shared.url) as client, pytest.raises(ServerError, match="there is no blueprint `gone`"):
        client.run('{ entities(blueprint: "gone") { edges { node { identifier } } } }')


def test_what_the_server_cannot_read_is_rejected_with_its_reasons(shared: ServerProcess) -> None:
    operation = "mutation ($input: ScorecardInput!) { upsertScorecard(input: $input) { outcome } }"
    with Client(shared.url) as client, pytest.raises(RejectedError) as caught:
        client.run(operation, input=scorecard("a") | {"colour": "red", "color": "red"})
    assert len(caught.value.reasons) == 2


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("http://127.0.0.1:4000", "http://127.0.0.1:4000/graphql"),
        ("http://127.0.0.1:4000/", "http://127.0.0.1:4000/graphql"),
        ("https://example.org/levelmark/graphql", "https://example.org/levelmark/graphql"),
    ],
)
def test_a_url_without_a_path_is_that_of_a_server(given: str, used: str) -> None:
    assert str(Client(given).url) == used


@pytest.mark.parametrize("url", ["localhost:4000", "levelmark", "ftp://example.org", "http://", "http://a:b"])
def test_what_is_no_url_is_refused(url: str) -> None:
    with pytest.raises(CommandError, match="is not a URL"):
        Client(url)


def test_a_proxy_of_the_environment_is_not_asked_for_this_machine(
    shared: ServerProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with Client(shared.url) as client:
        assert "blueprints" in client.run(QUERY)
