"""JSON files: strict, and every fault with its line."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from levelmark.server.documents.json import read_json
from levelmark.server.documents.table import MAX_DEPTH, Table, UnreadableError

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=15,
)


@given(VALUES, st.booleans(), st.sampled_from([None, 2]))
@settings(max_examples=200, deadline=None)
def test_it_reads_what_the_standard_library_writes(
    value: object, ascii_only: bool, indent: int | None
) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    assert repr(read_json(text)) == repr(value)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        pytest.param('{"a": 1,\n "a": 2}', 2, "the key `a` stands here a second time", id="repeated-key"),
        pytest.param('{"a":\n NaN}', 2, "`NaN}` is not JSON", id="nan"),
        pytest.param("[-Infinity]", 1, "`-Infinity]` is not JSON", id="infinity"),
        pytest.param("[1,\n2,\n]", 3, "expected a value, found `]`", id="comma-at-the-end"),
        pytest.param('{"a": 1,}', 1, "expected a key in double quotes, found `}`", id="comma-in-object"),
        pytest.param("{'a': 1}", 1, "`'a': 1}` is not JSON", id="single-quotes"),
        pytest.param('{"a" 1}', 1, "expected `:`, found `1`", id="colon-missing"),
        pytest.param("[1 2]", 1, "expected `,` or `]`, found `2`", id="comma-missing"),
        pytest.param("[01]", 1, "expected `,` or `]`, found `1`", id="leading-zero"),
        pytest.param("[1] // why", 1, "`// why` is not JSON", id="comment"),
        pytest.param("{}\n{}", 2, "expected the end, found `{`", id="two-values"),
        pytest.param('["\n"]', 1, '`"` is not JSON', id="line-feed-in-string"),
        pytest.param(r'["\x41"]', 1, r'"\x41" has an escape that JSON lacks', id="unknown-escape"),
        pytest.param("[truest]", 1, "`truest]` is not JSON", id="longer-word"),
        pytest.param("", 1, "expected a value, found the end of the text", id="nothing"),
        pytest.param('{"a": [1', 1, "expected `,` or `]`, found the end of the text", id="cut-off"),
    ],
)
def test_what_is_not_json_is_refused_with_its_line(text: str, line: int, message: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        read_json(text)
    assert (caught.value.line, str(caught.value)) == (line, message)


def test_nesting_is_bounded() -> None:
    assert read_json("[" * MAX_DEPTH + "]" * MAX_DEPTH)
    with pytest.raises(UnreadableError, match="nested deeper"):
        read_json("[" * 100_000)


def test_a_number_of_thousands_of_digits_ends_in_no_error_of_its_own() -> None:
    assert read_json("9" * 5_000) == float("inf")


def test_whole_and_broken_numbers_stay_apart() -> None:
    assert [type(number) for number in read_json("[1, 1.0, 1e2, -0]")] == [int, float, float, int]


def test_every_object_knows_its_line() -> None:
    value = read_json('[\n  {"a": {\n "b": 1}},\n  {}\n]')
    assert isinstance(value[0], Table)
    assert [value[0].line, value[0]["a"].line, value[1].line] == [2, 2, 4]
