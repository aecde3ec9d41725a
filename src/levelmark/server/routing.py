"""Routes beside GraphQL: reads by plain GET, with failures told as the GraphQL endpoint tells them.

There is no authentication, here as there. What GraphQL guards against by a header that no page of another
site can send, the routes that give out data guard against by what browsers say of the request's origin: a
page of another site may link to them, and not fetch or embed them. Clients other than browsers say nothing.
"""

from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias

from starlette.requests import Request
from starlette.responses import Response
from strawberry.http.websocket_origin import is_same_origin

from levelmark.graphql.protocol.mask import published
from levelmark.graphql.protocol.media import Media
from levelmark.graphql.protocol.refusal import RefusedError
from levelmark.graphql.protocol.response import error_response, refusal_response

Handler: TypeAlias = Callable[[Request], Awaitable[Response]]
"""What answers a request."""

OWN_HEADERS: Final = {"Cross-Origin-Resource-Policy": "same-origin", "X-Content-Type-Options": "nosniff"}
"""What keeps an answer from being used by a page of another site, or taken for something else."""


def answered(handler: Handler) -> Handler:
    """The handler, with an answer also where it fails."""

    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except RefusedError as refused:
            return refusal_response(refused, Media.JSON)
        except Exception as error:  # noqa: BLE001 - whatever it is, `published` logs it, and the client is told
            return error_response(published(error), Media.JSON)

    return answer


def guarded(handler: Handler) -> Handler:
    """The same for a handler that gives out data: no page of another site can make it work."""

    async def guard(request: Request) -> Response:
        if not _is_welcome(request):
            message = (
                "No page of another site may fetch this; link to it, or ask for it from this server's own."
            )
            raise RefusedError(403, "FORBIDDEN", message)
        return await handler(request)

    return answered(guard)


def _is_welcome(request: Request) -> bool:
    origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site", "none")
    if origin is not None and not is_same_origin(origin, request.headers.get("host")):
        return False
    followed = request.headers.get("sec-fetch-mode") == "navigate"
    return site in ("none", "same-origin") or (
        followed and request.headers.get("sec-fetch-dest") == "document"
    )
