"""Streams of events: a socket by Python's `gql`, and server-sent events read line by line."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final, NamedTuple

import gql
import httpx
from gql.client import AsyncClientSession
from gql.transport.websockets import WebsocketsTransport

from tests.graphql.api.client import Data

_SECONDS: Final = 20.0


class Socket:
    """One WebSocket connection of the `gql` client."""

    def __init__(self, transport: WebsocketsTransport, session: AsyncClientSession) -> None:
        self._transport = transport
        self._session = session

    async def follow(self, document: str, **variables: Any) -> AsyncGenerator[Data, None]:
        """What the subscription's only field tells, one after the other."""
        request = gql.gql(document)
        request.variable_values = variables
        async for event in self._session.subscribe(request):
            (change,) = event.values()
            yield change

    def cut(self) -> None:
        """Breaks the connection without a word, as a failing network does."""
        connection = self._transport.adapter.websocket
        assert connection is not None
        connection.transport.abort()


@asynccontextmanager
async def socket_to(url: str) -> AsyncIterator[Socket]:
    """A connection to the server's subscriptions."""
    transport = WebsocketsTransport(url=url.replace("http", "ws", 1))
    async with gql.Client(transport=transport) as session:
        yield Socket(transport, session)


class Event(NamedTuple):
    """A server-sent event."""

    name: str
    id: str | None
    data: Any


async def sent_events(
    url: str, document: str, last_event_id: str | None = None, **variables: Any
) -> AsyncGenerator[Event, None]:
    """The events of an operation, as a browser's EventSource would see them."""
    headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": last_event_id} if last_event_id else {})
    body = {"query": document, "variables": variables}
    async with (
        httpx.AsyncClient(timeout=_SECONDS) as client,
        client.stream("POST", url, json=body, headers=headers) as response,
    ):
        assert response.headers["content-type"].startswith("text/event-stream")
        fields: dict[str, str] = {}
        async for line in response.aiter_lines():
            name, _, value = line.partition(": ")
            if name:
                fields[name] = value
            elif "event" in fields:
                data = json.loads(fields["data"]) if fields.get("data") else None
                yield Event(fields["event"], fields.get("id"), data)
                fields = {}


async def take(count: int, events: AsyncIterator[Any]) -> list[Any]:
    """The next so many events; fails where they do not come in time."""
    async with asyncio.timeout(_SECONDS):
        return [await anext(events) for _ in range(count)]
