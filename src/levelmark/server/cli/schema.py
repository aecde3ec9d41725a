"""The command `levelmark schema`."""

import click

from levelmark.graphql.schema import printed_schema


@click.command()
def schema() -> None:
    """Print the GraphQL schema."""
    click.echo(printed_schema(), nl=False)
