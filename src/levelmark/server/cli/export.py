"""The command `levelmark export`."""

import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Final

import click

from levelmark.server.applying import Show, counted
from levelmark.server.cli.progress import progress
from levelmark.server.cli.remote import interruptible, server_option
from levelmark.server.client import Client
from levelmark.server.documents import Format, Kind
from levelmark.server.errors import CommandError
from levelmark.server.exporting import Catalogue, to_file, to_folder, to_stream

_SUFFIXES: Final = {".yaml": Format.YAML, ".yml": Format.YAML, ".json": Format.JSON}


@click.command()
@server_option
@click.option(
    "--blueprint",
    "blueprints",
    metavar="NAME",
    multiple=True,
    help="Only this blueprint, its scorecards and its entities; may be repeated.",
)
@click.option(
    "--output",
    metavar="PATH",
    type=click.Path(path_type=Path),
    help="A file, if it ends in .yaml, .yml or .json, else a folder; standard output without it.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice([form.value for form in Format]),
    help="yaml, unless the file's name says json.",
)
def export(server: str, blueprints: tuple[str, ...], output: Path | None, form: str | None) -> None:
    """Write what a server holds as documents that `levelmark apply` takes."""
    chosen = _format(output, Format(form) if form else None)
    note = "nothing was put in place" if output else "what was written is not the whole catalogue"
    with interruptible(note), Client(server) as client, _progress(output) as show:
        catalogue = Catalogue(client, blueprints, lambda done: show(done, None))
        left = _write(catalogue, output, chosen)
    for file in left:
        click.echo(f"{file}: not part of this export; delete it if it is from an earlier one", err=True)
    parts = [counted(catalogue.counts[kind], *nouns) for kind, nouns in _NOUNS.items()]
    click.echo(f"exported {', '.join(parts)}", err=True)


_NOUNS: Final = {
    Kind.BLUEPRINT: ("blueprint",),
    Kind.SCORECARD: ("scorecard",),
    Kind.ENTITY: ("entity", "entities"),
}


def _format(output: Path | None, form: Format | None) -> Format:
    meant = _SUFFIXES.get(output.suffix.lower()) if output else None
    if meant and form and meant is not form:
        raise CommandError(f"{output} would hold {form.upper()}; name it .{form} or leave out --format")
    return meant or form or Format.YAML


def _progress(output: Path | None) -> AbstractContextManager[Show]:
    if output is None and sys.stdout.isatty():  # a bar would stand in the middle of the documents
        return nullcontext(_silent)
    return progress("documents")


def _silent(_done: int, _total: int | None) -> None:
    """Shows nothing."""


def _write(catalogue: Catalogue, output: Path | None, form: Format) -> list[str]:
    if output is None:
        to_stream(catalogue, sys.stdout.buffer, form)
        sys.stdout.buffer.flush()
    elif output.suffix.lower() in _SUFFIXES and not output.is_dir():
        to_file(catalogue, output, form)
    else:
        return to_folder(catalogue, output, form)
    return []
