"""A value that is read from the entity: prepared for each entity, contained as ever, and told to people."""

from typing import Any

from msgspec import UNSET

from levelmark.domain.entity import Entity
from levelmark.domain.json import Json, JsonType
from levelmark.domain.operator import Operator, Test
from levelmark.domain.score import Result
from levelmark.engine.evaluate import CompiledScorecard
from levelmark.engine.truth import Truth

from .builders import AT, NOW, compiled, condition, entity, rule, scorecard


def preparing(prepare: Any) -> Operator:
    return Operator(
        name="picky",
        description="For a test.",
        types=frozenset(JsonType),
        value_schema={"type": ["number", "array"]},
        prepare=prepare,
    )


def of_limit(prepare: Any) -> CompiledScorecard:
    """A scorecard whose one rule compares `x` with `limit`, by an operator of a plugin."""
    return compiled(scorecard(rule("r", condition("x", "picky", {"property": "limit"}))), preparing(prepare))


def result(ready: CompiledScorecard, **properties: Json) -> tuple[Result, str | None]:
    score = ready.evaluate(entity(properties), None, NOW).score
    assert score is not None
    return score.results[0].result, score.results[0].reason


def test_an_operator_of_a_plugin_is_prepared_for_every_entity() -> None:
    seen: list[Json] = []

    def prepare(value: Json) -> Test:
        seen.append(value)
        return lambda actual: bool(actual < value)

    ready = of_limit(prepare)
    assert seen == []
    assert result(ready, x=1, limit=2) == (Result.PASSED, None)
    assert result(ready, x=1, limit=1) == (Result.NOT_PASSED, None)
    assert (seen[0], seen[-1]) == (2, 1)


def test_one_that_cannot_be_prepared_is_an_error_of_that_entity_alone() -> None:
    ready = of_limit(lambda value: (lambda _: True) if 1 / value else None)
    assert result(ready, x=1, limit=0) == (
        Result.ERROR,
        "operator `picky` raised ZeroDivisionError: division by zero",
    )
    assert result(ready, x=1, limit=1) == (Result.PASSED, None)


def test_one_that_changes_the_value_changes_a_copy() -> None:
    def prepare(value: list[Json]) -> Test:
        value.clear()
        return lambda _: True

    limit = [1]
    assert result(of_limit(prepare), x=1, limit=limit) == (Result.PASSED, None)
    assert limit == [1]


def test_a_value_that_the_schema_forbids_never_reaches_the_operator() -> None:
    ready = of_limit(lambda _: 1 / 0)
    assert result(ready, x=1, limit="2") == (Result.NOT_PASSED, None)
    [told] = ready.explain("r", entity({"x": 1, "limit": "2"}), AT).leaves()
    assert (told.truth, told.verdict.reason) == (Truth.FALSE, "type mismatch")


def test_the_explanation_tells_both_values() -> None:
    ready = compiled(scorecard(rule("r", condition("x", "<", {"property": "limit"}))))
    [told] = ready.explain("r", entity({"x": 5, "limit": 3}), AT).leaves()
    assert (told.verdict.actual, told.verdict.expected) == (5, 3)
    [told] = ready.explain("r", entity({"x": 5}), AT).leaves()
    assert (told.verdict.actual, told.verdict.expected, told.verdict.reason) == (
        5,
        None,
        "no data in `limit`",
    )


def test_the_explanation_tells_the_rules_own_value_as_ever() -> None:
    ready = compiled(scorecard(rule("r", condition("x", "<", 3), condition("x", "isEmpty", UNSET))))
    one, other = ready.explain("r", entity({"x": 5}), AT).leaves()
    assert (one.verdict.expected, other.verdict.expected) == (3, None)


def test_the_reason_of_a_move_names_the_property_that_is_missing() -> None:
    ready = compiled(scorecard(rule("r", condition("count", "<", {"property": "limit"}))))
    subject = Entity("service", "api", derived={"count": 3})
    assert ready.evaluate(subject, None, NOW).moves[0].reason == "`count`: no data in `limit`"
    subject = Entity("service", "api", properties={"limit": 3}, reasons={"count": "no such property"})
    assert ready.evaluate(subject, None, NOW).moves[0].reason == "`count`: no data: no such property"
