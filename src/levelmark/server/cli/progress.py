"""Progress of long work: a bar where standard error is a terminal, now and then a line elsewhere."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import click

from levelmark.server.applying import Show

_BAR_SECONDS: Final = 0.1
_LINE_SECONDS: Final = 2.0


@contextmanager
def progress(label: str) -> Iterator[Show]:
    """Shows how a piece of work gets on, on standard error."""
    if not sys.stderr.isatty():
        yield _Calm(lambda done, total: click.echo(_line(label, done, total), err=True), _LINE_SECONDS)
        return
    with click.progressbar(length=1, label=label, file=sys.stderr, show_pos=True) as bar:

        def draw(done: int, total: int | None) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        yield _Calm(draw, _BAR_SECONDS)


def _line(label: str, done: int, total: int | None) -> str:
    return f"{label}: {done:,}" if total is None else f"{label}: {done:,} of {total:,}"


class _Calm:
    """Passes on what is to be shown: the end at once, what comes before it only every so many seconds."""

    def __init__(self, show: Show, seconds: float) -> None:
        self._show = show
        self._seconds = seconds
        self._shown_at = time.monotonic()
        self._shown = 0

    def __call__(self, done: int, total: int | None) -> None:
        now = time.monotonic()
        if done != self._shown and (done == total or now - self._shown_at >= self._seconds):
            self._show(done, total)
            self._shown_at, self._shown = now, done
