"""Events: what a subscription tells, read from the server's event stream."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import msgspec

from levelmark.domain.json import Json
from levelmark.server.errors import CommandError


async def events(url: str, document: str, **variables: Json) -> AsyncIterator[dict[str, Any]]:
    """The data of every event, until the server ends the stream; raises CommandError where it refuses."""
    body = {"query": document, "variables": variables}
    accept = {"accept": "text/event-stream"}
    # The server is this machine's own: no proxy leads there, and events come when they come.
    async with (
        httpx.AsyncClient(timeout=None, trust_env=False) as http,  # noqa: S113 - see above
        http.stream("POST", url, json=body, headers=accept) as stream,
    ):
        async for line in stream.aiter_lines():
            field, _, value = line.partition(": ")
            if field == "data" and value:
                yield _data(value)


def _data(text: str) -> dict[str, Any]:
    answer = msgspec.json.decode(text)
    if answer.get("errors"):
        raise CommandError("; ".join(error["message"] for error in answer["errors"]))
    data: dict[str, Any] = answer["data"]
    return data
