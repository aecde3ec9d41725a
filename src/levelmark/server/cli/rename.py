"""The command `levelmark rename`."""

from collections.abc import Mapping
from typing import Final

import click

from levelmark.server.cli.remote import interruptible, server_option
from levelmark.server.client import Client
from levelmark.server.errors import CommandError

_OWNERS: Final = {
    "blueprint": None,
    "property": "blueprint",
    "relation": "blueprint",
    "rule": "scorecard",
    "level": "scorecard",
}
"""What can be renamed, and what that belongs to."""


@click.command()
@click.argument("kind", type=click.Choice(list(_OWNERS)))
@click.argument("names", nargs=-1, required=True, metavar="[OWNER] FROM TO")
@server_option
def rename(kind: str, names: tuple[str, ...], server: str) -> None:
    r"""Rename something, at one moment, with all that hangs on it.

    \b
    levelmark rename blueprint FROM TO
    levelmark rename property BLUEPRINT FROM TO
    levelmark rename relation BLUEPRINT FROM TO
    levelmark rename rule SCORECARD FROM TO
    levelmark rename level SCORECARD FROM TO
    """
    sent = _input(kind, names)
    with interruptible("it is renamed or not, never by half"), Client(server) as client:
        payload = client.run(_operation(kind), input=sent)["payload"]
    if payload["outcome"] == "INVALID":
        raise CommandError("; ".join(map(_told, payload["issues"])))
    done = "was called so already" if payload["outcome"] == "UNCHANGED" else f"is now `{sent['to']}`"
    click.echo(f"{kind} `{sent['identifier']}` {done}")


def _input(kind: str, names: tuple[str, ...]) -> dict[str, str]:
    owner = _OWNERS[kind]
    fields = ([owner] if owner else []) + ["identifier", "to"]
    if len(names) != len(fields):
        usage = " ".join(([owner.upper()] if owner else []) + ["FROM", "TO"])
        raise click.UsageError(f"{len(names)} names; write `levelmark rename {kind} {usage}`")
    return dict(zip(fields, names, strict=True))


def _operation(kind: str) -> str:
    name = kind.title()
    issues = "outcome issues {path message suggestion}"
    return f"mutation($input: Rename{name}Input!) {{payload: rename{name}(input: $input) {{{issues}}}}}"


def _told(issue: Mapping[str, str | None]) -> str:
    suggestion = issue["suggestion"]
    return f"{issue['message']}" + (f" (did you mean `{suggestion}`?)" if suggestion else "")
