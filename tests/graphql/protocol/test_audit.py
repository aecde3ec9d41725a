"""What the GraphQL-over-HTTP specification asks of a server, for both of its media types."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from levelmark.graphql.protocol import GraphQLApp, ProtocolSettings

from .endpoint import GRAPHQL, PREFLIGHT, Endpoint, serve
from .toy import context_of, schema

JSON = "application/json"
NOT_A_STRING = [{"obj": "ect"}, 0, False, ["array"]]
NOT_A_MAP = ["string", 0, False, ["array"]]


def post(endpoint: Endpoint, accept: str, **body: Any) -> httpx.Response:
    return endpoint.client.post(endpoint.url, json=body, headers={"Accept": accept})


@pytest.fixture(params=[GRAPHQL, JSON])
def accept(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_the_answer_is_utf_8_and_says_so(endpoint: Endpoint, accept: str) -> None:
    response = post(endpoint, accept, query='{echo(value: "é")}')
    assert response.headers["content-type"] == f"{accept}; charset=utf-8"
    assert "é" in response.content.decode("utf-8")
    assert response.headers["vary"] == "Accept"


@pytest.mark.parametrize("charset", ["", "; charset=utf-8"])
def test_a_request_is_utf_8_said_or_not(endpoint: Endpoint, accept: str, charset: str) -> None:
    body = '{"query": "{hello} # é"}'.encode()
    response = endpoint.post_raw(body, Content_Type=JSON + charset, Accept=accept)
    assert response.status_code == 200


def test_a_post_without_a_content_type_is_refused(endpoint: Endpoint, accept: str) -> None:
    response = endpoint.client.post(endpoint.url, content=b'{"query": "{hello}"}', headers={"Accept": accept})
    assert 400 <= response.status_code < 500


def test_a_post_without_a_body_is_refused(endpoint: Endpoint, accept: str) -> None:
    assert endpoint.post_raw(b"", Accept=accept).status_code == 400


@pytest.mark.parametrize(
    "parameters",
    [
        {"query": "{hello}", "operationName": None},
        {"query": "{hello}", "variables": None},
        {"query": "{hello}", "extensions": None},
        {"query": "{hello}", "variables": {}},
        {"query": "{hello}", "extensions": {"some": "value"}},
        {"query": "query Q {hello}", "operationName": "Q"},
        {"query": "query T($n: String!) {__type(name: $n) {name}}", "variables": {"n": "Query"}},
        {"query": "{hello}", "id": "a key of nobody's"},
    ],
    ids=str,
)
def test_a_well_formed_request_is_answered(
    endpoint: Endpoint, accept: str, parameters: dict[str, Any]
) -> None:
    response = post(endpoint, accept, **parameters)
    assert response.status_code == 200
    assert "errors" not in response.json()


@pytest.mark.parametrize(
    "parameters",
    [
        {"qeury": "{hello}"},
        *({"query": value} for value in NOT_A_STRING),
        *({"query": "{hello}", "operationName": value} for value in NOT_A_STRING),
        *({"query": "{hello}", "variables": value} for value in NOT_A_MAP),
        *({"query": "{hello}", "extensions": value} for value in NOT_A_MAP),
    ],
    ids=str,
)
def test_a_request_that_is_not_well_formed_is_400(
    endpoint: Endpoint, accept: str, parameters: dict[str, Any]
) -> None:
    response = post(endpoint, accept, **parameters)
    assert response.status_code == 400
    assert list(response.json()) == ["errors"]


@pytest.mark.parametrize(
    "parameters",
    [
        {"query": "{"},
        {"query": "{8f31403dfe404bccbb0e835f2629c6a7}"},
        {"query": "query($i: Int!) {echo(count: $i)}", "variables": {"i": None}},
        {"query": "query A {hello} query B {hello}"},
        {"query": "query A {hello}", "operationName": "B"},
    ],
    ids=str,
)
def test_a_request_error_is_400_unless_plain_json_is_asked_for(
    endpoint: Endpoint, accept: str, parameters: dict[str, Any]
) -> None:
    response = post(endpoint, accept, **parameters)
    assert response.status_code == {GRAPHQL: 400, JSON: 200}[accept]
    assert list(response.json()) == ["errors"]


@pytest.mark.parametrize("query", ["{broken}", "{required}", "{hello missing}"])
def test_a_field_error_is_200_with_data(endpoint: Endpoint, accept: str, query: str) -> None:
    response = post(endpoint, accept, query=query)
    assert response.status_code == 200
    assert set(response.json()) == {"data", "errors"}


def test_a_get_is_answered_like_a_post(endpoint: Endpoint, accept: str) -> None:
    response = endpoint.get(
        {**PREFLIGHT, "Accept": accept},
        query="query T($n: String!) {__type(name: $n) {name}}",
        variables='{"n": "Query"}',
    )
    assert response.json() == {"data": {"__type": {"name": "Query"}}}
    assert response.headers["content-type"].startswith(accept)


def test_a_get_runs_no_mutation(endpoint: Endpoint, accept: str) -> None:
    headers = {**PREFLIGHT, "Accept": accept}
    assert endpoint.get(headers, query="mutation {bump}").status_code == 405
    named = endpoint.get(headers, query="query A {hello} mutation B {bump}", operationName="B")
    assert named.status_code == 405


@pytest.fixture(scope="module")
def page() -> Iterator[Endpoint]:
    app = GraphQLApp(schema, get_context=context_of, settings=ProtocolSettings(graphiql=True))
    with serve(Starlette(routes=app.routes("/graphql"))) as served:
        yield served
        served.client.close()


def test_the_page_is_served_where_it_is_switched_on(page: Endpoint) -> None:
    shown = page.get({"Accept": "text/html,*/*;q=0.8"})
    assert (shown.status_code, shown.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert page.get({"Accept": "text/html,*/*;q=0.8"}, query="{hello}").status_code == 403
