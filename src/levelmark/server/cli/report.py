"""The command `levelmark report`."""

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import BinaryIO, Final

import click

from levelmark.server.applying import Show
from levelmark.server.cli.progress import progress
from levelmark.server.cli.remote import interruptible, server_option
from levelmark.server.client import Client
from levelmark.server.errors import CommandError
from levelmark.server.replacing import replacing
from levelmark.server.reports.writing import Form

_SUFFIXES: Final = {".csv": Form.CSV, ".jsonl": Form.JSONL, ".ndjson": Form.JSONL}


@click.command()
@server_option
@click.argument("report", type=click.Choice(["results", "rollup", "trend"]))
@click.argument("parameters", metavar="[NAME=VALUE]...", nargs=-1)
@click.option(
    "--output",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A file; standard output without it.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice([form.value for form in Form]),
    help="csv, unless the file's name ends in .jsonl or .ndjson.",
)
def report(
    server: str, report: str, parameters: tuple[str, ...], output: Path | None, form: str | None
) -> None:
    """Write results, a rollup or a trend of a server as a table.

    Every NAME=VALUE is a parameter of the report, and may be repeated: `blueprint=service`, `by=TEAM`.
    """
    chosen = _format(output, Form(form) if form else None)
    pairs = {**_pairs(parameters), "format": [chosen.value]}
    note = "nothing was put in place" if output else "what was written is not the whole report"
    with interruptible(note), Client(server) as client, _progress(output) as show, _opened(output) as out:
        done = 0
        for part in client.download(f"reports/{report}", pairs):
            out.write(part)
            done += len(part)
            show(done // 1000, None)


def _pairs(parameters: tuple[str, ...]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in map(_pair, parameters):
        found.setdefault(name, []).append(value)
    return found


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise CommandError(f"`{text}` is no parameter: write NAME=VALUE, as in `blueprint=service`")
    if name == "format":
        raise CommandError("the format is told by --format")
    return name, value


def _format(output: Path | None, form: Form | None) -> Form:
    meant = _SUFFIXES.get(output.suffix.lower()) if output else None
    if meant and form and meant is not form:
        raise CommandError(f"{output} would hold {form.upper()}; name it .{form} or leave out --format")
    return meant or form or Form.CSV


def _progress(output: Path | None) -> AbstractContextManager[Show]:
    if output is None:  # a bar would stand in the middle of the report
        return nullcontext(_silent)
    return progress("kilobytes")


def _silent(_done: int, _total: int | None) -> None:
    """Shows nothing."""


@contextmanager
def _opened(output: Path | None) -> Iterator[BinaryIO]:
    if output is not None:
        with replacing(output) as out:
            yield out
        return
    yield sys.stdout.buffer
    sys.stdout.buffer.flush()
