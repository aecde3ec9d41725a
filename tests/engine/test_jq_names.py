"""Which properties a jq program refers to, and the program after one of them got another name."""

from time import process_time

import jq  # type: ignore[import-not-found]  # has no types
import pytest
from hypothesis import given
from hypothesis import strategies as st

from levelmark.engine.jq_names import names_read, rename_property
from levelmark.engine.jq_tokens import tokens

NAMES = frozenset({"lines", "open", "language", "title", "owner", "code-lines", "alerts"})


@pytest.mark.parametrize(
    ("program", "read"),
    [
        (".properties.lines / 1000", {"lines"}),
        ('.properties."code-lines"', {"code-lines"}),
        ('.properties["code-lines"]', {"code-lines"}),
        ('.["properties"]["lines"]', {"lines"}),
        (".properties?.lines?", {"lines"}),
        (".properties | .lines + .open", {"lines", "open"}),
        (".properties | {lines, open}", {"lines", "open"}),
        (".properties | [.lines, (.open | length)]", {"lines", "open"}),
        (".properties.title", {"title"}),
        (".properties | .title", {"title"}),
        (".title", set()),
        (".title | length", set()),
        ("{title, team}", set()),
        ('.title + " " + .properties.language', {"language"}),
        (".relations.owner", set()),
        (".relations | .owner", set()),
        (".properties.alerts[] | select(.open)", {"alerts"}),
        (".properties.alerts | map(.open) | length", {"alerts"}),
        (".properties.alerts[0].open", {"alerts"}),
        ("[.properties.alerts[] | select(.open) | .title]", {"alerts"}),
        (".properties as $p | $p.lines", {"lines"}),
        (".properties as $p | $p.title", {"title"}),
        (".properties as {$language, lines: $n} | $n", {"language", "lines"}),
        (". as $e | $e.properties.lines", {"lines"}),
        (". as $e | $e.title", set()),
        (".properties.language as $l | .properties | select(.open) | .lines", {"language", "open", "lines"}),
        ('.properties | has("lines")', {"lines"}),
        ('getpath(["properties", "lines"])', {"lines"}),
        ('"lines" as $name | .properties[$name]', {"lines"}),
        ("if .properties.open then .title else .properties.lines end", {"open", "lines"}),
        ("if .properties | .open then .title else .properties.lines end", {"open", "lines"}),
        ('"\\(.properties.language) of \\(.properties | .lines)"', {"language", "lines"}),
        ('"a # \\(.properties.lines)"', {"lines"}),
        ("1 # .properties.lines", set()),
        ("1 # goes on \\\n.properties.lines", set()),
        ("1 # ends \\\\\n+ .properties.lines", {"lines"}),
        ('"the .properties.lines are many"', set()),
        ("def size: .lines; .properties | size", {"lines"}),
        ("reduce .properties.alerts[] as $a (0; . + $a.open)", {"alerts", "open"}),
        ("[..|.lines?]", {"lines"}),
        (".[] | objects | .lines", {"lines"}),
        ("to_entries[] | .value.lines?", {"lines"}),
        (".properties |= with_entries(.) | .properties.lines", {"lines"}),
        (".properties.lines as $x | $x // 0", {"lines"}),
        (".properties.lines.open", {"lines"}),
        ("(.properties).lines", {"lines"}),
        (".properties.lines // .properties.open", {"lines", "open"}),
        (".properties\n  .lines", {"lines"}),
        ("{a: .properties.lines, lines: 1}", {"lines"}),
        ("$__loc__.lines", {"lines"}),
        ("", set()),
    ],
)
def test_the_properties_that_a_program_reads_are_found(program: str, read: set[str]) -> None:
    assert names_read(program, NAMES) == read


@pytest.mark.parametrize(
    ("program", "renamed"),
    [
        (".properties.lines / 1000  # lines", ".properties.size / 1000  # lines"),
        ('.properties."lines"', '.properties."size"'),
        ('.properties["lines"]', '.properties["size"]'),
        (".properties | .lines + .open", ".properties | .size + .open"),
        (".properties|{lines}", '.properties|{"lines": .["size"]}'),
        (".properties as $p | $p.lines", ".properties as $p | $p.size"),
        (".lines", ".lines"),
        (".properties.alerts[] | .lines", ".properties.alerts[] | .lines"),
        (".properties.lines.lines", ".properties.size.lines"),
        ('"\\(.properties.lines) lines"', '"\\(.properties.size) lines"'),
        ('.properties.language == "lines"', '.properties.language == "lines"'),
    ],
)
def test_a_renamed_property_is_renamed_where_it_is_meant(program: str, renamed: str) -> None:
    assert rename_property(program, "lines", "size") == renamed


@pytest.mark.parametrize(
    "program", [".properties.a", ".properties | .a", '.properties["a"]', '.properties."a"']
)
@pytest.mark.parametrize("new", ["b", "code-lines", 'quoted "name"', "été", "\\(1)"])
def test_a_renamed_program_answers_as_before(program: str, new: str) -> None:
    renamed = rename_property(program, "a", new)

    assert jq.compile(renamed).input_value({"properties": {new: 7}}).first() == 7


def test_the_title_of_the_entity_is_not_the_property_title() -> None:
    program = "(.properties | .title) + .title"

    assert rename_property(program, "title", "label") == "(.properties | .label) + .title"


@pytest.mark.parametrize("part", [".a", "|.a", "(", '"\\(', "{a", "# \\\n", '"', "as $x|", ".[", "if ", "\\"])
def test_a_long_text_is_read_in_little_time(part: str) -> None:
    began = process_time()

    names_read(part * (20_000 // len(part)), NAMES)

    assert process_time() - began < 2


@given(st.text(alphabet='.properties lines"\\()[]{}|;,?#\n$a1:=', max_size=60))
def test_any_text_can_be_read_and_renamed(program: str) -> None:
    names_read(program, NAMES)

    assert rename_property(program, "absent", "x") == program
    assert all(program[token.start : token.end] == token.text for token in tokens(program))
