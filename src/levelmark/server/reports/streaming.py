"""Streaming: an answer whose parts are made as fast as the client takes them.

What fails before the first part is an ordinary failure. What fails later ends the connection in the middle of
the answer, which no client takes for its end. Where the client goes away, what makes the parts is closed.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from levelmark.graphql.protocol.mask import published


async def streamed(
    request: Request, parts: AsyncGenerator[bytes, None], headers: Mapping[str, str]
) -> Response:
    """The answer with these parts, of which there must be one; to HEAD, its headers alone."""
    try:
        first = await anext(parts)
    except BaseException:
        await parts.aclose()
        raise
    if request.method == "HEAD":
        await parts.aclose()
        return StreamingResponse(iter(()), headers=headers)  # it has no length that it could tell
    return _Streamed(first, parts, headers)


class _Streamed(StreamingResponse):
    def __init__(self, first: bytes, parts: AsyncGenerator[bytes, None], headers: Mapping[str, str]) -> None:
        self._first = first
        self._parts = parts
        super().__init__(self._all(), headers=headers)

    async def _all(self) -> AsyncIterator[bytes]:
        yield self._first
        async for part in self._parts:
            yield part
            await asyncio.sleep(0)  # a fast client never makes the sender wait, and others want their turn

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends until the end, or until the client goes away."""
        del scope
        # Starlette's own way cancels again whatever waits while it cleans up: cursors would stay open.
        sending = asyncio.create_task(self.stream_response(send))
        leaving = asyncio.create_task(self.listen_for_disconnect(receive))
        try:
            await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sending.cancel()
            leaving.cancel()
            await asyncio.gather(sending, leaving, return_exceptions=True)

    async def stream_response(self, send: Send) -> None:
        """Sends everything; after a failure, not the end."""
        async with aclosing(self._parts):
            try:
                await super().stream_response(send)
            except Exception as error:  # noqa: BLE001 - it is logged here, and the missing end tells the client
                published(error)
