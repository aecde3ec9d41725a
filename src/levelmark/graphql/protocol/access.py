"""Which operations an HTTP request may ask for, by its method, its headers and the media type of its answer.

A POST carries JSON, which no form can send, and may do anything. A GET does no mutation, and needs the header
`GraphQL-Require-Preflight` (any value), which no form or link can send either. One exception: a browser's
`EventSource` cannot set headers, so a subscription as an event stream needs none where its page is of the
same origin. Subscriptions need a stream: over plain JSON they are refused.
"""

from typing import Final

from starlette.requests import Request
from strawberry.http.websocket_origin import is_same_origin
from strawberry.types.graphql import OperationType

from levelmark.graphql.protocol.media import Media
from levelmark.graphql.protocol.refusal import RefusedError

PREFLIGHT_HEADER: Final = "GraphQL-Require-Preflight"


def permitted_operations(request: Request, media: Media | None) -> set[OperationType]:
    """The types of operation that may run; raises `RefusedError` where none may."""
    if request.method not in ("GET", "POST"):
        message = f"Send GraphQL by GET or POST, not {request.method}."
        raise RefusedError(405, "METHOD_NOT_ALLOWED", message, {"Allow": "GET, POST"})
    if media is None:
        offers = ", ".join(f"`{offer.value}`" for offer in Media)
        raise RefusedError(406, "NOT_ACCEPTABLE", f"The `Accept` header takes none of {offers}.")
    streams = {OperationType.SUBSCRIPTION} if media is Media.EVENTS else set()
    if request.method == "POST":
        return {OperationType.QUERY, OperationType.MUTATION} | streams
    if request.headers.get(PREFLIGHT_HEADER):
        return {OperationType.QUERY} | streams
    if streams and _is_same_origin(request):
        return streams
    raise RefusedError(
        403, "PREFLIGHT_REQUIRED", f"A GET needs the header `{PREFLIGHT_HEADER}: 1`; or use POST."
    )


def refused_operation(operation_type: OperationType) -> RefusedError:
    """The answer to an operation of a type that is not permitted."""
    if operation_type is OperationType.SUBSCRIPTION:
        message = "A subscription needs `Accept: text/event-stream`, or a graphql-transport-ws socket."
        return RefusedError(406, "NOT_ACCEPTABLE", message)
    message = f"A {operation_type.value} cannot be sent by GET; use POST."
    return RefusedError(405, "METHOD_NOT_ALLOWED", message, {"Allow": "POST"})


def _is_same_origin(request: Request) -> bool:
    """Whether no page of another site can have sent it; browsers let no script change these headers."""
    origin = request.headers.get("origin")
    site = request.headers.get("sec-fetch-site", "same-origin")
    return site == "same-origin" and (origin is None or is_same_origin(origin, request.headers.get("host")))
