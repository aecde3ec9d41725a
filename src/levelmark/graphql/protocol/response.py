"""The HTTP answers of the endpoint, all in the shape of a GraphQL response."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final, Protocol

from graphql import GraphQLError
from starlette.responses import Response

from levelmark.graphql.protocol.json import dump
from levelmark.graphql.protocol.mask import INTERNAL, is_internal
from levelmark.graphql.protocol.media import Media
from levelmark.graphql.protocol.refusal import RefusedError

_STATUSES: Final[dict[object, int]] = {
    "UNAUTHENTICATED": HTTPStatus.UNAUTHORIZED,
    "FORBIDDEN": HTTPStatus.FORBIDDEN,
    "NOT_FOUND": HTTPStatus.NOT_FOUND,
    "LIMIT_EXCEEDED": HTTPStatus.TOO_MANY_REQUESTS,
    INTERNAL: HTTPStatus.INTERNAL_SERVER_ERROR,
    "UNAVAILABLE": HTTPStatus.SERVICE_UNAVAILABLE,
}


class Result(Protocol):
    """What an execution gives: Strawberry's and graphql-core's results alike."""

    data: dict[str, Any] | None
    errors: list[GraphQLError] | None
    extensions: dict[str, Any] | None


def is_request_error(result: Result) -> bool:
    """Whether no field ran: the document, its variables or its operation were refused as a whole."""
    return (
        result.data is None and bool(result.errors) and all(not error.path for error in result.errors or ())
    )


def response_body(result: Result) -> dict[str, Any]:
    """The result as the specification writes it: without `data` where no field ran."""
    body: dict[str, Any] = {} if is_request_error(result) else {"data": result.data}
    if result.errors:
        body["errors"] = [error.formatted for error in result.errors]
    if result.extensions:
        body["extensions"] = result.extensions
    return body


def result_response(result: Result, media: Media) -> Response:
    """The answer to an operation; raises `TypeError` where the data is not JSON."""
    return _response(response_body(result), _status(result, media), media)


def refusal_response(refused: RefusedError, media: Media) -> Response:
    """The answer to a request that is no GraphQL request, or comes by a way that we refuse."""
    error = {"message": str(refused), "extensions": {"code": refused.code}}
    return _response({"errors": [error]}, refused.status, media, refused.headers)


def error_response(error: GraphQLError, media: Media) -> Response:
    """The answer where something failed around the operation: the context was refused, or a bug."""
    status = _STATUSES.get((error.extensions or {}).get("code"), 400)
    headers = {"WWW-Authenticate": "Bearer"} if status == HTTPStatus.UNAUTHORIZED else None
    return _response({"errors": [error.formatted]}, status, media, headers)


def _status(result: Result, media: Media) -> int:
    """200 where a field ran, else by the media type: in plain JSON only a 200 counts as GraphQL's answer."""
    if not is_request_error(result):
        return 200
    if any(is_internal(error) for error in result.errors or ()):
        return 500
    return 400 if media is Media.GRAPHQL else 200


def _response(
    body: dict[str, Any], status: int, media: Media, headers: Mapping[str, str] | None = None
) -> Response:
    shown = Media.JSON if media is Media.EVENTS else media
    fixed = {"Content-Type": shown.content_type, "Vary": "Accept"}
    return Response(dump(body), status, {**fixed, **(headers or {})})
