"""The command line: `levelmark` and its subcommands, one to a module."""

from levelmark.server.cli.main import main

__all__ = ["main"]
