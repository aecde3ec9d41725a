"""A table: flat records of the same columns, which come one after another."""

from collections.abc import AsyncGenerator
from typing import TypeAlias

from msgspec import Struct

from levelmark.domain.json import Json

Record: TypeAlias = tuple[Json, ...]
"""The values of one row, in the order of the columns."""


class Table(Struct, frozen=True):
    """What a report says; whoever reads the records closes them, which ends what is behind them."""

    columns: tuple[str, ...]
    records: AsyncGenerator[Record, None]
