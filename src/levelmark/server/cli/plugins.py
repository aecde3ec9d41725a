"""The command `levelmark plugins`.

A plugin that cannot be loaded is part of the list, and no failure of the command: a server starts without
it, too.
"""

import logging
from collections.abc import Iterable

import click

from levelmark.plugins import Plugin
from levelmark.server.serving import installed_plugins


@click.command()
def plugins() -> None:
    """List the installed plugins, and what each adds or why it cannot be loaded."""
    logging.getLogger("levelmark.plugins").addHandler(logging.NullHandler())  # the list tells it all
    for plugin in installed_plugins().plugins:
        click.echo(f"{plugin.name} ({plugin.distribution} {plugin.version})")
        for line in _offer(plugin):
            click.echo(f"  {line}")


def _offer(plugin: Plugin) -> Iterable[str]:
    if plugin.error:
        yield f"could not be loaded: {plugin.error}"
    if plugin.operators:
        yield f"operators: {' '.join(sorted(plugin.operators))}"
    if plugin.notifiers:
        yield f"notifiers: {' '.join(sorted(plugin.notifiers))}"
    if not (plugin.error or plugin.operators or plugin.notifiers):
        yield "adds nothing"
