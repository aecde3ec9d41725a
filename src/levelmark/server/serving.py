"""Serving: a server process from its start to its clean stop.

The embedded MongoDB, where there is one, is started before everything and stopped after it; where it dies,
the server stops with an error. A signal ends the server: open requests get a moment, subscribers a close
code. A second one ends it at once. Afterwards, signals do what they did before.
"""

import asyncio
import contextlib
import errno
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any, Final, Self, TypeAlias

import uvicorn
from starlette.applications import Starlette

from levelmark.domain.errors import LevelmarkError
from levelmark.plugins import PluginConflictError, Registry
from levelmark.plugins.loading import load_registry
from levelmark.server.app import build_app
from levelmark.server.embedded import EmbeddedMongo, EmbeddedMongoError
from levelmark.server.errors import CommandError
from levelmark.server.settings import Settings
from levelmark.server.targets import check_targets
from levelmark.services import Services
from levelmark.storage import Storage

FRAME_BYTES: Final = 1024 * 1024
"""A WebSocket frame from a client, at most."""

Started: TypeAlias = Callable[[str], Awaitable[None]]
"""What runs once the server answers at the URL it is given; where it raises, the server stops."""

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


async def serve(settings: Settings, started: Started) -> None:
    """Runs a server until it is told to stop; raises CommandError where it cannot run."""
    registry = installed_plugins()
    check_targets(settings.notifications, registry)
    try:
        with contextlib.closing(listen(settings.host, settings.port)) as listener:
            async with _Process(settings, registry) as process:
                await process.run(listener, started)
    except (EmbeddedMongoError, LevelmarkError) as error:
        raise CommandError(str(error)) from error


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to the address; port 0 takes any that is free."""
    try:
        bound = socket.create_server((host, port), backlog=2048)
        # Made anew, the socket knows that it is TCP. Without that, asyncio leaves Nagle's algorithm on, and
        # whatever is sent in two parts waits 40 ms for the client's acknowledgement of the first.
        return socket.socket(fileno=bound.detach())
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            remedy = "stop what uses it, or choose another with --port or LEVELMARK_PORT"
            raise CommandError(f"port {port} on {host} is taken: {remedy}") from error
        raise CommandError(f"cannot listen on {host}:{port}: {error.strerror}") from error


def installed_plugins() -> Registry:
    """The registry of the installed plugins; raises CommandError where two share a name."""
    try:
        return load_registry()
    except PluginConflictError as error:
        raise CommandError(str(error)) from error


class _Server(uvicorn.Server):
    """A uvicorn server that leaves signals to its process, and ends subscriptions when it stops."""

    def __init__(self, services: Services, settings: Settings) -> None:
        app, self._endpoint = build_app(services, settings)
        super().__init__(_config(app, settings))

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Captures none."""
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Lets event streams end by themselves, then stops."""
        self._endpoint.end_streams()
        await super().shutdown(sockets)


class _Process:
    """The database, the services and the web server of one process, in this order."""

    def __init__(self, settings: Settings, registry: Registry) -> None:
        self._settings = settings
        self._registry = registry
        self._server: _Server | None = None
        self._starting: asyncio.Task[object] | None = None
        self._before: dict[signal.Signals, Any] = {}
        self._told_to_stop = False

    async def __aenter__(self) -> Self:
        self._starting = asyncio.current_task()
        for number in _SIGNALS:
            self._before[number] = signal.getsignal(number)
            asyncio.get_running_loop().add_signal_handler(number, self._stop)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> bool:
        for number in _SIGNALS:
            asyncio.get_running_loop().remove_signal_handler(number)
            signal.signal(number, self._before[number])
        return self._told_to_stop and kind is asyncio.CancelledError

    def _stop(self) -> None:
        self._told_to_stop = True
        if self._server is None:
            if self._starting is not None:
                self._starting.cancel()
            return
        self._server.force_exit = self._server.should_exit
        self._server.should_exit = True

    async def run(self, listener: socket.socket, started: Started) -> None:
        """Serves until told to stop, or until the database dies, which raises CommandError."""
        async with (
            _database(self._settings) as (url, died),
            Storage(url, self._settings.database) as storage,
            Services(storage, self._registry, self._settings.notifications) as services,
        ):
            self._server = _Server(services, self._settings)
            await self._watch(self._server, listener, started, died)

    async def _watch(
        self, server: _Server, listener: socket.socket, started: Started, died: Awaitable[str] | None
    ) -> None:
        serving = asyncio.ensure_future(server.serve([listener]))
        opening = asyncio.ensure_future(_opened(server, listener, started))
        death = asyncio.ensure_future(died if died is not None else asyncio.Event().wait())
        try:
            watched = {serving, opening, death}
            while not (serving.done() or death.done()):
                done, watched = await asyncio.wait(watched, return_when=asyncio.FIRST_COMPLETED)
                if opening in done and opening.exception() is not None:
                    break
        finally:
            server.should_exit = True
            opening.cancel()
            await asyncio.wait({serving, opening})
            death.cancel()
        if death.done() and not death.cancelled():
            raise CommandError(f"the embedded MongoDB died: {death.result()}")
        for ended in (opening, serving):
            if not ended.cancelled():
                ended.result()


async def _opened(server: _Server, listener: socket.socket, started: Started) -> None:
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    await started(f"http://{shown}:{port}")


@asynccontextmanager
async def _database(settings: Settings) -> AsyncIterator[tuple[str, Awaitable[str] | None]]:
    """The database's URL, and, where it is ours, what ends with a reason when it dies."""
    if settings.mongodb_url is not None:
        yield settings.mongodb_url, None
        return
    async with EmbeddedMongo(settings.data, settings.mongod) as mongo:
        death = asyncio.ensure_future(mongo.died())
        try:
            yield mongo.url, death
        finally:
            death.cancel()


def _config(app: Starlette, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        log_level="warning",
        lifespan="off",
        server_header=False,
        ws="websockets-sansio",
        ws_max_size=FRAME_BYTES,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=settings.shutdown_seconds,
    )
