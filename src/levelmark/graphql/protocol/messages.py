"""What a client may send over graphql-transport-ws, as shapes to check against."""

from typing import Annotated, Any

import msgspec

from levelmark.graphql.protocol.request import GraphQLRequest

Payload = dict[str, Any] | None
OperationId = Annotated[str, msgspec.Meta(min_length=1)]


class _ConnectionInit(msgspec.Struct, tag_field="type", tag="connection_init"):
    payload: Payload = None


class _Ping(msgspec.Struct, tag_field="type", tag="ping"):
    payload: Payload = None


class _Pong(msgspec.Struct, tag_field="type", tag="pong"):
    payload: Payload = None


class _Subscribe(msgspec.Struct, tag_field="type", tag="subscribe"):
    id: OperationId
    payload: GraphQLRequest


class _Complete(msgspec.Struct, tag_field="type", tag="complete"):
    id: OperationId


ClientMessage = _ConnectionInit | _Ping | _Pong | _Subscribe | _Complete


def fault_of(message: object) -> str | None:
    """What is wrong with a message, by its place; `None` where nothing is.

    >>> fault_of({"type": "complete", "id": 1})
    'Expected `str`, got `int` - at `$.id`'
    """
    try:
        msgspec.convert(message, ClientMessage)
    except msgspec.ValidationError as error:
        return str(error)
    return None
