"""The webhook notifier against a real HTTP server on this machine."""

import json
import re
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import monotonic
from typing import Any

import jsonschema_rs
import pytest

from levelmark.plugins import Json, Notification
from levelmark.testing import NotifierConformance
from levelmark_notifier_webhook import SCHEMA, WEBHOOK, WebhookError, notify

README = Path(__file__).parent.parent.joinpath("README.md").read_text("utf-8")
NOTIFICATION = Notification(
    id="5f0d", blueprint="service", entity="api", teams=("core", "web"), scorecard="readiness",
    before="Basic", after="Bronze", cause="ENTITY_WRITTEN", at="2026-01-02T00:00:00.000Z",
)  # fmt: skip


class Receiver(ThreadingHTTPServer):
    """Keeps what it is sent; the path says how it answers: `/204`, `/302`, `/500`, `/silent`, `/endless`."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.seen: list[tuple[str, dict[str, str], Any]] = []
        self.closing = threading.Event()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_port}/{path}"


class Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.seen.append((self.path, headers, json.loads(sent)))
        match self.path.removeprefix("/"):
            case "silent":
                self.server.closing.wait(10)
            case "endless":
                self._answer(200, "Content-Length", "1000000000")
                self.server.closing.wait(10)
            case status:
                self._answer(int(status[:3]), "Location", self.server.url("204"))

    def _answer(self, status: int, header: str, value: str) -> None:
        self.send_response(status)
        self.send_header(header, value)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        thread = threading.Thread(target=receiver.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield receiver
        receiver.closing.set()
        receiver.shutdown()
        thread.join()


@pytest.fixture
def unused_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
    return port


class TestWebhook(NotifierConformance):
    notifier = WEBHOOK

    @pytest.fixture
    def configuration(self, receiver: Receiver) -> dict[str, Json]:
        return {"url": receiver.url("204"), "headers": {"Authorization": "Bearer s3cret"}}

    @pytest.fixture
    def failing_configuration(self, unused_port: int) -> dict[str, Json]:
        return {"url": f"http://127.0.0.1:{unused_port}/"}


async def test_the_documented_body_is_posted(receiver: Receiver) -> None:
    documented = re.findall(r"```json\n(.*?)```", README, re.DOTALL)[1]
    await notify(NOTIFICATION, {"url": receiver.url("200")})
    path, headers, sent = receiver.seen[-1]
    assert (path, headers["content-type"]) == ("/200", "application/json")
    assert sent == json.loads(documented)
    assert list(sent) == list(json.loads(documented))


async def test_text_arrives_as_it_is(receiver: Receiver) -> None:
    odd = Notification("1", "service", "engity's-bifröst 🏅", (), "s", None, None, "REQUESTED", "")
    await notify(odd, {"url": receiver.url("204")})
    assert receiver.seen[-1][2]["entity"] == "engity's-bifröst 🏅"
    assert (receiver.seen[-1][2]["before"], receiver.seen[-1][2]["teams"]) == (None, [])


async def test_configured_headers_are_sent_and_win(receiver: Receiver) -> None:
    await notify(
        NOTIFICATION,
        {"url": receiver.url("204"), "headers": {"authorization": "Bearer s3cret", "user-agent": "mine"}},
    )
    headers = receiver.seen[-1][1]
    assert (headers["authorization"], headers["user-agent"]) == ("Bearer s3cret", "mine")


async def test_it_says_who_it_is(receiver: Receiver) -> None:
    await notify(NOTIFICATION, {"url": receiver.url("204")})
    assert receiver.seen[-1][1]["user-agent"].startswith("levelmark-notifier-webhook/")


@pytest.mark.parametrize("status", ["400", "401", "404", "410", "429", "500", "503"])
async def test_a_refusal_is_an_error_that_keeps_the_secrets(receiver: Receiver, status: str) -> None:
    with pytest.raises(WebhookError) as caught:
        await notify(
            NOTIFICATION, {"url": receiver.url(f"{status}?token=s3cret"), "headers": {"X-Key": "s3cret"}}
        )
    assert str(caught.value) == f"127.0.0.1 answered with status {status}"


@pytest.mark.parametrize("status", ["301", "302", "303", "304", "307", "308"])
async def test_a_redirect_is_an_error_and_not_followed(receiver: Receiver, status: str) -> None:
    before = len(receiver.seen)
    with pytest.raises(WebhookError, match=r"redirects .* not followed: configure the final URL"):
        await notify(NOTIFICATION, {"url": receiver.url(status)})
    assert [path for path, _, _ in receiver.seen[before:]] == [f"/{status}"]


async def test_a_silent_receiver_is_given_up_in_time(receiver: Receiver) -> None:
    began = monotonic()
    with pytest.raises(WebhookError, match=r"127\.0\.0\.1 did not answer within 0\.2 s"):
        await notify(NOTIFICATION, {"url": receiver.url("silent"), "timeout": 0.2})
    assert monotonic() - began < 3


async def test_an_endless_answer_is_not_read(receiver: Receiver) -> None:
    began = monotonic()
    await notify(NOTIFICATION, {"url": receiver.url("endless"), "timeout": 5})
    assert monotonic() - began < 3


async def test_nobody_there_is_an_error(unused_port: int) -> None:
    with pytest.raises(WebhookError, match=r"127\.0\.0\.1 could not be reached: "):
        await notify(NOTIFICATION, {"url": f"http://127.0.0.1:{unused_port}/s3cret"})


async def test_an_impossible_address_is_an_error() -> None:
    for url in ("https://[::1", "http://a:b:c/", "http://x\0y/"):
        with pytest.raises(WebhookError, match="the configured URL is not valid: correct it"):
            await notify(NOTIFICATION, {"url": url})


@pytest.mark.parametrize(
    "configuration",
    [
        {},
        {"url": 1},
        {"url": ""},
        {"url": "https://"},
        {"url": "ftp://example.org/"},
        {"url": "example.org"},
        {"url": "https://example.org/", "timeout": 0},
        {"url": "https://example.org/", "timeout": 10},
        {"url": "https://example.org/", "headers": {"X": 1}},
        {"url": "https://example.org/", "headers": {"X": "a\r\nY: b"}},
        {"url": "https://example.org/", "headers": {"X": "bifröst"}},
        {"url": "https://example.org/", "headers": {"X: Y": "a"}},
        {"url": "https://example.org/", "retries": 3},
    ],
)
def test_a_configuration_that_cannot_work_is_refused(configuration: dict[str, Json]) -> None:
    assert not jsonschema_rs.is_valid(SCHEMA, configuration)


def test_the_documented_configuration_is_accepted() -> None:
    documented = re.findall(r"```json\n(.*?)```", README, re.DOTALL)[0]
    assert jsonschema_rs.is_valid(SCHEMA, json.loads(documented))
