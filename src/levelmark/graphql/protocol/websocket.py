"""The graphql-transport-ws protocol: Strawberry's handler, made strict and given a context per operation.

A message of another shape closes the socket with 4400 and says what was wrong with it; whatever is wrong
with an operation, its syntax included, is that operation's `error` and leaves the others alone.
"""

from collections.abc import Awaitable, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import Any, cast

from starlette.websockets import WebSocket
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.schema.schema import StreamResult
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    BaseGraphQLTransportWSHandler,
    Operation,
)
from strawberry.subscriptions.protocols.graphql_transport_ws.types import (
    ConnectionInitMessage,
    Message,
    PingMessage,
)
from strawberry.types import ExecutionResult

from levelmark.graphql.protocol.connection import remember_connection_params
from levelmark.graphql.protocol.mask import is_internal, published
from levelmark.graphql.protocol.messages import fault_of
from levelmark.graphql.protocol.response import is_request_error


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is at the other end of a socket; it stands where Strawberry would keep the socket's one context."""

    socket: WebSocket
    get_context: Callable[[WebSocket], Awaitable[Any]]

    async def context(self) -> Any:
        """A context for one operation: what it loads is not kept for the life of the socket."""
        return await self.get_context(self.socket)


class TransportHandler(BaseGraphQLTransportWSHandler[Any, None]):
    """One connection's state machine."""

    context: Caller

    async def handle_message(self, message: Message) -> None:
        """Handles a message of the protocol's shape; closes with 4400 on any other."""
        fault = fault_of(message)
        if fault is not None:
            await self.handle_invalid_message(f"Invalid message: {fault}")
            return
        given = {key: value for key, value in message.items() if value is not None}
        await super().handle_message(cast("Message", given))

    async def handle_connection_init(self, message: ConnectionInitMessage) -> None:
        """Acknowledges the connection, unless its context refuses it: 4403, with the reason."""
        if not self.connection_init_received:
            remember_connection_params(self.context.socket, message.get("payload") or {})
        try:
            await super().handle_connection_init(message)
        except WebSocketDisconnected:
            raise
        except Exception as error:  # noqa: BLE001 (whatever it is, `published` logs it, and the client is told)
            public = published(error)
            await self.websocket.close(1011 if is_internal(public) else 4403, public.message)

    async def handle_ping(self, message: PingMessage) -> None:
        """Answers with the ping's own payload."""
        payload = message.get("payload")
        await self.send_message({"type": "pong"} if payload is None else {"type": "pong", "payload": payload})

    async def run_operation(self, operation: Operation[Any, None]) -> None:
        """Runs one operation to its `complete` or `error`, on a context of its own."""
        try:
            results = await self.schema.stream(
                operation.query,
                variable_values=operation.variables,
                context_value=await self.context.context(),
                operation_name=operation.operation_name,
            )
            async with aclosing(results):
                await self._send_result_stream(operation, results)
            await operation.send_operation_message({"id": operation.id, "type": "complete"})
        except WebSocketDisconnected:
            self.operations.pop(operation.id, None)
        except Exception as error:  # noqa: BLE001 (whatever it is, `published` logs it, and the client is told)
            with suppress(WebSocketDisconnected):
                await operation.send_initial_errors([published(error)])

    async def _send_result_stream(self, operation: Operation[Any, None], result_source: StreamResult) -> None:
        async for streamed in result_source:
            # Only incremental delivery, which the schema does not have, would yield anything else.
            result = cast("ExecutionResult", streamed)
            if is_request_error(result):
                await operation.send_initial_errors(result.errors or [])
                return
            await operation.send_next(result)
