"""Subscribers that come back behind the last change that they received, over a socket or an event stream."""

import asyncio
import json
import socket
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage
from websockets.typing import Subprotocol

LEVEL_CHANGES: Final = """
  subscription ($after: String) {
    levelChanges(after: $after) { cursor entityIdentifier scorecardIdentifier fromLevel toLevel }
  }
"""
FAT_LEVEL_CHANGES: Final = """
  subscription ($after: String) {
    levelChanges(after: $after) {
      cursor entityIdentifier scorecardIdentifier fromLevel toLevel
      entity { properties }
    }
  }
"""
_PAUSE_SECONDS: Final = 0.05
_PATIENCE_SECONDS: Final = 20
_RECEIVE_BYTES: Final = 4_096  # little, so that who does not read is soon felt


class Subscriber(ABC):
    """Follows all level changes of the server at `url`, which may be another after a restart."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.received: list[dict[str, Any]] = []
        self.refusals: list[str] = []
        self._news = asyncio.Event()

    @property
    def cursor(self) -> str:
        """The place in the log behind which it goes on."""
        return str(self.received[-1]["cursor"]) if self.received else "0"

    async def run(self) -> None:
        """Receives until cancelled; comes back whenever it is cut off."""
        while True:
            try:
                async with aclosing(self._payloads()) as payloads:
                    async for payload in payloads:
                        self._take(payload)
            except (OSError, ConnectionClosed, InvalidHandshake, InvalidMessage, httpx.TransportError):
                pass
            await asyncio.sleep(_PAUSE_SECONDS)

    def _take(self, payload: dict[str, Any]) -> None:
        if "errors" in payload:
            self.refusals.append(payload["errors"][0]["extensions"]["code"])
        else:
            self.received.append(payload["data"]["levelChanges"])
        self._news.set()

    async def until(self, count: int) -> None:
        """Waits until so many changes have arrived; fails when that takes too long."""
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while len(self.received) < count:
                self._news.clear()
                await self._news.wait()

    @abstractmethod
    def _payloads(self) -> AsyncGenerator[dict[str, Any]]:
        """What one connection brings."""

    @abstractmethod
    def cut(self) -> None:
        """Breaks the connection without a farewell, as a network does."""


class SocketSubscriber(Subscriber):
    """A subscriber over graphql-transport-ws."""

    _connection: ClientConnection | None = None

    async def _payloads(self) -> AsyncGenerator[dict[str, Any]]:
        async with subscribed(self.url, self.cursor) as self._connection:
            async for message in self._connection:
                match json.loads(message):
                    case {"type": "next", "payload": payload}:
                        yield payload
                    case {"type": "error", "payload": errors}:
                        yield {"errors": errors}
                        return
                    case other:
                        raise AssertionError(other)

    def cut(self) -> None:
        """Breaks the connection."""
        if self._connection is not None:
            self._connection.transport.abort()


class StreamSubscriber(Subscriber):
    """A subscriber over server-sent events, which names its place as browsers do."""

    _stream: socket.socket | None = None

    async def _payloads(self) -> AsyncGenerator[dict[str, Any]]:
        headers = {"Accept": "text/event-stream", "Last-Event-ID": self.cursor}
        async with (
            httpx.AsyncClient(timeout=httpx.Timeout(5, read=None)) as client,
            client.stream("POST", self.url, json={"query": LEVEL_CHANGES}, headers=headers) as answer,
        ):
            self._stream = answer.extensions["network_stream"].get_extra_info("socket")
            async for line in answer.aiter_lines():
                if line.startswith("data: "):
                    yield json.loads(line.removeprefix("data: "))

    def cut(self) -> None:
        """Breaks the connection."""
        if self._stream is not None:
            with suppress(OSError):
                self._stream.shutdown(socket.SHUT_RDWR)


@asynccontextmanager
async def subscribed(url: str, after: str, document: str = LEVEL_CHANGES) -> AsyncIterator[ClientConnection]:
    """A socket on which the level changes behind a place in the log arrive."""
    raw = await _dialled(url)
    options: dict[str, Any] = {"compression": None, "max_queue": 1, "proxy": None, "close_timeout": 1}
    protocols = [Subprotocol("graphql-transport-ws")]
    async with connect(
        url.replace("http", "ws", 1), sock=raw, subprotocols=protocols, **options
    ) as connection:
        await connection.send(json.dumps({"type": "connection_init"}))
        assert json.loads(await connection.recv()) == {"type": "connection_ack"}
        subscription = {"query": document, "variables": {"after": after}}
        await connection.send(json.dumps({"id": "1", "type": "subscribe", "payload": subscription}))
        yield connection


async def _dialled(url: str) -> socket.socket:
    address = urlsplit(url)
    raw = socket.socket()
    try:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BYTES)
        raw.setblocking(False)
        await asyncio.get_running_loop().sock_connect(raw, (address.hostname, address.port))
    except BaseException:
        raw.close()
        raise
    return raw


@asynccontextmanager
async def following(subscribers: Sequence[Subscriber]) -> AsyncIterator[Sequence[Subscriber]]:
    """Lets the subscribers receive."""
    tasks = [asyncio.create_task(one.run()) for one in subscribers]
    yield subscribers
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
