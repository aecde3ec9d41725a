"""Messages as text frames of strict JSON, over one WebSocket."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import suppress
from typing import Any, Final

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState
from strawberry.asgi import ASGIWebSocketAdapter
from strawberry.http.async_base_view import AsyncBaseHTTPView
from strawberry.http.exceptions import NonTextMessageReceived, WebSocketDisconnected

from levelmark.graphql.protocol.json import InvalidJSONError, dump, load_object

REASON_BYTES: Final = 123
"""A close frame holds 125 bytes, two of which are the code."""


class Frames(ASGIWebSocketAdapter):
    """Reads and writes messages until the socket closes."""

    def __init__(
        self,
        view: AsyncBaseHTTPView[Any, Any, Any, Any, Any, Any, Any],
        request: WebSocket,
        response: WebSocket,
        *,
        frame_bytes: int,
    ) -> None:
        super().__init__(view, request, response)
        self._frame_bytes = frame_bytes

    async def iter_json(self, *, ignore_parsing_errors: bool = False) -> AsyncGenerator[object, None]:  # noqa: ARG002 (the other protocol's)
        """Each message, until the client leaves or sends one that is no JSON object."""
        while self.ws.application_state is not WebSocketState.DISCONNECTED:
            frame = await self.ws.receive()
            if frame["type"] == "websocket.disconnect":
                return
            text = frame.get("text")
            if text is None:
                raise NonTextMessageReceived
            data = text.encode()
            if len(data) > self._frame_bytes:
                await self.close(1009, f"A message may have {self._frame_bytes} bytes at most")
                return
            try:
                yield load_object(data)
            except InvalidJSONError as error:
                await self.close(4400, f"Invalid message: {error}")

    async def send_json(self, message: Mapping[str, object]) -> None:
        """Sends one message; raises `WebSocketDisconnected` where nobody is left to read it."""
        text = dump(message).decode()
        try:
            await self.ws.send_text(text)
        except (WebSocketDisconnect, RuntimeError) as error:
            raise WebSocketDisconnected from error

    async def close(self, code: int, reason: str) -> None:
        """Closes the socket, unless it is closed already; the reason is cut to what the frame holds."""
        with suppress(WebSocketDisconnect, RuntimeError):
            await self.ws.close(code, reason.encode()[:REASON_BYTES].decode(errors="ignore"))
