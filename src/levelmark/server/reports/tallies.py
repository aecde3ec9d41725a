"""Tallies as columns of a table."""

from typing import Final

from levelmark.graphql.types.tally import Tally
from levelmark.server.reports.table import Record

FIGURES: Final = ("passed", "notPassed", "noData", "errors", "tested", "percentage")
"""The columns of a tally."""


def figures_of(tally: Tally) -> Record:
    """What stands in these columns."""
    return tally.passed, tally.not_passed, tally.no_data, tally.errors, tally.tested, tally.percentage
