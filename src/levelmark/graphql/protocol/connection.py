"""What a context may want to know of the connection: the event to resume after, a socket's parameters."""

from typing import Any, Final

from starlette.requests import HTTPConnection

_CONNECTION_PARAMS: Final = "levelmark.connection_params"


def last_event_id(connection: HTTPConnection) -> str | None:
    """The cursor of the last event that the client has seen of an event stream, as it says on reconnecting.

    A subscription resolver starts after it where its own argument `after` is null. It is as untrusted.
    """
    return connection.headers.get("last-event-id") or None


def connection_params(connection: HTTPConnection) -> dict[str, Any]:
    """The payload of a socket's `connection_init`, where clients put tokens; empty for plain HTTP."""
    params: dict[str, Any] = connection.scope.get(_CONNECTION_PARAMS, {})
    return params


def remember_connection_params(connection: HTTPConnection, params: dict[str, Any]) -> None:
    """Keeps the payload for `connection_params`, as long as the connection lasts."""
    connection.scope[_CONNECTION_PARAMS] = params
