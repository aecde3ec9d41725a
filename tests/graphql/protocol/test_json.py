import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from levelmark.graphql.protocol.json import InvalidJSONError, dump, load, load_object

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
scalars = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | texts
values = st.recursive(
    scalars.filter(lambda value: value not in (float("inf"), float("-inf"))),
    lambda inner: st.lists(inner) | st.dictionaries(texts, inner),
)


@given(values)
def test_what_is_json_is_read_as_the_standard_library_reads_it(value: Any) -> None:
    text = json.dumps(value)
    assert json.dumps(load(text)) == text
    assert json.dumps(load(dump(value))) == text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b'"\xff"', "not UTF-8"),
        (b'"\xed\xa0\x80"', "not UTF-8"),
        (b"\xef\xbb\xbf{}", "invalid character"),
        (b"[NaN]", r"invalid character \(byte 1\)"),
        (b"[Infinity]", "invalid character"),
        (b"[-1e999]", "out of range"),
        (b"[" + b"1" * 5000 + b"]", "out of range"),
        (b'{"a": [{"b": -9007199254740993}]}', r"\$\.a\[0\]\.b is beyond 2\^53"),
        (b'{"a": 18446744073709551616}', r"\$\.a is beyond"),
        (b"9007199254740993", r"\$ is beyond"),
        (b'{"a": ["x\\u0000y"]}', r"\$\.a\[0\] contains the character NUL"),
        (b'{"\\u0000": 1}', "contains the character NUL"),
        (b'"\\ud800"', "truncated"),
        (b'{"\\udc00": 1}', "surrogate pair"),
        (b"[" * 101 + b"]" * 101, "deeper than 100"),
        (b"[" * 100_000 + b"]" * 100_000, "deeper than 100"),
        (b"[" * 100_000, "deeper than 100"),
        (b"[9007199254740993, " + b"[" * 900 + b"]" * 901, "deeper than 100"),
        (b'{"a":' * 500 + b"1" + b"}" * 500, "deeper than 100"),
        (b"{} {}", "trailing"),
        (b"", "truncated"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_what_others_could_not_read_back_is_refused(text: bytes, message: str) -> None:
    with pytest.raises(InvalidJSONError, match=message):
        load(text)


def test_half_a_surrogate_pair_in_a_string_object_is_refused() -> None:
    with pytest.raises(InvalidJSONError, match="UTF-8"):
        load('"\ud800"')


@pytest.mark.parametrize(
    "text", ["[" * 100 + "]" * 100, "9007199254740992", '"\\\\u0000"', '{"a": "\\u00e9"}']
)
def test_what_lies_just_within_the_bounds_is_read(text: str) -> None:
    assert load(text) == json.loads(text)


@pytest.mark.parametrize("text", ["null", "1", '"a"', "[]", "true"])
def test_only_an_object_is_an_object(text: str) -> None:
    with pytest.raises(InvalidJSONError, match="object is expected"):
        load_object(text)


def test_one_and_one_point_zero_stay_apart() -> None:
    assert dump(load_object(b'{"b":1,"a":1.0}')) == b'{"b":1,"a":1.0}'
