"""Evaluation: scores, what moved, and since when."""

from hypothesis import given

from levelmark.domain.change import Move
from levelmark.domain.entity import Entity
from levelmark.domain.score import Result, RuleResult, Score
from levelmark.domain.scorecard import Scorecard
from levelmark.engine.evaluate import CompiledScorecard, erase

from .builders import AT, BLUEPRINT, LATER, NOW, compiled, condition, entity, plugged, query, rule, scorecard
from .strategies import OPERATORS, SOME, entities, refuse, scorecards

READY = rule("ready", condition("ready", "=", value=True))
OWNED = rule("owned", condition("owner", "isNotEmpty"), level="Silver")
SELECTED = query(condition("tier", "=", 1))


@given(card=scorecards({*OPERATORS, "nowhereInstalled"}), subject=entities())
@SOME
def test_evaluating_twice_gives_back_the_very_score(card: Scorecard, subject: Entity) -> None:
    ready = CompiledScorecard(card, BLUEPRINT, OPERATORS)
    first = ready.evaluate(subject, None, NOW)
    again = ready.evaluate(subject, first.score, NOW)
    assert again.score is first.score
    assert again.moves == ()


@given(before=scorecards(), after=scorecards(), was=entities(), now=entities())
@SOME
def test_the_moves_lead_from_the_old_score_to_the_new_one(
    before: Scorecard, after: Scorecard, was: Entity, now: Entity
) -> None:
    old = CompiledScorecard(before, BLUEPRINT, OPERATORS).evaluate(was, None, NOW)
    new = CompiledScorecard(after, BLUEPRINT, OPERATORS).evaluate(now, old.score, LATER)
    assert _moved({}, old.moves) == _figures(old.score)
    assert _moved(_figures(old.score), new.moves) == _figures(new.score)


def test_a_first_score_comes_from_nothing() -> None:
    evaluation = compiled(scorecard(READY, OWNED)).evaluate(entity({"ready": True}), None, NOW)
    results = (RuleResult("ready", Result.PASSED, NOW), RuleResult("owned", Result.NOT_PASSED, NOW))
    assert evaluation.score == Score("quality", "Bronze", NOW, results)
    assert evaluation.moves == (
        Move("quality", "ready", None, "PASSED"),
        Move("quality", "owned", None, "NOT_PASSED"),
        Move("quality", None, None, "Bronze"),
    )


def test_what_did_not_move_keeps_its_since() -> None:
    ready = compiled(scorecard(READY, OWNED))
    old = ready.evaluate(entity({"ready": True}), None, NOW).score
    new = ready.evaluate(entity({"ready": True, "owner": "core"}), old, LATER)
    assert new.score is not None
    assert [result.since for result in new.score.results] == [NOW, LATER]
    assert (new.score.level, new.score.since) == ("Silver", LATER)
    assert new.moves == (
        Move("quality", "owned", "NOT_PASSED", "PASSED"),
        Move("quality", None, "Bronze", "Silver"),
    )


def test_a_result_can_move_while_the_level_stays() -> None:
    ready = compiled(scorecard(READY, OWNED))
    old = ready.evaluate(entity({"ready": False}), None, NOW).score
    new = ready.evaluate(entity({}), old, LATER)
    assert new.score is not None
    assert (new.score.level, new.score.since) == ("Basic", NOW)
    assert new.moves == (Move("quality", "ready", "NOT_PASSED", "NO_DATA", "`ready`: no data"),)


def test_a_rule_that_goes_takes_its_result_along() -> None:
    old = compiled(scorecard(READY, OWNED)).evaluate(entity({"ready": True}), None, NOW).score
    new = compiled(scorecard(READY)).evaluate(entity({"ready": True}), old, LATER)
    assert new.score is not None
    assert [result.rule for result in new.score.results] == ["ready"]
    assert new.moves == (Move("quality", "owned", "NOT_PASSED", None),)


def test_an_entity_that_the_filter_leaves_out_has_no_score() -> None:
    ready = compiled(scorecard(READY, selected_by=SELECTED))
    evaluation = ready.evaluate(entity({"ready": True, "tier": 2}), None, NOW)
    assert (evaluation.score, evaluation.moves) == (None, ())


def test_a_filter_that_is_missing_its_value_selects_nobody() -> None:
    ready = compiled(scorecard(READY, selected_by=SELECTED))
    assert ready.evaluate(entity({"ready": True}), None, NOW).score is None


def test_leaving_the_filter_moves_everything_to_nothing() -> None:
    ready = compiled(scorecard(READY, OWNED, selected_by=SELECTED))
    old = ready.evaluate(entity({"ready": True, "tier": 1}), None, NOW).score
    assert old is not None
    new = ready.evaluate(entity({"ready": True, "tier": 2}), old, LATER)
    assert new.score is None
    assert (
        new.moves
        == tuple(erase(old))
        == (
            Move("quality", "ready", "PASSED", None),
            Move("quality", "owned", "NOT_PASSED", None),
            Move("quality", None, "Bronze", None),
        )
    )


def test_a_filter_that_fails_selects_with_errors_and_erases_nothing() -> None:
    ready = compiled(
        scorecard(READY, OWNED, selected_by=query(condition("tier", "raises"))), plugged("raises", refuse)
    )
    score = ready.evaluate(entity({"ready": True, "tier": 1}), None, NOW).score
    assert score is not None
    assert score.level == "Basic"
    assert {result.result for result in score.results} == {Result.ERROR}
    assert {result.reason for result in score.results} == {
        "filter: operator `raises` raised ValueError: int is not to my taste"
    }


def test_explaining_tells_every_condition() -> None:
    card = scorecard(
        rule("r", condition("a", "<", 5), query(condition("b", "=", "x"), condition("c", "=", 1)))
    )
    explained = compiled(card).explain("r", entity({"a": "3", "b": "x"}), AT)
    told = [(leaf.truth.name, leaf.verdict.actual, leaf.verdict.reason) for leaf in explained.leaves()]
    assert told == [("FALSE", "3", "type mismatch"), ("TRUE", "x", None), ("MISSING", None, "no data")]
    assert explained.reason() == "`a`: type mismatch; `c`: no data"


def test_explaining_the_filter() -> None:
    ready = compiled(scorecard(selected_by=SELECTED))
    explained = ready.explain_filter(entity({"tier": 1}), AT)
    assert explained is not None
    assert explained.truth.name == "TRUE"
    assert compiled(scorecard()).explain_filter(entity(), AT) is None


def _figures(score: Score | None) -> dict[str | None, str]:
    if score is None:
        return {}
    return {None: score.level, **{result.rule: result.result.value for result in score.results}}


def _moved(figures: dict[str | None, str], moves: tuple[Move, ...]) -> dict[str | None, str]:
    moved = dict(figures)
    for move in moves:
        assert moved.pop(move.rule, None) == move.before
        if move.after is not None:
            moved[move.rule] = move.after
    return moved
