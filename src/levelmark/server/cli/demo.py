"""The command `levelmark demo`."""

import asyncio
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click

from levelmark.server.demo.console import prepare_output, say
from levelmark.server.demo.show import Show
from levelmark.server.errors import CommandError
from levelmark.server.serving import listen, serve
from levelmark.server.settings import DEFAULT_PORT, Settings

_HOST: Final = "127.0.0.1"


@click.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=None,
    help=f"The port to listen on. Unless told: {DEFAULT_PORT}, or any that is free if that is taken.",
)
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    help="A folder to keep the database in. Unless told, it is thrown away at the end.",
)
@click.option(
    "--mongod",
    envvar="LEVELMARK_MONGOD",
    type=click.Path(path_type=Path),
    default=None,
    help="The MongoDB to run; else `mongod` on PATH, else the extra `embedded`.",
)
@click.option(
    "--pace",
    type=click.FloatRange(min=0.05),
    default=3.0,
    show_default=True,
    help="Seconds from one edit to the next.",
)
@click.option("--still", is_flag=True, help="Make no edits: only yours change levels.")
def demo(port: int | None, data: Path | None, mongod: Path | None, pace: float, *, still: bool) -> None:
    """Run a server with a sample catalogue, and watch levels change.

    It needs nothing and leaves nothing behind. Ctrl-C or SIGTERM stops it; that is exit status 0.
    """
    prepare_output()
    show = Show(pace=None if still else pace)
    with _ending_in_silence():
        say("Starting a server, and a MongoDB for it …")
        with _folder(data) as folder:
            settings = Settings(host=_HOST, port=_port(port), data=folder, mongod=mongod, shutdown_seconds=1)
            asyncio.run(serve(settings, show.run))
        say(f"\nStopped; the data is in {data}." if data else "\nStopped; nothing is left behind.")


def _port(told: int | None) -> int:
    """The port to ask for; 0 where nobody said which and the usual one is taken."""
    if told is not None:
        return told
    try:
        listen(_HOST, DEFAULT_PORT).close()
    except CommandError:
        say(f"Port {DEFAULT_PORT} is taken: another that is free is used.")
        return 0
    return DEFAULT_PORT


@contextmanager
def _ending_in_silence() -> Iterator[None]:
    """Makes an end by Ctrl-C, SIGTERM or a reader who has gone an ordinary one, whenever it comes."""
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        yield
    except KeyboardInterrupt:
        return
    except BrokenPipeError:  # what Python flushes when it exits goes nowhere, too
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    """The folder for the database's files; one that nobody asked to keep is removed, come what may."""
    if kept is not None:
        yield kept
        return
    with tempfile.TemporaryDirectory(prefix="levelmark-demo-", ignore_cleanup_errors=True) as folder:
        try:
            yield Path(folder)
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, signal.SIG_IGN)
