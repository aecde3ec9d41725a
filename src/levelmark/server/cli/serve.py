"""The command `levelmark serve`."""

import asyncio
from typing import Any

import click

from levelmark.server.cli.options import server_options, settings_of
from levelmark.server.serving import serve as serve_forever


@click.command()
@server_options
def serve(**options: Any) -> None:
    """Run the server until Ctrl-C or SIGTERM."""
    settings = settings_of(options)
    asyncio.run(serve_forever(settings, _announce))


async def _announce(url: str) -> None:
    click.echo(f"Levelmark answers at {url}/graphql")
