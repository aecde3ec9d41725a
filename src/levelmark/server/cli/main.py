"""The command `levelmark`: its subcommands, and how failures are told."""

import sys

import click

from levelmark import __version__
from levelmark.server.cli.apply import apply
from levelmark.server.cli.demo import demo
from levelmark.server.cli.export import export
from levelmark.server.cli.plugins import plugins
from levelmark.server.cli.rename import rename
from levelmark.server.cli.report import report
from levelmark.server.cli.schema import schema
from levelmark.server.cli.serve import serve
from levelmark.server.errors import CommandError


@click.group(context_settings={"auto_envvar_prefix": "LEVELMARK", "help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="levelmark")
def levelmark() -> None:
    """Levelmark, a self-hosted scorecard server."""


for command in (apply, demo, export, plugins, rename, report, schema, serve):
    levelmark.add_command(command)


def main() -> None:
    """Runs the command; a failure is one line on standard error and exit status 1."""
    try:
        levelmark(standalone_mode=True)
    except CommandError as error:
        click.echo(f"levelmark: {error}", err=True)
        sys.exit(1)
