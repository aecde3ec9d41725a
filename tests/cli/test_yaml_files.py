"""YAML files: 1.2 with the core schema, JSON's values only, every fault with its line."""

from typing import Any

import pytest
import yaml

from levelmark.domain.json import identical
from levelmark.server.documents.table import MAX_DEPTH, UnreadableError
from levelmark.server.documents.yaml import read_yaml

LOADERS = [pytest.param(yaml.SafeLoader, id="python"), pytest.param(yaml.CSafeLoader, id="libyaml")]


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("[yes, no, on, off, y, N]", ["yes", "no", "on", "off", "y", "N"], id="no-yes-or-no"),
        pytest.param("[2026-01-31, 12:30:45]", ["2026-01-31", "12:30:45"], id="no-dates-or-times"),
        pytest.param("[1_000, 0b1, =, 1.2.3]", ["1_000", "0b1", "=", "1.2.3"], id="no-other-1.1-types"),
        pytest.param("[true, False, TRUE]", [True, False, True], id="booleans"),
        pytest.param("[null, ~, Null, '']", [None, None, None, ""], id="nulls"),
        pytest.param("{a: }", {"a": None}, id="nothing-is-null"),
        pytest.param("[1, -1, +1, 0123, 0o17, 0x1F]", [1, -1, 1, 123, 15, 31], id="integers"),
        pytest.param("[1.0, 1., .5, 1e3, -1.5E-2]", [1.0, 1.0, 0.5, 1000.0, -0.015], id="floats"),
        pytest.param("['1', \"true\", '2026']", ["1", "true", "2026"], id="quoted-are-strings"),
        pytest.param("[!!str 1, !!int 2, !!float 3, ! 4]", ["1", 2, 3.0, "4"], id="tags-of-the-core-schema"),
        pytest.param("{a: &x [1], b: *x}", {"a": [1], "b": [1]}, id="aliases"),
        pytest.param("a: |\n  one\n  two\n", {"a": "one\ntwo\n"}, id="block"),
    ],
)
def test_plain_scalars_mean_what_the_core_schema_says(loader: Any, text: str, value: object) -> None:
    assert identical(_plain(next(read_yaml(text, loader))), value)


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        pytest.param("a: 1\nb: 2\na: 3", 3, "the key `a` stands here a second time", id="repeated-key"),
        pytest.param("a: 1\n'a': 3", 2, "the key `a` stands here a second time", id="repeated-in-quotes"),
        pytest.param("\n1: x", 2, "the key `1` is not a string; quote it", id="number-as-key"),
        pytest.param("? [a]\n: x", 1, "a key must be a string", id="list-as-key"),
        pytest.param("a: .nan", 1, "`.nan` is not JSON; NaN and the infinities cannot be kept", id="nan"),
        pytest.param("a: !vault x", 1, "the tag `!vault` has no meaning here", id="tag"),
        pytest.param("a: !!set {b}", 1, "the tag `!!set` has no meaning here", id="tag-of-1.1"),
        pytest.param("a: !!int x", 1, "`x` is no int", id="tag-that-does-not-fit"),
        pytest.param("<<: {a: 1}", 1, "merge keys (`<<`) are not YAML 1.2; write the fields out", id="merge"),
        pytest.param("a: *b", 1, "there is no anchor `&b` before `*b`", id="unknown-alias"),
        pytest.param("a: &a [*a]", 1, "there is no anchor `&a` before `*a`", id="alias-of-itself"),
        pytest.param("a:\n\t- b", 2, "a tab stands where only spaces may", id="tab"),
        pytest.param("a: 1\nb: \x01", 2, "the character #x0001 must be written as an escape", id="control"),
    ],
)
def test_what_json_could_not_say_is_refused_with_its_line(
    loader: Any, text: str, line: int, message: str
) -> None:
    with pytest.raises(UnreadableError) as caught:
        list(read_yaml(text, loader))
    assert (caught.value.line, str(caught.value)) == (line, message)


def test_what_the_parser_refuses_keeps_its_line() -> None:
    with pytest.raises(UnreadableError) as caught:
        list(read_yaml("a: 1\nb: 'x\n"))
    assert caught.value.line == 3


def test_nesting_is_bounded() -> None:
    assert list(read_yaml("[" * MAX_DEPTH + "]" * MAX_DEPTH))
    with pytest.raises(UnreadableError, match="nested deeper"):
        list(read_yaml("[" * 100_000))


def test_aliases_of_aliases_are_bounded() -> None:
    lines = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    with pytest.raises(UnreadableError, match="aliases stand for more than 1,000,000 values"):
        list(read_yaml("\n".join(lines)))


def test_documents_come_one_after_the_other() -> None:
    assert list(read_yaml("a: 1\n---\n---\n- 2\n")) == [{"a": 1}, None, [2]]


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value
