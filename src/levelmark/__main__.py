"""`python -m levelmark` is the `levelmark` command."""

from levelmark.server.cli import main

main()
