"""A real server on a real port, and the two ways to talk to it."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

GRAPHQL = "application/graphql-response+json"
PREFLIGHT = {"GraphQL-Require-Preflight": "1"}


@dataclass
class Endpoint:
    port: int
    client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=10))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/graphql"

    @property
    def socket_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/graphql"

    def post(self, query: str, *, accept: str = GRAPHQL, **parameters: Any) -> httpx.Response:
        body = {"query": query, **parameters}
        return self.client.post(self.url, json=body, headers={"Accept": accept})

    def post_raw(self, body: bytes, **headers: str) -> httpx.Response:
        given = {"Content-Type": "application/json", "Accept": GRAPHQL}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post(self.url, content=body, headers=given)

    def get(self, headers: dict[str, str] = PREFLIGHT, **parameters: str) -> httpx.Response:
        return self.client.get(self.url, params=parameters, headers=headers)

    def half_a_body(self) -> socket.socket:
        """A connection whose request promises nine bytes of JSON, and sends one."""
        head = "POST /graphql HTTP/1.1", "Host: x", "Content-Type: application/json", "Content-Length: 9"
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=5)
        connection.sendall("\r\n".join((*head, "", "{")).encode())
        return connection

    @contextmanager
    def bare_socket(self, *protocols: str, **options: Any) -> Iterator[ClientConnection]:
        """A connection before its `connection_init`."""
        offered = [Subprotocol(name) for name in protocols or ("graphql-transport-ws",)]
        with connect(self.socket_url, subprotocols=offered, compression=None, **options) as connection:
            yield connection

    @contextmanager
    def socket(self, payload: dict[str, Any] | None = None) -> Iterator[ClientConnection]:
        """An acknowledged connection."""
        with self.bare_socket() as connection:
            send(connection, {"type": "connection_init", "payload": payload})
            assert receive(connection) == {"type": "connection_ack"}
            yield connection


def send(connection: ClientConnection, message: object) -> None:
    connection.send(json.dumps(message))


def subscribe(connection: ClientConnection, key: str, query: str, **parameters: Any) -> None:
    send(connection, {"id": key, "type": "subscribe", "payload": {"query": query, **parameters}})


def receive(connection: ClientConnection) -> Any:
    return json.loads(connection.recv(timeout=5))


@contextmanager
def serve(app: Starlette | ASGIApp) -> Iterator[Endpoint]:
    """Runs uvicorn in a thread until the block ends."""
    config = uvicorn.Config(
        app, host="127.0.0.1", port=0, log_config=None, lifespan="off", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield Endpoint(server.servers[0].sockets[0].getsockname()[1])
    finally:
        server.should_exit = True
        thread.join(10)
