import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from httpx_sse import EventSource, ServerSentEvent
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from levelmark.graphql.protocol import GraphQLApp

from .endpoint import PREFLIGHT, Endpoint, serve
from .toy import SECRET, closed, context_of, schema

EVENTS = "text/event-stream"
TICKS = "subscription($to: Int!, $after: String) {ticks(to: $to, after: $after) {number cursor}}"


@contextmanager
def stream(
    endpoint: Endpoint, query: str, headers: dict[str, str] | None = None, **variables: Any
) -> Iterator[httpx.Response]:
    body = {"query": query, "variables": variables}
    with endpoint.client.stream(
        "POST", endpoint.url, json=body, headers={"Accept": EVENTS, **(headers or {})}
    ) as response:
        yield response


def events(endpoint: Endpoint, query: str, **arguments: Any) -> list[ServerSentEvent]:
    with stream(endpoint, query, **arguments) as response:
        return list(EventSource(response).iter_sse())


def test_a_subscription_is_a_stream_of_events_with_their_cursors(endpoint: Endpoint) -> None:
    first, second, complete = events(endpoint, TICKS, to=2)
    assert (first.event, first.id) == ("next", "1")
    assert first.json() == {"data": {"ticks": {"number": 1, "cursor": "1"}}}
    assert (second.event, second.id) == ("next", "2")
    assert (complete.event, complete.data) == ("complete", "")


def test_the_bytes_are_what_event_stream_readers_take(endpoint: Endpoint) -> None:
    with stream(endpoint, TICKS, to=1) as response:
        assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert response.headers["cache-control"] == "no-cache, no-transform"
        body = response.read()
    assert body == (
        b':\nevent: next\nid: 1\ndata: {"data":{"ticks":{"number":1,"cursor":"1"}}}\n\n'
        b"event: complete\ndata:\n\n"
    )


def test_a_client_resumes_after_the_last_event_it_saw(endpoint: Endpoint) -> None:
    resumed = events(endpoint, TICKS, headers={"Last-Event-ID": "3"}, to=5)
    assert [event.id for event in resumed[:-1]] == ["4", "5"]
    explicit = events(endpoint, TICKS, headers={"Last-Event-ID": "3"}, to=5, after="4")
    assert [event.id for event in explicit[:-1]] == ["5"]


@pytest.mark.parametrize("query", ["{hello}", "mutation {bump}"])
def test_any_operation_can_be_a_stream_of_one_event(endpoint: Endpoint, query: str) -> None:
    result, complete = events(endpoint, query)
    assert "data" in result.json()
    assert complete.event == "complete"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{nothing}", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription A {ticks(to: 1) {number}} subscription B {breaks}", "OPERATION_NAME_REQUIRED"),
        ("fragment F on Query {hello}", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription($to: Int!) {ticks(to: $to) {number}}", "GRAPHQL_VALIDATION_FAILED"),
    ],
)
def test_a_document_that_cannot_run_is_an_event_without_data(
    endpoint: Endpoint, query: str, code: str
) -> None:
    result, complete = events(endpoint, query)
    assert list(result.json()) == ["errors"]
    assert result.json()["errors"][0]["extensions"]["code"] == code
    assert complete.event == "complete"


def test_a_request_that_is_no_graphql_request_is_no_stream(endpoint: Endpoint) -> None:
    response = endpoint.post_raw(b"[]", Accept=EVENTS)
    assert response.status_code == 400
    assert response.headers["content-type"].startswith("application/json")


def test_a_stream_that_breaks_says_so_without_saying_why(endpoint: Endpoint) -> None:
    first, broken, complete = events(endpoint, "subscription {breaks}")
    assert first.json() == {"data": {"breaks": 1}}
    assert broken.json()["errors"][0]["extensions"]["code"] == "INTERNAL"
    assert SECRET not in broken.data
    assert complete.event == "complete"


def test_each_event_runs_on_a_context_of_its_own(endpoint: Endpoint) -> None:
    numbers = [event.json() for event in events(endpoint, "subscription {contexts {context}}")[:-1]]
    assert len({body["data"]["contexts"]["context"] for body in numbers}) == 3


def test_a_silent_stream_is_kept_alive(endpoint: Endpoint) -> None:
    with stream(endpoint, "subscription {ticks(to: 0, pause: 0.35) {number}}") as response:
        body = response.read()
    assert body.count(b":\n") >= 3


def test_a_client_that_leaves_ends_the_operation(endpoint: Endpoint) -> None:
    with stream(endpoint, "subscription {ticks(to: 41, pause: 60) {number}}") as response:
        next(EventSource(response).iter_sse())
    endpoint.client.close()
    endpoint.client = httpx.Client(timeout=10)
    deadline = time.monotonic() + 2
    while "ticks to 41" not in closed and time.monotonic() < deadline:
        time.sleep(0.01)
    assert "ticks to 41" in closed


def test_a_server_that_stops_ends_its_streams_without_completing_them() -> None:
    app = GraphQLApp(schema, get_context=context_of)

    async def stop(_: Request) -> Response:
        app.end_streams()
        return Response()

    with serve(Starlette(routes=[*app.routes("/graphql"), Route("/stop", stop)])) as endpoint:
        with stream(endpoint, "subscription {ticks(to: 42, pause: 60) {cursor}}") as response:
            events = EventSource(response).iter_sse()
            assert [next(events).id for _ in range(42)][-1] == "42"
            httpx.get(endpoint.url.replace("graphql", "stop"))
            assert list(events) == []
        endpoint.client.close()
    assert "ticks to 42" in closed


def test_an_event_source_needs_no_header_on_its_own_site(endpoint: Endpoint) -> None:
    query = "subscription {ticks(to: 1) {cursor}}"
    own = endpoint.get({"Accept": EVENTS, "Sec-Fetch-Site": "same-origin"}, query=query)
    assert b"id: 1\n" in own.content
    for foreign in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}):
        assert endpoint.get({"Accept": EVENTS, **foreign}, query=query).status_code == 403
        assert endpoint.get({"Accept": EVENTS, **foreign, **PREFLIGHT}, query=query).status_code == 200


@pytest.mark.parametrize("headers", [{}, PREFLIGHT])
def test_a_get_runs_no_mutation_as_a_stream_either(endpoint: Endpoint, headers: dict[str, str]) -> None:
    response = endpoint.get({"Accept": EVENTS, **headers}, query="mutation {bump}")
    assert b"mutations are not allowed" in response.content
    assert b'"data"' not in response.content


def test_a_query_by_get_needs_the_header_as_a_stream_too(endpoint: Endpoint) -> None:
    assert b"queries are not allowed" in endpoint.get({"Accept": EVENTS}, query="{hello}").content
    assert b"world" in endpoint.get({"Accept": EVENTS, **PREFLIGHT}, query="{hello}").content
