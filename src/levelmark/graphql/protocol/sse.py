"""One operation as a stream of server-sent events: `next` for each result, then `complete`.

Lines end in LF. An event's `id` is its cursor: the first field of `data` that is an object with a string
`cursor`; a browser sends it back as `Last-Event-ID` when it reconnects. Comments keep idle connections open.
"""

import asyncio
from contextlib import aclosing
from typing import Any, Final, cast

from starlette.types import Receive, Scope, Send
from strawberry.schema.schema import StreamResult
from strawberry.types import ExecutionResult

from levelmark.graphql.protocol.json import dump
from levelmark.graphql.protocol.mask import published
from levelmark.graphql.protocol.media import Media
from levelmark.graphql.protocol.response import response_body

# No blank line after it: some readers take that for an event once an `id` has gone before.
KEEP_ALIVE: Final = b":\n"
# Without a `data` line, even an empty one, browsers drop the event.
COMPLETE: Final = b"event: complete\ndata:\n\n"
_HEADERS: Final = [
    (b"content-type", Media.EVENTS.content_type.encode()),
    (b"cache-control", b"no-cache, no-transform"),
    (b"vary", b"Accept"),
    (b"x-accel-buffering", b"no"),
]


class EventStream:
    """The ASGI response; when the client leaves, or `ended` is set, the operation is closed at once.

    A stream that is ended has no `complete`: the client is to come back with the last event's id.
    """

    def __init__(self, results: StreamResult, keep_alive_seconds: float, ended: asyncio.Event) -> None:
        self._results = results
        self._keep_alive_seconds = keep_alive_seconds
        self._ended = ended

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 (ASGI's signature)
        """Sends events until the operation is complete or nobody wants it any more."""
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        await _send(send, KEEP_ALIVE)  # proxies pass the headers on with the first of the body
        beats = asyncio.create_task(self._send_beats(send))
        enders = [
            asyncio.create_task(self._send_events(send)),
            asyncio.create_task(_departure(receive)),
            asyncio.create_task(self._ended.wait()),
        ]
        try:
            await asyncio.wait(enders, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (beats, *enders):
                task.cancel()
            await asyncio.gather(beats, *enders, return_exceptions=True)
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _send_events(self, send: Send) -> None:
        try:
            async with aclosing(self._results) as results:
                async for result in results:
                    # Only incremental delivery, which the schema does not have, would yield anything else.
                    body = response_body(cast("ExecutionResult", result))
                    await _send(send, encode_next(body))
        except OSError:
            return  # the client is gone
        except Exception as error:  # noqa: BLE001 (whatever it is, `published` logs it, and the client is told)
            await _send(send, encode_next({"errors": [published(error).formatted]}))
        await _send(send, COMPLETE)

    async def _send_beats(self, send: Send) -> None:
        while True:
            await asyncio.sleep(self._keep_alive_seconds)
            await _send(send, KEEP_ALIVE)


def encode_next(body: dict[str, Any]) -> bytes:
    r"""One event.

    >>> encode_next({"data": {"levelChanges": {"cursor": "7"}}})
    b'event: next\nid: 7\ndata: {"data":{"levelChanges":{"cursor":"7"}}}\n\n'
    """
    cursor = _cursor(body.get("data"))
    identity = b"" if cursor is None else b"id: %b\n" % cursor.encode()
    return b"event: next\n%bdata: %b\n\n" % (identity, dump(body))


def _cursor(data: Any) -> str | None:
    fields = data.values() if isinstance(data, dict) else ()
    cursors = (field.get("cursor") for field in fields if isinstance(field, dict))
    cursor = next((cursor for cursor in cursors if isinstance(cursor, str)), None)
    return cursor if cursor and cursor.isprintable() else None


async def _send(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})


async def _departure(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
