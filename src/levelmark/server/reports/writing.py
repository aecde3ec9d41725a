"""Writing: a table as text, in parts of some size.

CSV is that of RFC 4180, with a header; no value is an empty cell, and what is no single value stands there as
JSON. A text that a spreadsheet would take for a formula begins with an apostrophe. JSON Lines have all values
as they are.
"""

import csv
import io
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from enum import StrEnum
from typing import Final

from msgspec import json

from levelmark.domain.json import Json
from levelmark.server.reports.table import Record, Table

PART_CHARACTERS: Final = 65_536
"""How much is written before it is sent."""

_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r")


class Form(StrEnum):
    """A format."""

    CSV = "csv"
    JSONL = "jsonl"

    @property
    def media_type(self) -> str:
        """The value of the `Content-Type` header."""
        csv = "text/csv; charset=utf-8; header=present"
        return csv if self is Form.CSV else "application/jsonl; charset=utf-8"


async def written(table: Table, form: Form) -> AsyncGenerator[bytes, None]:
    """The table in parts, of which there is at least one."""
    out = io.StringIO(newline="")
    write = _csv(out, table.columns) if form is Form.CSV else _jsonl(out, table.columns)
    async with aclosing(table.records) as records:
        async for record in records:
            write(record)
            if out.tell() >= PART_CHARACTERS:
                yield _taken(out)
    yield _taken(out)


def _taken(out: io.StringIO) -> bytes:
    part = out.getvalue().encode()
    out.seek(0)
    out.truncate()
    return part


def _csv(out: io.StringIO, columns: Sequence[str]) -> Callable[[Record], object]:
    writer = csv.writer(out)
    writer.writerow(map(_cell, columns))
    return lambda record: writer.writerow(map(_cell, record))


def _jsonl(out: io.StringIO, columns: Sequence[str]) -> Callable[[Record], object]:
    def write(record: Record) -> None:
        line = json.encode(dict(zip(columns, record, strict=True)))
        out.write(line.decode() + "\n")

    return write


def _cell(value: Json) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULAS) else value
    return json.encode(value).decode()
