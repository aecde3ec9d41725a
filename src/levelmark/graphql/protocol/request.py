"""The GraphQL request that an HTTP request carries; what is not well-formed is refused by name."""

import asyncio
from http import HTTPMethod
from typing import Annotated, Any, Final

import msgspec
from starlette.requests import ClientDisconnect, Request

from levelmark.graphql.protocol.json import InvalidJSONError, load, load_object
from levelmark.graphql.protocol.refusal import RefusedError
from levelmark.graphql.protocol.settings import ProtocolSettings

_PARAMETERS: Final = ("query", "operationName", "variables", "extensions")
_DIGITS_OF_A_SIZE: Final = 18


class GraphQLRequest(msgspec.Struct, frozen=True, rename={"operation_name": "operationName"}):
    """One operation as the client sent it; further keys are reserved by the specification, and ignored."""

    query: Annotated[str, msgspec.Meta(min_length=1)]
    operation_name: str | None = None
    variables: dict[str, Any] | None = None
    extensions: dict[str, Any] | None = None


async def read_request(request: Request, settings: ProtocolSettings) -> GraphQLRequest:
    """The operation that a GET or POST carries; raises `RefusedError`."""
    try:
        if request.method == HTTPMethod.GET:
            return _checked(_query_parameters(request))
        return _checked(load_object(await _read_body(request, settings)))
    except InvalidJSONError as error:
        raise RefusedError(
            400, "BAD_REQUEST", f"The request is not JSON that can be read: {error}."
        ) from None


def _checked(parameters: dict[str, Any]) -> GraphQLRequest:
    try:
        return msgspec.convert(parameters, GraphQLRequest)
    except msgspec.ValidationError as error:
        raise RefusedError(400, "BAD_REQUEST", f"The request is not a GraphQL request: {error}.") from None


def _query_parameters(request: Request) -> dict[str, Any]:
    """The parameters of the URL, where empty means absent and JSON is text."""
    query = request.query_params
    repeated = next((name for name in _PARAMETERS if len(query.getlist(name)) > 1), None)
    if repeated:
        raise RefusedError(400, "BAD_REQUEST", f"The URL gives the parameter `{repeated}` more than once.")
    given = {name: query[name] for name in _PARAMETERS if query.get(name)}
    return {name: load(text) if name in ("variables", "extensions") else text for name, text in given.items()}


async def _read_body(request: Request, settings: ProtocolSettings) -> bytes:
    _check_content_type(request)
    try:
        async with asyncio.timeout(settings.body_seconds):
            return await _read_bounded(request, settings.body_bytes)
    except TimeoutError:
        message = f"The body did not arrive within {settings.body_seconds:g} seconds."
        raise RefusedError(408, "REQUEST_TIMEOUT", message, {"Connection": "close"}) from None
    except ClientDisconnect:
        raise RefusedError(400, "BAD_REQUEST", "The client left before its body was complete.") from None


def _check_content_type(request: Request) -> None:
    """Only JSON in UTF-8: a form, which pages of other sites may send, can never carry it."""
    media, *parameters = request.headers.get("content-type", "").split(";")
    charsets = [text.partition("=")[2] for text in parameters if text.strip().lower().startswith("charset=")]
    if media.strip().lower() != "application/json" or any(
        charset.strip(' "').lower() not in ("utf-8", "utf8") for charset in charsets
    ):
        message = "Send the request as `Content-Type: application/json`, in UTF-8."
        raise RefusedError(415, "UNSUPPORTED_MEDIA_TYPE", message, {"Accept-Post": "application/json"})


async def _read_bounded(request: Request, limit: int) -> bytes:
    """The body, where it is no longer than `limit`.

    What is somewhat longer is read to its end and thrown away, since a client that is still sending would see
    a reset connection in place of the answer.
    """
    declared = request.headers.get("content-length", "0")
    if not declared.isdecimal() or len(declared) > _DIGITS_OF_A_SIZE or int(declared) > 2 * limit:
        raise _too_large(limit)
    body, size = bytearray(), 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > 2 * limit:
            break
        if size <= limit:
            body += chunk
    if size > limit:
        raise _too_large(limit)
    return bytes(body)


def _too_large(limit: int) -> RefusedError:
    message = f"The body is larger than {limit} bytes; send less at once."
    return RefusedError(413, "CONTENT_TOO_LARGE", message, {"Connection": "close"})
