from typing import Any

import pytest
from graphql import parse
from strawberry.extensions import SchemaExtension

from levelmark.graphql.protocol import Limits, ProtocolSchema, schema_extensions
from levelmark.graphql.protocol.documents import DocumentCache

from .endpoint import Endpoint
from .test_guard import EXPONENTIAL
from .toy import Query


class Spy(SchemaExtension):
    """Notes the document of each operation."""

    seen: list[Any]

    def on_execute(self) -> Any:
        self.seen.append(self.execution_context.graphql_document)
        yield


def spied(limits: Limits | None = None) -> tuple[ProtocolSchema, list[Any]]:
    seen: list[Any] = []
    spy = type("OwnSpy", (Spy,), {"seen": seen})
    return ProtocolSchema(Query, extensions=[*schema_extensions(limits), spy]), seen


async def test_a_valid_document_is_read_once() -> None:
    schema, seen = spied()
    for _ in range(2):
        assert (await schema.execute("{hello}")).data == {"hello": "world"}
    first, second = seen
    assert first is second


async def test_a_remembered_document_still_needs_an_operation_name() -> None:
    schema, _ = spied()
    query = "query A {hello} query B {hello}"
    assert (await schema.execute(query, operation_name="A")).errors is None
    assert (await schema.execute(query)).errors
    assert (await schema.execute(query, operation_name="B")).errors is None


async def test_an_invalid_document_is_refused_each_time_and_not_kept() -> None:
    schema, seen = spied()
    for query in ("{nothing}", "{", EXPONENTIAL):
        messages = [str((await schema.execute(query)).errors) for _ in range(2)]
        assert messages[0] == messages[1] != "None"
    assert seen == []


@pytest.mark.parametrize("padding", [" ", "#", '"', ","])
async def test_a_document_of_too_many_characters_is_refused(padding: str) -> None:
    schema, _ = spied(Limits(characters=1000))
    (error,) = (await schema.execute("{hello}" + padding * 1000)).errors or []
    assert (error.extensions or {})["code"] == "GRAPHQL_PARSE_FAILED"
    assert "1000" in error.message


async def test_a_document_of_too_many_tokens_is_refused() -> None:
    schema, _ = spied(Limits(tokens=20))
    assert (await schema.execute("{" + "hello " * 10 + "}")).errors is None
    (error,) = (await schema.execute("{" + "hello " * 20 + "}")).errors or []
    assert "20 tokens" in error.message


def test_the_exponential_query_is_refused_over_the_wire(endpoint: Endpoint) -> None:
    response = endpoint.post(EXPONENTIAL)
    assert response.status_code == 400
    assert {error["extensions"]["code"] for error in response.json()["errors"]} == {"LIMIT_EXCEEDED"}


@pytest.mark.parametrize("literal", ["1e999", "1" * 5000, "9007199254740993", '"\\u0000"', "[{a: 1e999}]"])
def test_no_literal_brings_in_what_json_may_not(endpoint: Endpoint, literal: str) -> None:
    response = endpoint.post(f"{{echo(value: {literal})}}")
    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


def test_a_cache_keeps_what_was_used_last() -> None:
    cache = DocumentCache(characters=100)
    documents = {name * 10: parse(f"{{{name}}}") for name in "abcdefghijkl"}
    for text, document in documents.items():
        cache.put((text, ()), document)
        assert cache.get(("a" * 10, ())) is documents["a" * 10]
    kept = [text[0] for text in documents if cache.get((text, ()))]
    assert kept == ["a", *"defghijkl"]


def test_a_cache_keeps_no_document_of_a_tenth_of_its_size() -> None:
    cache = DocumentCache(characters=100)
    cache.put(("a" * 11, ()), parse("{a}"))
    assert cache.get(("a" * 11, ())) is None
