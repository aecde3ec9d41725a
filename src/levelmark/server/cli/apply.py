"""The command `levelmark apply`."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

import click

from levelmark.server.applying import Applied, How, Sending, counted, wait_for
from levelmark.server.cli.progress import progress
from levelmark.server.cli.remote import interruptible, server_option
from levelmark.server.client import Client, ServerError
from levelmark.server.documents import Document, Finding, read_documents
from levelmark.server.errors import CommandError

_SHOWN: Final = 50
_AGAIN: Final = "what was sent stays, and the same command again does the rest"


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@server_option
@click.option("--blueprint", metavar="NAME", help="The blueprint of scorecards and entities that name none.")
@click.option(
    "--merge", is_flag=True, help="Keep what entities have and the files do not say, instead of removing it."
)
@click.option(
    "--force", is_flag=True, help="Write blueprints even where they break what is stored, with warnings."
)
@click.option(
    "--strict",
    is_flag=True,
    help="Refuse entities that point at others which do not exist, instead of warning.",
)
@click.option(
    "--no-wait", is_flag=True, help="Do not wait for the background evaluations that this sets off."
)
def apply(
    *,
    paths: tuple[str, ...],
    server: str,
    blueprint: str | None,
    merge: bool,
    force: bool,
    strict: bool,
    no_wait: bool,
) -> None:
    """Write the blueprints, entities and scorecards of files to a server.

    PATH is a JSON or YAML file, a folder of such files, or - for standard input. Nothing is sent before all
    of it has been read and found sound. Nothing is ever deleted.
    """
    with interruptible(_AGAIN):
        documents = _read(paths, blueprint)
        with Client(server) as client:
            click.echo(f"applying {counted(len(documents), 'document')} to {client.url}", err=True)
            how = How(merge=merge, force=force, strict=strict)
            applied = _send(Sending(client, progress, how), documents)
            try:
                ending = _evaluation(client, applied.evaluations, wait=not no_wait)
            finally:
                for line in applied.summary():
                    click.echo(line)
    for line in ending:
        click.echo(line)
    if applied.errors:
        raise SystemExit(1)


def _read(paths: Iterable[str], blueprint: str | None) -> Sequence[Document]:
    reading = read_documents(paths, blueprint)
    if reading.findings:
        _tell(reading.findings)
        raise CommandError(f"nothing was sent: {counted(len(reading.findings), 'error')} in the files")
    if not reading.documents:
        raise CommandError(f"there is no document in {', '.join(paths)}")
    return reading.documents


def _send(sending: Sending, documents: Sequence[Document]) -> Applied:
    try:
        sending.send(documents)
    except ServerError as error:
        raise CommandError(f"{error}; {_AGAIN}" if sending.applied.counts else str(error)) from error
    finally:
        _tell(sending.applied.findings)
    return sending.applied


def _evaluation(client: Client, evaluations: Sequence[str], *, wait: bool) -> list[str]:
    """What to say of the background evaluations, after they have ended if they are waited for."""
    if not evaluations:
        return []
    if not wait:
        return ["entities are being evaluated again in the background"]
    with progress("evaluated") as show:
        evaluated = wait_for(client, evaluations, show)
    entities = counted(evaluated.entities, "entity", "entities")
    return [f"evaluated {entities} again: {evaluated.changed:,} with other scores"]


def _tell(findings: Iterable[Finding]) -> None:
    """Tells every error, and of warnings of one kind no more than anybody reads."""
    warned: Counter[str] = Counter()
    for finding in findings:
        if not finding.is_error:
            warned[finding.issue.code] += 1
        if finding.is_error or warned[finding.issue.code] <= _SHOWN:
            click.echo(str(finding), err=True)
    for code, count in warned.items():
        if count > _SHOWN:
            click.echo(f"and {counted(count - _SHOWN, 'more warning')} of the kind {code}", err=True)
