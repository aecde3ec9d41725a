"""Tables: entities in groups, with a summary of every column and the first rows of each group."""

from levelmark.services.tables.question import ByResult, Figure, GroupOrder, TableAsk
from levelmark.services.tables.summary import Column, Summary
from levelmark.services.tables.tables import Table, TableGroup, TableRow, Tables

__all__ = ["ByResult", "Column", "Figure", "GroupOrder", "Summary", "Table", "TableAsk", "TableGroup",
           "TableRow", "Tables"]  # fmt: skip
