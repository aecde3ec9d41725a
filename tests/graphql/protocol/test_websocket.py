import json
import logging
import time
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection

from .endpoint import Endpoint, receive, send, subscribe
from .toy import SECRET, closed


def close_of(connection: ClientConnection) -> tuple[int, str]:
    """The code and reason that the server closes with; what it sends before is skipped."""
    with pytest.raises(ConnectionClosed) as caught:
        skip_to_the_end(connection)
    assert caught.value.rcvd is not None
    return caught.value.rcvd.code, caught.value.rcvd.reason


def skip_to_the_end(connection: ClientConnection) -> None:
    while True:
        connection.recv(timeout=5)


def until_complete(connection: ClientConnection, key: str) -> list[Any]:
    payloads = []
    while (message := receive(connection))["type"] == "next":
        assert message["id"] == key
        payloads.append(message["payload"])
    assert message == {"id": key, "type": "complete"}
    return payloads


@pytest.fixture(autouse=True)
def _no_tracebacks(caplog: pytest.LogCaptureFixture, request: pytest.FixtureRequest) -> Any:
    """Nothing that a client sends makes the server log an error, unless the test is about one."""
    yield
    if "internal" not in request.node.name:
        assert [record.getMessage() for record in caplog.records if record.levelno > logging.WARNING] == []


def test_a_subscription_sends_its_events_and_completes(endpoint: Endpoint) -> None:
    with endpoint.socket() as connection:
        subscribe(connection, "a", "subscription {ticks(to: 3) {number}}")
        payloads = until_complete(connection, "a")
    assert payloads == [{"data": {"ticks": {"number": number}}} for number in (1, 2, 3)]


@pytest.mark.parametrize("query", ["{hello}", "mutation {bump}"])
def test_any_operation_can_go_over_a_socket(endpoint: Endpoint, query: str) -> None:
    with endpoint.socket() as connection:
        subscribe(connection, "a", query)
        (payload,) = until_complete(connection, "a")
    assert list(payload) == ["data"]


@pytest.mark.parametrize(
    "message",
    [
        "null",
        "[]",
        "7",
        '"text"',
        "{",
        "[" * 20_000,
        '{"type": "subscribe", "id": "\\u0000"}',
        "{}",
        '{"type": null}',
        '{"type": 7}',
        '{"type": "start"}',
        '{"type": "next", "id": "a", "payload": {}}',
        '{"type": "subscribe"}',
        '{"type": "subscribe", "id": "a"}',
        '{"type": "subscribe", "id": "", "payload": {"query": "{hello}"}}',
        '{"type": "subscribe", "id": 1, "payload": {"query": "{hello}"}}',
        '{"type": "subscribe", "id": "a", "payload": "{hello}"}',
        '{"type": "subscribe", "id": "a", "payload": {"query": null}}',
        '{"type": "subscribe", "id": "a", "payload": {"query": "{hello}", "variables": []}}',
        '{"type": "subscribe", "id": "a", "payload": {"query": "{hello}", "operationName": 1}}',
        '{"type": "subscribe", "id": "a", "payload": {"query": "{hello}", "variables": {"a": 1e999}}}',
        '{"type": "complete"}',
        '{"type": "complete", "id": {}}',
        '{"type": "ping", "payload": []}',
        '{"type": "pong", "payload": 1}',
        '{"type": "connection_init", "payload": "token"}',
    ],
    ids=lambda message: message[:60],
)
def test_a_message_of_another_shape_closes_with_4400(endpoint: Endpoint, message: str) -> None:
    with endpoint.socket() as connection:
        connection.send(message)
        code, reason = close_of(connection)
    assert code == 4400
    assert reason.startswith("Invalid message: ")


def test_the_reason_names_the_place(endpoint: Endpoint) -> None:
    with endpoint.socket() as connection:
        subscribe(connection, "a", "{hello}", variables=[])
        assert "`$.payload.variables`" in close_of(connection)[1]


def test_a_binary_frame_closes_with_4400(endpoint: Endpoint) -> None:
    with endpoint.socket() as connection:
        connection.send(b"{}")
        assert close_of(connection)[0] == 4400


def test_a_long_reason_is_cut_between_characters(endpoint: Endpoint) -> None:
    with endpoint.socket() as connection:
        send(connection, {"type": "é" * 200})
        code, reason = close_of(connection)
    assert code == 4400
    assert 121 <= len(reason.encode()) <= 123


def test_a_frame_over_the_limit_closes_with_1009(endpoint: Endpoint) -> None:
    with endpoint.socket() as connection:
        connection.send("{}".ljust(50_001))
        assert close_of(connection)[0] == 1009


@pytest.mark.parametrize("query", ["{", "subscription {", "", "#"])
def test_a_syntax_error_is_that_operations_error(endpoint: Endpoint, query: str) -> None:
    with endpoint.socket() as connection:
        subscribe(connection, "other", "subscription {ticks(to: 0, pause: 0.05) {number}}")
        subscribe(connection, "bad", query or " ")
        error = receive(connection)
        assert (error["id"], error["type"]) == ("bad", "error")
        assert error["payload"][0]["extensions"]["code"] == "GRAPHQL_PARSE_FAILED"
        assert until_complete(connection, "other") == []


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{nothing}", "GRAPHQL_VALIDATION_FAILED"),
        ("fragment F on Query {hello}", "GRAPHQL_VALIDATION_FAILED"),
        ("query A {hello} query B {hello}", "OPERATION_NAME_REQUIRED"),
        ("query($a: Int!) {echo(count: $a)}", "BAD_USER_INPUT"),
        ("subscription {refuses}", "BAD_USER_INPUT"),
        ("{me{me{me{me{me{me{me{me{me{me{me{me{me{me{me{hello}}}}}}}}}}}}}}}}", "LIMIT_EXCEEDED"),
    ],
)
def test_an_operation_that_cannot_run_is_an_error_without_a_next(
    endpoint: Endpoint, query: str, code: str
) -> None:
    with endpoint.socket() as connection:
        subscribe(connection, "a", query)
        error = receive(connection)
    assert (error["type"], error["payload"][0]["extensions"]["code"]) == ("error", code)


def test_a_stream_that_ends_with_an_expected_error_shows_it(endpoint: Endpoint) -> None:
    with endpoint.socket() as connection:
        subscribe(connection, "a", "subscription {refuses(at: 2)}")
        assert receive(connection)["payload"] == {"data": {"refuses": 1}}
        error = receive(connection)
    assert error["type"] == "error"
    assert error["payload"][0]["extensions"] == {"code": "BAD_USER_INPUT"}


@pytest.mark.parametrize(
    "query", ["subscription {breaks}", "{broken}", "{unwritable}", "subscription {contexts {broken}}"]
)
def test_an_internal_error_is_masked(endpoint: Endpoint, query: str) -> None:
    with endpoint.socket() as connection:
        subscribe(connection, "a", query)
        texts = []
        while "Internal error" not in (text := str(connection.recv(timeout=5))):
            texts.append(text)
    assert SECRET not in "".join(texts) + text
    assert '"code":"INTERNAL"' in text


def test_a_pong_gives_the_pings_payload_back(endpoint: Endpoint) -> None:
    with endpoint.socket() as connection:
        for payload in ({"at": 1.0}, {}):
            send(connection, {"type": "ping", "payload": payload})
            assert receive(connection) == {"type": "pong", "payload": payload}
        send(connection, {"type": "ping", "payload": None})
        assert receive(connection) == {"type": "pong"}


def test_a_client_that_does_not_init_is_closed_with_4408(endpoint: Endpoint) -> None:
    started = time.monotonic()
    with endpoint.bare_socket() as connection:
        assert close_of(connection)[0] == 4408
    assert time.monotonic() - started < 3


@pytest.mark.parametrize("protocols", [("graphql-ws",), ("soap", "graphql-ws")])
def test_no_other_protocol_is_spoken(endpoint: Endpoint, protocols: tuple[str, ...]) -> None:
    with endpoint.bare_socket(*protocols) as connection:
        assert connection.subprotocol is None
        assert close_of(connection)[0] == 4406


def test_graphql_transport_ws_is_picked_whatever_else_is_offered(endpoint: Endpoint) -> None:
    with endpoint.bare_socket("graphql-ws", "graphql-transport-ws") as connection:
        assert connection.subprotocol == "graphql-transport-ws"


def test_a_page_of_another_site_cannot_connect(endpoint: Endpoint) -> None:
    with (
        pytest.raises(InvalidStatus) as caught,
        endpoint.bare_socket(additional_headers={"Origin": "https://elsewhere.example"}),
    ):
        pass
    assert caught.value.response.status_code == 403


def test_an_operation_before_init_is_closed_with_4401(endpoint: Endpoint) -> None:
    with endpoint.bare_socket() as connection:
        subscribe(connection, "a", "{hello}")
        assert close_of(connection)[0] == 4401


def test_a_second_init_is_closed_with_4429(endpoint: Endpoint) -> None:
    with endpoint.socket() as connection:
        send(connection, {"type": "connection_init"})
        assert close_of(connection)[0] == 4429


def test_an_id_in_use_is_closed_with_4409(endpoint: Endpoint) -> None:
    with endpoint.socket() as connection:
        for _ in range(2):
            subscribe(connection, "é" * 200, "subscription {ticks(to: 0, pause: 9) {number}}")
        assert close_of(connection)[0] == 4409


def test_a_context_that_refuses_closes_with_4403(endpoint: Endpoint) -> None:
    with endpoint.bare_socket() as connection:
        send(connection, {"type": "connection_init", "payload": {"token": "bad"}})
        assert close_of(connection) == (4403, "Who are you?")


def test_a_context_with_an_internal_error_closes_with_1011(endpoint: Endpoint) -> None:
    with endpoint.bare_socket() as connection:
        send(connection, {"type": "connection_init", "payload": {"token": "broken"}})
        code, reason = close_of(connection)
    assert code == 1011
    assert reason.startswith("Internal error")


def test_each_operation_and_each_event_has_a_context_of_its_own(endpoint: Endpoint) -> None:
    with endpoint.socket() as connection:
        seen = []
        for key in ("a", "b"):
            subscribe(connection, key, "{context}")
            seen += [payload["data"]["context"] for payload in until_complete(connection, key)]
        subscribe(connection, "c", "subscription {contexts {context}}")
        seen += [payload["data"]["contexts"]["context"] for payload in until_complete(connection, "c")]
    assert len(seen) == len(set(seen)) == 5


def test_completing_an_operation_ends_its_generator(endpoint: Endpoint) -> None:
    with endpoint.socket() as connection:
        subscribe(connection, "a", "subscription {ticks(to: 7, pause: 60) {number}}")
        receive(connection)
        send(connection, {"type": "complete", "id": "a"})
        assert_closed("ticks to 7")


def test_a_client_that_vanishes_ends_its_operations(endpoint: Endpoint) -> None:
    with endpoint.socket() as connection:
        subscribe(connection, "a", "subscription {ticks(to: 8, pause: 60) {number}}")
        receive(connection)
        connection.socket.close()
        assert_closed("ticks to 8")


def test_a_client_that_vanishes_under_a_flood_leaves_no_trace(endpoint: Endpoint) -> None:
    with endpoint.socket() as connection:
        for key in range(5):
            subscribe(connection, f"{key}", "subscription {ticks(to: 5000) {number cursor context}}")
        receive(connection)
        connection.socket.close()
    assert endpoint.post("{hello}").status_code == 200


def test_too_many_operations_are_refused_one_by_one(endpoint: Endpoint) -> None:
    with endpoint.socket() as connection:
        for key in range(6):
            subscribe(connection, f"{key}", "subscription {ticks(to: 0, pause: 9) {number}}")
        error = receive(connection)
    assert (error["type"], error["id"]) == ("error", "5")


def test_text_comes_in_text_frames(endpoint: Endpoint) -> None:
    with endpoint.socket() as connection:
        subscribe(connection, "a", "query($v: JSON) {echo(value: $v)}", variables={"v": "é"})
        frame = connection.recv(timeout=5)
    assert isinstance(frame, str)
    assert json.loads(frame)["payload"] == {"data": {"echo": "'é'"}}


def assert_closed(name: str) -> None:
    deadline = time.monotonic() + 2
    while name not in closed and time.monotonic() < deadline:
        time.sleep(0.01)
    assert name in closed
