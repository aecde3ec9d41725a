"""Formats: of each that is known, what is one and what is none; and YAML that wants to cost a lot."""

import time
from typing import Final

import pytest

from levelmark.domain.documents import to_blueprint
from levelmark.domain.entity import Entity, EntityInput
from levelmark.domain.json import Json
from levelmark.engine.validation import EntityChecker, read_blueprint
from levelmark.engine.validation.formats import MAX_YAML, MAX_YAML_DEPTH, NOUNS, yaml_fault

EXAMPLES: Final[dict[str, tuple[list[Json], list[Json]]]] = {
    "date-time": (
        ["2026-01-31T12:00:00Z", "2026-01-31t12:00:00.5+01:00"],
        ["2026-01-31", "2026-01-31T12:00:00"],
    ),
    "date": (["2026-01-31"], ["2026-02-30", "31.1.2026", "2026-01-31T12:00:00Z"]),
    "time": (["12:00:00Z", "12:00:00+01:00"], ["12:00", "25:00:00Z"]),
    "duration": (["P3DT12H", "PT5M"], ["3 days", "P"]),
    "timer": (["2026-01-31T12:00:00Z"], ["2026-01-31", "in an hour"]),
    "email": (["a@b.io"], ["nobody", "a@"]),
    "idn-email": (["ü@b.io", "a@b.io"], ["nobody"]),
    "hostname": (["a.b.io"], ["a b", "-a"]),
    "idn-hostname": (["bücher.example"], ["a b"]),
    "ipv4": (["10.0.0.1"], ["10.0.0", "10.0.0.256"]),
    "ipv6": (["::1"], ["10.0.0.1", ":::"]),
    "url": (["https://a.io/x?y#z", "ssh://git@a.io"], ["a.io", "https://a io", "mailto:a@b.io"]),
    "uri": (["https://a.io", "mailto:a@b.io"], ["a.io", "https://a io"]),
    "uri-reference": (["/x", "https://a.io"], ["a b"]),
    "iri": (["https://bücher.example/ü"], ["bücher"]),
    "iri-reference": (["/ü"], ["a b"]),
    "uri-template": (["https://a.io/{x}"], ["https://a.io/{x"]),
    "uuid": (["2c5ea4c0-4067-11e9-8bad-9b1deb4d3b7d"], ["2c5ea4c0"]),
    "regex": (["^a+$"], ["(", "[a"]),
    "json-pointer": (["/a/0", ""], ["a/0"]),
    "relative-json-pointer": (["1/a"], ["/a"]),
    "user": (["a@b.io", "ann"], ["", " ann", "a\nb"]),
    "team": (["red", "the red ones"], ["", "red ", "x" * 257]),
    "blueprints": (["service"], ["", " "]),
    "yaml": (["a: [1, 2]", "", "just text", "# nothing"], ["a: b: c", "[1", "\tx: 1", "*x", "a: \x07"]),
    "markdown": (["# Any *text"], []),
    "proto": (["message A {}"], []),
    "labeled-url": (
        [{"url": "https://a.io"}, {"url": "https://a.io", "displayText": "A"}],
        [{}, {"url": "a.io"}],
    ),
}


def fits(name: str, value: Json) -> bool:
    """Whether an entity may have the value of a property of that format."""
    declared = {"type": "object" if isinstance(value, dict) else "string", "format": name}
    blueprint = to_blueprint({"identifier": "a", "title": "A", "schema": {"properties": {"p": declared}}})
    entity = Entity("a", "x", properties={"p": value})
    found = [*EntityChecker(blueprint).issues(entity, EntityInput("a", "x"))]
    assert all(issue.code in {"BAD_FORMAT", "REQUIRED"} for issue in found)
    return not found


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_format_takes_what_is_one_and_refuses_what_is_none(name: str) -> None:
    good, bad = EXAMPLES[name]
    assert {repr(value): fits(name, value) for value in (*good, *bad)} == (
        {repr(value): True for value in good} | {repr(value): False for value in bad}
    )


def test_every_format_that_is_known_is_tried_and_known_without_a_warning() -> None:
    assert EXAMPLES.keys() == NOUNS.keys()
    properties = {name: {"format": name} for name in NOUNS}
    assert (
        read_blueprint({"identifier": "a", "title": "A", "schema": {"properties": properties}}).issues == ()
    )


def test_a_fault_in_yaml_is_told_with_its_line() -> None:
    assert str(yaml_fault("a: 1\nb: c: d\n")).startswith("line 2: ")


@pytest.mark.parametrize(
    "text",
    [
        "\n".join([f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 40)]).replace(
            "*a0", "x"
        ),
        "[" * 200_000,
        "{a: " * 60_000,
        "- " * 100_000,
        "? " * 100_000,
        "&a " * 80_000,
        "a" * (MAX_YAML + 1),
        "[" + "a," * 120_000 + "]",
        "a: 1\n" * 40_000,
    ],
    ids=lambda text: str(text)[:4],
)
def test_no_yaml_costs_much_time(text: str) -> None:
    begun = time.perf_counter()
    yaml_fault(text)
    assert time.perf_counter() - begun < 2


@pytest.mark.parametrize(("depth", "sound"), [(MAX_YAML_DEPTH, True), (MAX_YAML_DEPTH + 1, False)])
def test_yaml_nests_to_a_bounded_depth(depth: int, sound: bool) -> None:
    assert (yaml_fault("[" * depth + "]" * depth) is None) is sound


@pytest.mark.parametrize(("length", "sound"), [(MAX_YAML, True), (MAX_YAML + 1, False)])
def test_yaml_is_bounded_in_length(length: int, sound: bool) -> None:
    assert (yaml_fault("x" * length) is None) is sound
