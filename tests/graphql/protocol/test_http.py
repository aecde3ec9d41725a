import logging

import httpx
import pytest

from .endpoint import GRAPHQL, PREFLIGHT, Endpoint
from .toy import SECRET


def error_of(response: httpx.Response) -> dict[str, object]:
    (error,) = response.json()["errors"]
    return {"message": error["message"], **error.get("extensions", {})}


@pytest.mark.parametrize(
    ("accept", "answered"),
    [
        (GRAPHQL, GRAPHQL),
        ("application/json", "application/json"),
        ("*/*", "application/json"),
        ("", "application/json"),
        (f"{GRAPHQL}, application/json;q=0.9", GRAPHQL),
        (f"application/json, {GRAPHQL};q=0.9", "application/json"),
        (
            f"{GRAPHQL}, application/graphql+json, application/json, text/event-stream, multipart/mixed",
            GRAPHQL,
        ),
    ],
)
def test_the_media_type_asked_for_is_answered(endpoint: Endpoint, accept: str, answered: str) -> None:
    response = endpoint.post("{hello}", accept=accept)
    assert response.headers["content-type"] == f"{answered}; charset=utf-8"
    assert response.json() == {"data": {"hello": "world"}}


def test_no_accept_header_means_plain_json(endpoint: Endpoint) -> None:
    request = endpoint.client.build_request("POST", endpoint.url, json={"query": "{hello}"})
    del request.headers["accept"]
    assert endpoint.client.send(request).headers["content-type"].startswith("application/json;")


def test_nothing_acceptable_is_406(endpoint: Endpoint) -> None:
    response = endpoint.post("{hello}", accept="text/html, application/json;q=0")
    assert (response.status_code, error_of(response)["code"]) == (406, "NOT_ACCEPTABLE")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{nothing}", "GRAPHQL_VALIDATION_FAILED"),
        ("fragment F on Query {hello}", "OPERATION_NOT_FOUND"),
        ("query($a: Int!) {echo(count: $a)}", "BAD_USER_INPUT"),
    ],
)
def test_where_no_field_ran_there_is_no_data(endpoint: Endpoint, query: str, code: str) -> None:
    modern = endpoint.post(query)
    legacy = endpoint.post(query, accept="application/json")
    assert (modern.status_code, legacy.status_code) == (400, 200)
    for response in (modern, legacy):
        assert list(response.json()) == ["errors"]
        assert error_of(response)["code"] == code


def test_null_data_is_data(endpoint: Endpoint) -> None:
    response = endpoint.post("{required}")
    assert response.status_code == 200
    assert response.json()["data"] is None


@pytest.mark.parametrize(
    "body",
    [
        b"null",
        b"1",
        b'"text"',
        b"[]",
        b'[{"query": "{hello}"}]',
        b"",
        b'{"query":',
        b'{"query": "{hello}", "variables": {"a": "\xff"}}',
        b"[" * 50_000 + b"]" * 50_000,
        b'{"query": "{hello}", "variables": {"a": ' + b"[" * 200 + b"]" * 200 + b"}}",
        b'{"query": "{hello}", "variables": {"a": ' + b"1" * 5000 + b"}}",
        b'{"query": "{hello}", "variables": {"a": NaN}}',
        b'{"query": "{hello}", "variables": {"a": -Infinity}}',
        b'{"query": "{hello}", "variables": {"a": 1e999}}',
        b'{"query": "{hello}", "variables": {"a": 9007199254740993}}',
        b'{"query": "{hello}", "variables": {"a": "\\ud800"}}',
        b'{"query": "{hello}", "variables": {"a": "\\u0000"}}',
        b"{}",
        b'{"query": null}',
        b'{"query": ""}',
        b'{"query": ["{hello}"]}',
        b'{"query": "{hello}", "operationName": {}}',
        b'{"query": "{hello}", "variables": []}',
        b'{"query": "{hello}", "extensions": 7}',
    ],
    ids=lambda body: body[:40].decode(errors="replace"),
)
def test_a_body_that_is_no_graphql_request_is_400(endpoint: Endpoint, body: bytes) -> None:
    response = endpoint.post_raw(body)
    assert response.status_code == 400
    assert error_of(response)["code"] == "BAD_REQUEST"


def test_a_refused_value_is_named_by_its_place(endpoint: Endpoint) -> None:
    response = endpoint.post_raw(
        b'{"query": "{hello}", "variables": {"input": [1, {"n": 9007199254740993}]}}'
    )
    assert "$.variables.input[1].n" in str(error_of(response)["message"])


def test_integers_and_floats_stay_apart(endpoint: Endpoint) -> None:
    response = endpoint.post("query($v: JSON) {echo(value: $v)}", variables={"v": [1, 1.0, True]})
    assert response.json() == {"data": {"echo": "[1, 1.0, True]"}}


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/jsonx",
        "text/plain;a=application/json",
        "application/json; charset=latin-1",
        "",
    ],
)
def test_another_content_type_is_415(endpoint: Endpoint, content_type: str) -> None:
    response = endpoint.post_raw(b'{"query": "{hello}"}', Content_Type=content_type)
    assert response.status_code == 415
    assert response.headers["accept-post"] == "application/json"


@pytest.mark.parametrize("content_type", ["Application/JSON", 'application/json; charset="UTF-8"'])
def test_json_in_utf_8_is_the_content_type_however_it_is_spelt(endpoint: Endpoint, content_type: str) -> None:
    assert endpoint.post_raw(b'{"query": "{hello}"}', Content_Type=content_type).status_code == 200


def test_a_body_over_the_limit_is_413(endpoint: Endpoint) -> None:
    response = endpoint.post_raw(b'{"query": "{hello}"}'.ljust(100_001))
    assert (response.status_code, error_of(response)["code"]) == (413, "CONTENT_TOO_LARGE")
    assert endpoint.post_raw(b'{"query": "{hello}"}'.ljust(100_000)).status_code == 200


def test_a_body_without_a_length_is_measured_as_it_comes(endpoint: Endpoint) -> None:
    response = httpx.post(
        endpoint.url, content=iter([b" " * 60_000] * 2), headers={"Content-Type": "application/json"}
    )
    assert response.status_code == 413


def test_a_body_that_does_not_come_is_408(endpoint: Endpoint) -> None:
    with endpoint.half_a_body() as connection:
        assert connection.recv(4096).startswith(b"HTTP/1.1 408 ")


def test_several_operations_need_a_name(endpoint: Endpoint) -> None:
    query = "query A {hello} query B {broken}"
    refused = endpoint.post(query)
    assert (refused.status_code, error_of(refused)["code"]) == (400, "OPERATION_NAME_REQUIRED")
    assert endpoint.post(query, operationName="A").json() == {"data": {"hello": "world"}}
    assert endpoint.post(query).status_code == 400
    assert error_of(endpoint.post(query, operationName="C"))["code"] == "OPERATION_NOT_FOUND"


def test_a_query_by_get_needs_a_header_that_no_form_can_send(endpoint: Endpoint) -> None:
    assert error_of(endpoint.get({}, query="{hello}"))["code"] == "PREFLIGHT_REQUIRED"
    assert endpoint.get(query="{hello}").json() == {"data": {"hello": "world"}}


def test_a_get_takes_its_parameters_from_the_url(endpoint: Endpoint) -> None:
    response = endpoint.get(
        query="query A($v: JSON) {echo(value: $v)} query B {hello}",
        variables='{"v": 1.0}',
        operationName="A",
        extensions="",
    )
    assert response.json() == {"data": {"echo": "1.0"}}


@pytest.mark.parametrize(
    "parameters",
    [{}, {"query": "{hello}", "variables": "[1]"}, {"query": "{hello}", "variables": "{"}],
)
def test_a_get_that_is_no_graphql_request_is_400(endpoint: Endpoint, parameters: dict[str, str]) -> None:
    assert endpoint.get(PREFLIGHT, **parameters).status_code == 400


def test_a_parameter_given_twice_is_400(endpoint: Endpoint) -> None:
    url = f"{endpoint.url}?query=%7Bhello%7D&query=%7Bbroken%7D"
    assert endpoint.client.get(url, headers=PREFLIGHT).status_code == 400


def test_a_mutation_by_get_is_405(endpoint: Endpoint) -> None:
    response = endpoint.get(query="mutation {bump}")
    assert (response.status_code, response.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"])
def test_another_method_is_405(endpoint: Endpoint, method: str) -> None:
    response = endpoint.client.request(method, endpoint.url)
    assert (response.status_code, response.headers["allow"]) == (405, "GET, POST")


def test_a_subscription_over_plain_json_is_406(endpoint: Endpoint) -> None:
    assert endpoint.post("subscription {ticks(to: 1) {number}}").status_code == 406


def test_there_is_no_page_unless_it_is_asked_for(endpoint: Endpoint) -> None:
    assert endpoint.get({"Accept": "text/html"}).status_code == 406


@pytest.mark.parametrize(("token", "status"), [("bad", 401), ("broken", 500)])
def test_a_context_that_refuses_answers_by_its_code(endpoint: Endpoint, token: str, status: int) -> None:
    response = endpoint.post_raw(b"{", Authorization=token)
    assert response.status_code == status
    assert ("www-authenticate" in response.headers) == (status == 401)
    assert SECRET not in response.text


def test_data_that_is_not_json_is_an_internal_error(endpoint: Endpoint) -> None:
    response = endpoint.post("{unwritable}")
    assert (response.status_code, error_of(response)["code"]) == (500, "INTERNAL")


def test_a_client_that_leaves_in_mid_body_leaves_no_trace(
    endpoint: Endpoint, caplog: pytest.LogCaptureFixture
) -> None:
    endpoint.half_a_body().close()
    assert endpoint.post("{hello}").status_code == 200
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []
