"""A client: GraphQL over HTTP to a running server, with failures in words for whoever ran a command."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from ipaddress import ip_address
from types import TracebackType
from typing import Any, Final, Self

import httpx
from msgspec import DecodeError, json

from levelmark import __version__
from levelmark.domain.json import Json
from levelmark.server.errors import CommandError

DEFAULT_URL: Final = "http://127.0.0.1:4000/graphql"
"""Where `levelmark serve` answers unless told otherwise."""

_TIMEOUT: Final = httpx.Timeout(300, connect=10)
_ABOUT_CONTENT: Final = frozenset({"BAD_REQUEST", "BAD_USER_INPUT", "CONTENT_TOO_LARGE"})
_OTHER_VERSION: Final = frozenset({"GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED"})
_SHOWN_ERRORS: Final = 3


class ServerError(CommandError):
    """The server could not do what it was asked for; the text has its words."""


class UnreachableError(ServerError):
    """No answer came, or none that a Levelmark server gives; what was sent may have been done or not."""


class RejectedError(CommandError):
    """The server took no part of a request because of what is in it; `reasons` are the server's words."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__(_listed(reasons))
        self.reasons = reasons


class Client:
    """Runs operations on one server, for as long as it is open."""

    def __init__(self, url: str) -> None:
        self.url = _endpoint(url)
        # A proxy from the environment cannot reach this machine's own servers.
        self._http = httpx.Client(
            timeout=_TIMEOUT,
            trust_env=not _is_loopback(self.url.host),
            headers={"User-Agent": f"levelmark/{__version__}", "Content-Type": "application/json"},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._http.close()

    def run(self, operation: str, **variables: Json) -> dict[str, Any]:
        """The data that an operation answers with.

        Raises RejectedError where the server refuses the variables, UnreachableError where it does not
        answer, and ServerError with its words for every other error.
        """
        body = json.encode({"query": operation, "variables": variables})
        answer = self._answer(self._post(body))
        errors = answer.get("errors")
        if errors:
            raise self._failure(errors)
        data: dict[str, Any] = answer["data"]
        return data

    def download(self, path: str, parameters: Mapping[str, Sequence[str]]) -> Iterator[bytes]:
        """What a path beside the endpoint answers with, in parts as they come.

        Raises an error with the server's words where it refuses, UnreachableError where the answer does not
        come or breaks off.
        """
        url = self.url.join(path).copy_merge_params(parameters)
        with self._told(url), self._http.stream("GET", url) as response:
            if response.status_code != HTTPStatus.OK:
                response.read()
                raise self._failure(self._answer(response).get("errors") or [])
            yield from response.iter_bytes()

    def _post(self, body: bytes) -> httpx.Response:
        with self._told(self.url):
            return self._http.post(self.url, content=body)

    @contextmanager
    def _told(self, url: httpx.URL) -> Iterator[None]:
        """Tells in words what keeps an answer from coming."""
        try:
            yield
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            remedy = "start one with `levelmark serve`, or name it with --server or LEVELMARK_SERVER"
            raise UnreachableError(f"no server answers at {url}: {remedy}") from error
        except httpx.TimeoutException as error:
            raise UnreachableError(f"{url} did not answer within {_TIMEOUT.read:g} seconds") from error
        except httpx.HTTPError as error:
            raise UnreachableError(f"the connection to {url} broke: {error}") from error

    def _answer(self, response: httpx.Response) -> dict[str, Any]:
        try:
            answer = json.decode(response.content)
        except (DecodeError, UnicodeDecodeError):
            answer = None
        if isinstance(answer, dict) and ("errors" in answer or isinstance(answer.get("data"), dict)):
            return answer
        if response.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            raise RejectedError([f"{self.url} takes no request of this size"])
        raise UnreachableError(
            f"{self.url} is no Levelmark server (it answered {response.status_code}): "
            "name the right URL with --server; it ends in /graphql"
        )

    def _failure(self, errors: list[dict[str, Any]]) -> CommandError:
        reasons = [str(error.get("message", "no reason given")) for error in errors]
        codes = {error.get("extensions", {}).get("code") for error in errors}
        if codes <= _ABOUT_CONTENT:
            return RejectedError(reasons)
        if codes & _OTHER_VERSION:
            return ServerError(f"{self.url} is of another version than this command: {_listed(reasons)}")
        return ServerError(f"{self.url} answered: {_listed(reasons)}")


def _listed(reasons: list[str]) -> str:
    more = len(reasons) - _SHOWN_ERRORS
    return "; ".join(reasons[:_SHOWN_ERRORS]) + (f"; and {more} more" if more > 0 else "")


def _endpoint(url: str) -> httpx.URL:
    """The URL of the endpoint; one without a path is that of a server."""
    try:
        given = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise CommandError(f"--server {url} is not a URL: {error}") from error
    if given.scheme not in ("http", "https") or not given.host:
        raise CommandError(f"--server {url} is not a URL such as {DEFAULT_URL}")
    return given.copy_with(path="/graphql") if given.path == "/" else given


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
