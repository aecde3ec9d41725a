"""The generated function: no user's text is ever source, and its limits hold."""

import pytest

from levelmark.domain.query import MAX_DEPTH, Query
from levelmark.domain.score import Result
from levelmark.domain.scorecard import MAX_RULES
from levelmark.engine.inline import UnsafeSourceError, inline

from .builders import NOW, compiled, condition, entity, query, rule, scorecard


@pytest.mark.parametrize(
    "source",
    [
        "__import__('os')",
        "actual.__class__",
        "open(value)",
        "actual.format(value)",
        "[one for one in actual]",
        "lambda: actual",
        "actual == 'text'",
        "actual == 2",
        "actual == 1.5",
        "actual[0]",
        "actual + value",
        "(actual := value)",
        "f'{actual}'",
        "entity",
        "errors",
    ],
)
def test_a_source_with_more_than_comparisons_is_refused(source: str) -> None:
    with pytest.raises(UnsafeSourceError, match="may not be inlined"):
        inline(source, "v", "k")


@pytest.mark.parametrize(
    ("source", "inlined"),
    [
        ("actual == value", "v == k"),
        ("not actual and actual != 0", "not v and v != 0"),
        ("type(actual) is str and actual.startswith(value)", "type(v) is str and v.startswith(k)"),
    ],
)
def test_names_are_replaced(source: str, inlined: str) -> None:
    assert inline(source, "v", "k") == inlined


@pytest.mark.parametrize(
    "text",
    [
        "'",
        '"',
        "\\",
        "\n",
        "{",
        "{actual}",
        "); raise SystemExit(1) #",
        "__import__('os')",
        "a.b",
        "k1",
        "bifröst",
    ],
)
def test_what_users_write_is_only_ever_a_value(text: str) -> None:
    card = scorecard(rule(text, condition(text, "=", text), condition(text, "beginsWith", text)))
    score = compiled(card).evaluate(entity({text: text}), None, NOW).score
    assert score is not None
    assert score.results[0].result is Result.PASSED


def test_as_many_rules_as_there_may_be_nested_as_deep_as_they_may_be() -> None:
    def nested(depth: int) -> Query:
        inner = [nested(depth - 1)] if depth > 1 else []
        return query(condition("x", "=", depth), *inner, combinator="or")

    card = scorecard(*(rule(f"r{place}", nested(MAX_DEPTH)) for place in range(MAX_RULES)))
    score = compiled(card).evaluate(entity({"x": 1}), None, NOW).score
    assert score is not None
    assert [result.result for result in score.results] == [Result.PASSED] * MAX_RULES


def test_operators_of_one_property_may_read_the_team_differently() -> None:
    card = scorecard(
        rule("one", condition("$team", "=", "core")), rule("any", condition("$team", "contains", "core"))
    )
    subject = entity()
    for team in ("core", ("core",)):
        score = compiled(card).evaluate(type(subject)("service", "api", team=team), None, NOW).score
        assert score is not None
        assert [result.result for result in score.results] == [Result.PASSED, Result.PASSED]
