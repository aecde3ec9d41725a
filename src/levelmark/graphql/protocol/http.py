"""The GraphQL endpoint as one ASGI application, over Strawberry's view: HTTP, event streams and sockets."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Any, TypeAlias

from graphql import GraphQLError
from starlette.requests import Request
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType
from strawberry.types.unset import UNSET, UnsetType

from levelmark.domain.errors import UnavailableError
from levelmark.graphql.protocol.access import permitted_operations, refused_operation
from levelmark.graphql.protocol.frames import Frames
from levelmark.graphql.protocol.mask import published
from levelmark.graphql.protocol.media import Media, negotiate
from levelmark.graphql.protocol.refusal import RefusedError
from levelmark.graphql.protocol.request import GraphQLRequest, read_request
from levelmark.graphql.protocol.response import error_response, refusal_response, result_response
from levelmark.graphql.protocol.schema import ProtocolSchema
from levelmark.graphql.protocol.settings import ProtocolSettings
from levelmark.graphql.protocol.sse import EventStream
from levelmark.graphql.protocol.websocket import Caller, TransportHandler

GetContext: TypeAlias = Callable[[Request | WebSocket], Awaitable[Any]]


class GraphQLApp(GraphQL[Any, None]):
    """Serves a schema.

    `get_context` is called once per operation, on a socket with the socket; once more when a socket is
    initialised, where the result is thrown away. A `LevelmarkError` that it raises refuses the operation, or
    the socket. A subscription's events share its context, unless that has `for_event` (see `EventContext`).

    >>> app = GraphQLApp(schema, get_context=context_of)  # doctest: +SKIP
    >>> Starlette(routes=app.routes("/graphql"))  # doctest: +SKIP
    """

    graphql_transport_ws_handler_class = TransportHandler

    def __init__(
        self, schema: ProtocolSchema, *, get_context: GetContext, settings: ProtocolSettings | None = None
    ) -> None:
        self.settings = settings or ProtocolSettings()
        super().__init__(
            schema,
            graphql_ide="graphiql" if self.settings.graphiql else None,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL,),
            connection_init_wait_timeout=timedelta(seconds=self.settings.init_seconds),
            max_subscriptions_per_connection=self.settings.operations_per_socket,
            allowed_origins=self.settings.allowed_origins,
        )
        self._make_context = get_context
        self._streams_ended = asyncio.Event()
        adapter = partial(Frames, frame_bytes=self.settings.frame_bytes)
        self.websocket_adapter_class = adapter  # type: ignore[assignment]  # a factory does, it is only called

    def routes(self, path: str) -> list[BaseRoute]:
        """The endpoint's two routes: one for HTTP, one for sockets."""
        return [Route(path, self), WebSocketRoute(path, self)]

    def end_streams(self) -> None:
        """Ends all event streams, for good: a server that stops calls it, on its loop, before it waits.

        Sockets need no call: uvicorn closes them itself, with 1012.
        """
        self._streams_ended.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request, or serves one socket until it closes."""
        if scope["type"] == "websocket":
            socket = WebSocket(scope, receive, send)
            await self.run(socket, context=Caller(socket, self._make_context), root_value=None)
            return
        response = await self.respond(Request(scope, receive))
        await response(scope, receive, send)

    async def respond(self, request: Request) -> ASGIApp:
        """The answer to an HTTP request, whatever happens."""
        media = negotiate(",".join(request.headers.getlist("accept")))
        try:
            return await self._respond(request, media)
        except RefusedError as refused:
            return refusal_response(refused, media or Media.JSON)
        except asyncio.CancelledError:
            if not self._streams_ended.is_set():
                raise
            stopping = UnavailableError("the server stops before it could finish; ask again in a moment")
            return error_response(published(stopping), media or Media.JSON)
        except Exception as error:  # noqa: BLE001 (whatever it is, `published` logs it, and the client is told)
            return error_response(published(error), media or Media.JSON)

    async def on_ws_connect(self, context: Caller) -> UnsetType | dict[str, object] | None:
        """Lets the context refuse the connection before it is acknowledged."""
        await context.context()
        no_payload: UnsetType = UNSET
        return no_payload

    async def _respond(self, request: Request, media: Media | None) -> ASGIApp:
        if self.graphql_ide and _asks_for_the_page(request):
            return await self.render_graphql_ide(request)
        permitted = permitted_operations(request, media)
        context = await self._make_context(request)
        operation = await read_request(request, self.settings)
        if media is Media.EVENTS:
            results = await self.schema.stream(**_arguments(operation, context, permitted))
            return EventStream(results, self.settings.keep_alive_seconds, self._streams_ended)
        result = await self._execute(operation, context, permitted)
        return result_response(result, media or Media.JSON)

    async def _execute(
        self, operation: GraphQLRequest, context: Any, permitted: set[OperationType]
    ) -> ExecutionResult:
        try:
            return await self.schema.execute(**_arguments(operation, context, permitted))
        except InvalidOperationTypeError as error:
            raise refused_operation(error.operation_type) from None
        except CannotGetOperationTypeError as error:
            message = error.as_http_error_reason()
            unknown = GraphQLError(message, extensions={"code": "OPERATION_NOT_FOUND"})
            return ExecutionResult(data=None, errors=[unknown])


def _arguments(operation: GraphQLRequest, context: Any, permitted: set[OperationType]) -> dict[str, Any]:
    return {
        "query": operation.query,
        "variable_values": operation.variables,
        "operation_name": operation.operation_name,
        "operation_extensions": operation.extensions,
        "context_value": context,
        "allowed_operation_types": permitted,
    }


def _asks_for_the_page(request: Request) -> bool:
    accepted = request.headers.get("accept", "")
    return request.method == "GET" and "query" not in request.query_params and "text/html" in accepted
