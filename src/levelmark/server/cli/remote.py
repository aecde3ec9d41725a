"""What commands that talk to a running server share: where it is, and a clean end at Ctrl-C."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import click

from levelmark.server.client import DEFAULT_URL

INTERRUPTED: Final = 130
"""The exit status after Ctrl-C, as shells have it."""

server_option = click.option(
    "--server",
    envvar="LEVELMARK_SERVER",
    default=DEFAULT_URL,
    show_default=True,
    metavar="URL",
    help="The server to talk to, also as LEVELMARK_SERVER.",
)
"""Adds the option `--server` to a command."""


@contextmanager
def interruptible(note: str) -> Iterator[None]:
    """Ends the command at Ctrl-C, with a line that says what state that leaves."""
    try:
        yield
    except KeyboardInterrupt:
        click.echo(f"\nlevelmark: stopped; {note}", err=True)
        raise SystemExit(INTERRUPTED) from None
