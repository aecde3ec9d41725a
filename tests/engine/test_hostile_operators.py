"""Whatever a plugin's operator does, its own rule becomes an error and nothing else is touched."""

import gc
import sys
from collections.abc import Callable, Generator
from copy import deepcopy
from typing import Any, NoReturn

import pytest

from levelmark.domain.json import Json, JsonType, identical
from levelmark.domain.operator import Missing, Operator, Test
from levelmark.domain.score import Result, RuleResult

from .builders import NOW, compiled, condition, entity, plugged, query, rule, scorecard

PROPERTIES = {"x": [1, {"a": ["b"]}], "ready": True}


class UnspeakableError(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no text either")


class Liar:
    """Says that it is a bool, and fails at everything else."""

    @property
    def __class__(self) -> Any:
        return bool

    @__class__.setter
    def __class__(self, _: Any) -> None:
        raise SystemExit

    def __getattr__(self, name: str) -> NoReturn:
        raise KeyboardInterrupt(name)

    def __bool__(self) -> bool:
        raise SystemExit


async def later(_: Json) -> bool:
    return True


def recurse(actual: Json) -> bool:
    return recurse(actual)


def begun(_: Json) -> object:
    """A coroutine that does not let itself be closed."""

    async def stubborn() -> None:
        try:
            await Pause()
        except GeneratorExit:
            raise SystemExit(1) from None

    coroutine = stubborn()
    coroutine.send(None)
    return coroutine


class Pause:
    def __await__(self) -> Generator[None, None, None]:
        yield


def raising(error: BaseException | type[BaseException]) -> Callable[[Json], object]:
    def test(_: Json) -> object:
        raise error

    return test


RAISED = "operator `hostile` raised "
ANSWERED = "operator `hostile` answered with a "
HOSTILE: dict[str, tuple[Callable[[Json], object], str]] = {
    "raises": (raising(ValueError("not so")), f"{RAISED}ValueError: not so"),
    "exits": (raising(SystemExit(3)), f"{RAISED}SystemExit: 3"),
    "interrupts": (raising(KeyboardInterrupt), f"{RAISED}KeyboardInterrupt: "),
    "closes": (raising(GeneratorExit), f"{RAISED}GeneratorExit: "),
    "stops": (raising(StopIteration(True)), f"{RAISED}StopIteration: True"),
    "recurses": (recurse, f"{RAISED}RecursionError: maximum recursion depth exceeded"),
    "raises-without-text": (raising(UnspeakableError()), f"{RAISED}UnspeakableError"),
    "raises-half-a-pair": (raising(ValueError("\ud83d\0")), f"{RAISED}ValueError: \\ud83d\\x00"),
    "answers-none": (lambda _: None, f"{ANSWERED}NoneType, not True or False"),
    "answers-text": (lambda _: "false", f"{ANSWERED}str, not True or False"),
    "answers-one": (lambda _: 1, f"{ANSWERED}int, not True or False"),
    "answers-nan": (lambda _: float("nan"), f"{ANSWERED}float, not True or False"),
    "answers-coroutine": (later, f"{ANSWERED}coroutine, not True or False"),
    "answers-begun-coroutine": (begun, f"{ANSWERED}coroutine, not True or False"),
    "answers-lies": (lambda _: Liar(), f"{ANSWERED}Liar, not True or False"),
}


@pytest.mark.parametrize(("test", "reason"), HOSTILE.values(), ids=HOSTILE)
def test_a_failing_operator_makes_its_rule_an_error_and_no_other(
    test: Callable[[Json], object], reason: str
) -> None:
    results = _results(plugged("hostile", test))
    gc.collect()  # a coroutine that nobody closed would warn now
    assert results[0].result is Result.ERROR
    assert results[0].reason is not None
    assert results[0].reason.rstrip().startswith(reason.rstrip())
    assert [result.result for result in results[1:]] == [Result.PASSED, Result.NOT_PASSED]


def prepared_by(prepare: Callable[[Json], object]) -> Operator:
    return Operator(
        name="hostile",
        description="Fails before it is asked.",
        types=frozenset(JsonType),
        value_schema={},
        prepare=prepare,  # type: ignore[arg-type]  # a plugin may get this wrong
    )


@pytest.mark.parametrize(
    ("prepare", "reason"),
    [
        (raising(ValueError("no such preset")), f"{RAISED}ValueError: no such preset"),
        (raising(SystemExit(3)), f"{RAISED}SystemExit: 3"),
        (lambda _: None, "operator `hostile` prepared a NoneType, not a function"),
        (lambda _: True, "operator `hostile` prepared a bool, not a function"),
        (later, "operator `hostile` prepared a coroutine, not a function"),
    ],
)
def test_an_operator_that_cannot_be_prepared_makes_its_rule_an_error(
    prepare: Callable[[Json], object], reason: str
) -> None:
    results = _results(prepared_by(prepare))
    gc.collect()
    assert (results[0].result, results[0].reason) == (Result.ERROR, reason)
    assert [result.result for result in results[1:]] == [Result.PASSED, Result.NOT_PASSED]


def test_an_operator_that_changes_its_input_changes_a_copy() -> None:
    def greedy(actual: Json) -> bool:
        actual.clear()
        return True

    properties = deepcopy(PROPERTIES)
    compiled(_card(), plugged("hostile", greedy)).evaluate(entity(properties), None, NOW)
    assert identical(properties, PROPERTIES)


def test_an_operator_that_changes_the_rules_value_changes_a_copy() -> None:
    def greedy(value: Json) -> Test:
        value.clear()
        return lambda _: True

    card = scorecard(rule("hostile", condition("x", "hostile", [1])))
    compiled(card, prepared_by(greedy)).evaluate(entity(PROPERTIES), None, NOW)
    [leaf] = card.rules[0].query.leaves()
    assert leaf.value == [1]


def test_a_failure_is_told_in_a_bounded_line() -> None:
    [result, *_] = _results(plugged("hostile", raising(ValueError("line\n" * 10_000))))
    assert result.reason is not None
    assert len(result.reason) < 400
    assert "\n" not in result.reason


def test_an_error_outweighs_what_stands_beside_it() -> None:
    failing = condition("x", "hostile", 1)
    for other in ("=", "!="):
        for combinator in ("and", "or"):
            decided = rule("r", query(condition("ready", other, True), failing, combinator=combinator))
            score = compiled(scorecard(decided), plugged("hostile", raising(ValueError))).evaluate(
                entity(PROPERTIES), None, NOW
            ).score  # fmt: skip
            assert score is not None
            assert score.results[0].result is Result.ERROR


def test_a_missing_value_is_not_put_to_the_operator() -> None:
    card = scorecard(rule("r", condition("absent", "hostile", 1)), rule("s", condition("null", "hostile", 1)))
    for missing, result in [
        (Missing.MISSING, Result.NO_DATA), (Missing.TRUE, Result.PASSED), (Missing.FALSE, Result.NOT_PASSED),
    ]:  # fmt: skip
        ready = compiled(card, plugged("hostile", raising(ValueError), missing=missing))
        score = ready.evaluate(entity({"null": None}), None, NOW).score
        assert score is not None
        assert [one.result for one in score.results] == [result, result]


def test_a_value_of_another_type_is_not_put_to_the_operator() -> None:
    [result, *_] = _results(plugged("hostile", raising(ValueError), types=[JsonType.STRING]))
    assert result.result is Result.NOT_PASSED


def test_the_stack_is_whole_after_a_recursion() -> None:
    limit = sys.getrecursionlimit()
    _results(plugged("hostile", recurse))
    assert sys.getrecursionlimit() == limit
    assert _results(plugged("hostile", lambda _: True))[0].result is Result.PASSED


def _card() -> Any:
    return scorecard(
        rule("hostile", condition("x", "hostile", 1)),
        rule("passes", condition("ready", "=", value=True)),
        rule("fails", condition("ready", "=", value=False)),
    )


def _results(operator: Operator) -> tuple[RuleResult, ...]:
    score = compiled(_card(), operator).evaluate(entity(PROPERTIES), None, NOW).score
    assert score is not None
    return score.results
