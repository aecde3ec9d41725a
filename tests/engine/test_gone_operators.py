"""A scorecard whose operator is gone keeps what it had, says so, and recovers when it comes back."""

from levelmark.domain.change import Move
from levelmark.domain.score import Result, RuleResult, Score
from levelmark.engine.evaluate import CompiledScorecard

from .builders import LATER, NOW, compiled, condition, entity, plugged, query, rule, scorecard

FANCY = plugged("isFancy", lambda actual: actual == "lace")
CARD = scorecard(
    rule("fancy", condition("x", "isFancy", 1)),
    rule("ready", condition("ready", "=", value=True), level="Silver"),
)
REASON = "no installed plugin provides the operator `isFancy`"
PASSING = entity({"x": "lace", "ready": True})


def _evaluated(ready: CompiledScorecard, previous: Score | None = None, now: str = LATER) -> Score:
    score = ready.evaluate(PASSING, previous, now).score
    assert score is not None
    return score


def test_a_rule_without_its_operator_is_an_error_that_says_so() -> None:
    score = _evaluated(compiled(CARD))
    assert [(one.result, one.reason, one.kept) for one in score.results] == [
        (Result.ERROR, REASON, None),
        (Result.PASSED, None, None),
    ]
    assert score.level == "Basic"


def test_the_compiled_scorecard_names_what_is_gone() -> None:
    ready = compiled(scorecard(*CARD.rules, selected_by=query(condition("x", "isPlain"))))
    assert ready.gone == {"fancy": {"isFancy"}}
    assert ready.filter_gone == {"isPlain"}
    assert ready.missing_operators == {"isFancy", "isPlain"}


def test_the_last_result_still_counts_for_the_level() -> None:
    before = _evaluated(compiled(CARD, FANCY), now=NOW)
    after = compiled(CARD).evaluate(PASSING, before, LATER)
    assert after.score is not None
    [fancy, ready] = after.score.results
    assert fancy == RuleResult("fancy", Result.ERROR, LATER, REASON, kept=Result.PASSED)
    assert (ready.result, ready.since) == (Result.PASSED, NOW)
    assert (after.score.level, after.score.since) == ("Silver", NOW)
    assert after.moves == (Move("quality", "fancy", "PASSED", "ERROR", REASON),)


def test_a_result_that_did_not_pass_does_not_pass_now() -> None:
    plain = entity({"x": "wool", "ready": True})
    before = compiled(CARD, FANCY).evaluate(plain, None, NOW).score
    after = compiled(CARD).evaluate(plain, before, LATER).score
    assert after is not None
    assert after.results[0].kept is Result.NOT_PASSED
    assert after.level == "Basic"


def test_what_is_kept_is_kept_for_as_long_as_it_takes() -> None:
    ready = compiled(CARD)
    first = _evaluated(ready, _evaluated(compiled(CARD, FANCY), now=NOW))
    assert _evaluated(ready, first) is first


def test_an_operator_that_comes_back_decides_again() -> None:
    before = _evaluated(compiled(CARD, FANCY), now=NOW)
    gone = _evaluated(compiled(CARD), before)
    back = compiled(CARD, FANCY).evaluate(PASSING, gone, LATER)
    assert back.score is not None
    assert back.score.results[0] == RuleResult("fancy", Result.PASSED, LATER)
    assert back.score.level == "Silver"
    assert back.moves == (Move("quality", "fancy", "ERROR", "PASSED"),)


def test_an_error_of_an_operator_that_is_there_keeps_nothing() -> None:
    def fail(_: object) -> object:
        raise ValueError

    before = _evaluated(compiled(CARD, FANCY), now=NOW)
    after = _evaluated(compiled(CARD, plugged("isFancy", fail)), before)
    assert (after.results[0].result, after.results[0].kept) == (Result.ERROR, None)
    assert after.level == "Basic"


def test_a_filter_without_its_operator_leaves_things_as_they_are() -> None:
    selective = scorecard(*CARD.rules[1:], selected_by=query(condition("x", "isFancy", 1)))
    before = _evaluated(compiled(selective, FANCY), now=NOW)
    assert _evaluated(compiled(selective), before) is before
    assert compiled(selective).evaluate(PASSING, None, LATER).score is None
