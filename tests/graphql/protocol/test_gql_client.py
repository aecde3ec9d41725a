import pytest
from gql import Client, gql
from gql.transport.exceptions import TransportQueryError
from gql.transport.httpx import HTTPXTransport
from gql.transport.websockets import WebsocketsTransport

from .endpoint import Endpoint


async def test_gql_subscribes_over_the_socket(endpoint: Endpoint) -> None:
    transport = WebsocketsTransport(
        url=endpoint.socket_url, init_payload={"token": "good"}, ping_interval=0.05
    )
    async with Client(transport=transport) as session:
        numbers = [
            event["ticks"]["number"]
            async for event in session.subscribe(gql("subscription {ticks(to: 3, pause: 0.2) {number}}"))
        ]
    assert numbers == [1, 2, 3]


async def test_gql_sees_an_operations_error_and_keeps_its_socket(endpoint: Endpoint) -> None:
    async with Client(transport=WebsocketsTransport(url=endpoint.socket_url)) as session:
        with pytest.raises(TransportQueryError, match="Cannot query field"):
            await session.execute(gql("{nothing}"))
        assert await session.execute(gql("{hello}")) == {"hello": "world"}


def test_gql_queries_over_http(endpoint: Endpoint) -> None:
    with Client(transport=HTTPXTransport(url=endpoint.url), fetch_schema_from_transport=True) as session:
        assert session.execute(gql("{hello}")) == {"hello": "world"}
