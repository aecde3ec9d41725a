"""The console: lines of text, coloured where a terminal shows them.

Printing never waits: a reader who does not keep up, or a terminal that is paused, misses lines, since waiting
for it would stop the server, which runs in the same process.
"""

import io
import os
import select
import sys
from datetime import datetime
from typing import Final

import click

_ANSI: Final = {
    "blue": 33, "turquoise": 44, "orange": 208, "purple": 135, "pink": 211, "yellow": 226, "green": 40,
    "red": 196, "gold": 220, "silver": 252, "paleBlue": 117, "darkGray": 242, "lightGray": 249, "bronze": 173,
    "lime": 118, "olive": 142, "brown": 130,
}  # fmt: skip
"""The colours of levels among the 256 of terminals."""


def prepare_output() -> None:
    """Lets no line fail for want of a character in the output's encoding."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def say(text: str) -> None:
    """Prints at once; plain where the output is no terminal, or where NO_COLOR is set.

    Raises BrokenPipeError where the reader has gone.
    """
    if _is_read():
        click.echo(text, color=False if os.environ.get("NO_COLOR") else None)


def strong(text: str) -> str:
    """Text that matters more."""
    return click.style(text, bold=True)


def faint(text: str) -> str:
    """Text that matters less."""
    return click.style(text, dim=True)


def level(title: str | None, color: str | None) -> str:
    """A level's title in the level's colour; None is the level of what has no score."""
    return faint("no level") if title is None else click.style(title, fg=_ANSI.get(color or ""), bold=True)


def clock(moment: datetime) -> str:
    """The time of day, here."""
    return faint(f"{moment.astimezone():%H:%M:%S}")


def _is_read() -> bool:
    """Whether the output takes a line now; one that is no file, as in a test, always does."""
    try:
        return bool(select.select([], [sys.stdout], [], 0)[1])
    except (ValueError, OSError):
        return True
