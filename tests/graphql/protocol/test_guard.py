from dataclasses import replace

import pytest
from graphql import get_introspection_query, parse

from levelmark.graphql.protocol.guard import excesses
from levelmark.graphql.protocol.literals import literal_errors
from levelmark.graphql.protocol.settings import Limits

SMALL = Limits(depth=3, fields=6, aliases=2, directives=2, operations=2, fragments=2, variables=2)

EXPONENTIAL = (
    "{...A0}"
    + "".join(f"fragment A{i} on Query{{me{{...A{i + 1} ...A{i + 1}}}}}" for i in range(18))
    + "fragment A18 on Query{hello}"
)

PAGE = """
query Page($after: String, $withRules: Boolean!) {
  entities(first: 100, after: $after) {
    pageInfo { hasNextPage endCursor }
    edges { cursor node { ...Entity scores { ...Score } } }
  }
}
fragment Entity on Entity { id identifier title icon team blueprint { id identifier title } properties }
fragment Score on Score {
  scorecard { id identifier title levels { title color } }
  level { title color }
  ruleResults @include(if: $withRules) {
    edges { node { rule { id identifier title description level { title } } result since reason } }
  }
}
"""


def refusals(document: str, limits: Limits = SMALL) -> list[str]:
    return [error.message for error in excesses(parse(document), limits)]


@pytest.mark.parametrize("document", [PAGE, get_introspection_query(input_value_deprecation=True)])
def test_what_clients_ask_for_is_within_the_limits(document: str) -> None:
    assert refusals(document, Limits()) == []


@pytest.mark.parametrize(
    ("document", "what"),
    [
        ("{a{b{c{d}}}}", "deeper than 3 levels"),
        ("{a{b{...F}}} fragment F on T{c{d}}", "deeper than 3 levels"),
        ("{a{... on T{b{c{... on T{d}}}}}}", "deeper than 3 levels"),
        ("{a b c d e f g}", "more than 6 fields"),
        ("{...F ...F} fragment F on T{a b c d}", "more than 6 fields"),
        ("{a:x b:x c:x}", "more than 2 aliases"),
        ("{x{...F} y{...F}} fragment F on T{a:x b:x}", "more than 2 aliases"),
        ("{a@x@x@x}", "more than 2 directives"),
        ("query($a:Int@x@x)@x{a}", "more than 2 directives"),
        ("{...F@x} fragment F on T@x{a@x}", "more than 2 directives"),
        ("query A{a} query B{a} query C{a}", "more than 2 operations"),
        ("{a} fragment A on T{a} fragment B on T{a} fragment C on T{a}", "more than 2 fragments"),
        ("query($a:Int,$b:Int,$c:Int){a}", "more than 2 variables"),
    ],
)
def test_each_limit_is_kept(document: str, what: str) -> None:
    messages = refusals(document)
    assert messages
    assert all(what in message for message in messages)


@pytest.mark.parametrize(
    "document",
    ["{a{b{c}}}", "{a b c d e f}", "{a:x b:x}", "{a@x@x}", "query A{a} query B{a}", "{...Nowhere}"],
)
def test_what_reaches_a_limit_passes(document: str) -> None:
    assert refusals(document) == []


def test_the_depth_of_introspection_does_not_count() -> None:
    assert refusals("{__schema{types{fields{type{name}}}}}") == []
    assert refusals("{__schema{...F}} fragment F on T{types{fields{type{name}}}}") == []
    assert refusals("{a{b{c{__typename}}}}") != []


def test_an_exponential_expansion_is_counted_not_made() -> None:
    assert len(EXPONENTIAL) < 750
    assert any("more than 2000 fields" in message for message in refusals(EXPONENTIAL, Limits()))


def test_a_long_chain_of_fragments_is_followed_to_its_end() -> None:
    chain = "".join(f"fragment F{i} on T{{a{{...F{i + 1}}}}}" for i in range(3000))
    limits = replace(Limits(), fragments=4000, fields=4000)
    (message,) = refusals("{...F0}" + chain + "fragment F3000 on T{a}", limits)
    assert "nests fields deeper than 15 levels" in message


@pytest.mark.parametrize(
    "document",
    ["{...A} fragment A on T{a ...B} fragment B on T{b ...A}", "{...A} fragment A on T{a{...A}}"],
)
def test_fragments_that_use_each_other_are_refused(document: str) -> None:
    (message,) = refusals(document)
    assert "fragment A" in message


@pytest.mark.parametrize(
    "literal",
    [
        "9007199254740993",
        "-9007199254740993",
        "1" * 5000,
        "1e999",
        "-1.5e400",
        '"\\u0000"',
        "[{a: [1e999]}]",
    ],
)
def test_a_literal_that_could_not_come_as_json_is_refused(literal: str) -> None:
    (error,) = literal_errors(parse(f"{{echo(value: {literal})}}"))
    assert error.extensions == {"code": "BAD_USER_INPUT"}
    assert error.locations
    assert literal_errors(parse(f"query($v: JSON = {literal}) {{echo(value: $v)}}"))


@pytest.mark.parametrize(
    "literal", ["9007199254740992", "-9007199254740992", "1.7e308", '"\\u00e9"', '"""a"""']
)
def test_a_literal_within_the_bounds_passes(literal: str) -> None:
    assert literal_errors(parse(f"{{echo(value: {literal})}}")) == []
