"""Tables as text: what readers of CSV and JSON Lines make of them."""

import csv
import io
import json
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from levelmark.domain.json import Json
from levelmark.server.reports.table import Record, Table
from levelmark.server.reports.writing import PART_CHARACTERS, Form, written

# A quoted cell holds anything; csv.reader reads no NUL, which no text of the server has.
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
VALUES: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**53), 2**53), st.floats(allow_nan=False, allow_infinity=False),
    TEXTS, st.lists(TEXTS, max_size=2),
)  # fmt: skip


def table(*records: Record, closed: list[bool] | None = None) -> Table:
    async def give() -> AsyncGenerator[Record, None]:
        try:
            for one in records:
                yield one
        finally:
            if closed is not None:
                closed.append(True)

    return Table(("a", "b"), give())


async def text(form: Form, *records: Record) -> str:
    return "".join([part.decode() async for part in written(table(*records), form)])


@given(st.lists(st.tuples(VALUES, VALUES), max_size=4))
async def test_json_lines_give_back_every_value(records: list[tuple[Json, Json]]) -> None:
    lines = (await text(Form.JSONL, *records)).split("\n")
    assert lines.pop() == ""
    assert [json.loads(line) for line in lines] == [{"a": a, "b": b} for a, b in records]


@given(st.lists(st.tuples(TEXTS, TEXTS), max_size=4))
async def test_csv_gives_back_every_text_and_no_formula(records: list[tuple[str, str]]) -> None:
    rows = list(csv.reader(io.StringIO(await text(Form.CSV, *records), newline=""), strict=True))
    assert rows[0] == ["a", "b"]
    cells = [(cell, sent) for row, record in zip(rows[1:], records, strict=True)
             for cell, sent in zip(row, record, strict=True)]  # fmt: skip
    assert all(cell in {sent, f"'{sent}"} for cell, sent in cells)
    assert all(not cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell, _ in cells)


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""), ("", ""), (True, "true"), (-1, "-1"), (1.0, "1.0"), ("a,b", '"a,b"'), ('a"b', '"a""b"'),
        ("a\nb", '"a\nb"'), (["x", "y"], '"[""x"",""y""]"'), ("=1+1", "'=1+1"), ("@x", "'@x"), ("-", "'-"),
        ("a=b", "a=b"), ("ü", "ü"),
    ],
)  # fmt: skip
async def test_a_cell_of_csv(value: Json, cell: str) -> None:
    assert await text(Form.CSV, (value, 0)) == f"a,b\r\n{cell},0\r\n"


async def test_a_table_without_records_has_its_header() -> None:
    assert (await text(Form.CSV), await text(Form.JSONL)) == ("a,b\r\n", "")


async def test_a_table_comes_in_parts_and_is_closed_when_they_are() -> None:
    closed: list[bool] = []
    parts = written(table(*[("x" * 1000, 1)] * 1000, closed=closed), Form.CSV)
    first = await anext(parts)
    assert PART_CHARACTERS <= len(first) < 2 * PART_CHARACTERS
    await parts.aclose()
    assert closed == [True]
