"""Documents as they are written: the same values come back, whatever is in them."""

import io
import json
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from levelmark.domain.json import identical
from levelmark.server.documents import Format, write_sections
from levelmark.server.documents.json import read_json
from levelmark.server.documents.yaml import read_yaml

CATCHES = [
    "yes", "no", "on", "off", "y", "null", "~", "", "true", "1", "1.0", "0123", "08", "0o17", "0x1f",
    "1e3", "1_000", "2026-01-01", "2026-01-01T00:00:00Z", "12:30:45", ".inf", ".nan", "<<", "=", "- a",
    "? a", "a: b", "a #b", "#", "&a", "*a", "!a", "|", ">", "%", "@", "`", "'", '"', " a", "a ", "\n",
    "a\nb", "a\n", "a\n\n", "a\n\n b\n", "\ta", "a\tb\n", "a\r\nb", "\x85", "\u2028", "\ufeff", "\x07",
    "😀", "---", "...", "[", "{",
]  # fmt: skip
TEXTS = (
    st.sampled_from(CATCHES)
    | st.text("ab \n\t:#-'\"|>&*!%@`{}[],?~=0159.eExo_+yn\r\x85\u2028\ufeff", max_size=12)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
DOCUMENTS = st.lists(st.dictionaries(TEXTS, VALUES, max_size=3), max_size=3)


def written(documents: list[Any], form: Format) -> str:
    out = io.BytesIO()
    write_sections(out, {"blueprints": [], "entities": documents}, form)
    return out.getvalue().decode()


@given(DOCUMENTS)
@settings(max_examples=150, deadline=None)
def test_yaml_reads_back_the_same_by_1_2_and_by_1_1(documents: list[Any]) -> None:
    text = written(documents, Format.YAML)
    whole = {"blueprints": [], "entities": documents}
    assert [_plain(value) for value in read_yaml(text)] == [whole]
    assert identical(_plain(next(read_yaml(text))), whole)
    assert identical(yaml.safe_load(text), whole)


@given(DOCUMENTS)
@settings(max_examples=150, deadline=None)
def test_json_reads_back_the_same(documents: list[Any]) -> None:
    text = written(documents, Format.JSON)
    assert identical(_plain(read_json(text)), {"blueprints": [], "entities": documents})
    assert identical(json.loads(text), {"blueprints": [], "entities": documents})


@pytest.mark.parametrize("text", CATCHES)
def test_strings_that_look_like_something_else_stay_strings(text: str) -> None:
    assert yaml.safe_load(written([{text: text}], Format.YAML))["entities"] == [{text: text}]
    assert next(read_yaml(written([{text: text}], Format.YAML)))["entities"] == [{text: text}]


def test_prose_is_written_as_a_block() -> None:
    text = written([{"description": "Why:\n\n- one\n- two\n"}], Format.YAML)
    assert text == "blueprints: []\nentities:\n- description: |\n    Why:\n\n    - one\n    - two\n"


def test_a_document_is_written_before_the_next_one_is_asked_for() -> None:
    out = io.BytesIO()
    lengths = []

    def documents() -> Any:
        for number in range(3):
            lengths.append(out.tell())
            yield {"n": number}

    write_sections(out, {"entities": documents()}, Format.YAML)
    assert len(set(lengths)) == 3


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value
