"""Progress: what is passed on each level, and what is missing for the next."""

from hypothesis import given

from levelmark.domain.entity import Entity
from levelmark.domain.score import Result, RuleResult, Score
from levelmark.domain.scorecard import Scorecard
from levelmark.engine.evaluate import CompiledScorecard
from levelmark.engine.progress import Progress, counted, progress_of

from .builders import BLUEPRINT, NOW, rule, scorecard
from .strategies import OPERATORS, SOME, entities, scorecards

CARD = scorecard(rule("a"), rule("b", level="Gold"), rule("c", level="Gold"))


def stand(**results: str) -> Progress:
    told = tuple(RuleResult(name, Result(result), NOW) for name, result in results.items())
    return progress_of(CARD, Score("quality", "Basic", NOW, told))


def reached(progress: Progress) -> list[str]:
    return [rung.level.title for rung in progress.rungs if rung.reached]


def missing(progress: Progress) -> tuple[str, list[str]] | None:
    found = progress.next
    if found is None:
        return None
    return found.level.title, [check.rule.identifier for check in found.missing]


def test_all_levels_stand_in_order_with_their_rules() -> None:
    progress = stand(a="PASSED", b="PASSED", c="NO_DATA")
    told = [(one.level.title, one.level.color, counted(one.checks)) for one in progress.rungs]
    assert told == [
        ("Basic", "paleBlue", (0, 0)),
        ("Bronze", "bronze", (1, 1)),
        ("Silver", "silver", (0, 0)),
        ("Gold", "gold", (1, 2)),
    ]


def test_the_next_level_is_the_next_that_has_rules() -> None:
    progress = stand(a="PASSED", b="PASSED", c="ERROR")
    assert (reached(progress), missing(progress)) == (["Basic", "Bronze"], ("Gold", ["c"]))


def test_a_rule_of_a_higher_level_is_not_missing_for_the_next() -> None:
    assert missing(stand(a="NOT_PASSED", b="NOT_PASSED", c="PASSED")) == ("Bronze", ["a"])


def test_nothing_is_next_at_the_top_and_a_level_without_rules_lies_below_it() -> None:
    progress = stand(a="PASSED", b="PASSED", c="PASSED")
    assert (reached(progress), missing(progress)) == (["Basic", "Bronze", "Silver", "Gold"], None)


def test_a_kept_result_counts() -> None:
    kept = RuleResult("a", Result.ERROR, NOW, "gone", Result.PASSED)
    progress = progress_of(CARD, Score("quality", "Bronze", NOW, (kept,)))
    assert (reached(progress), counted(progress.rungs[1].checks)) == (["Basic", "Bronze"], (1, 1))


def test_a_rule_that_was_not_evaluated_yet_is_missing_and_not_tested() -> None:
    progress = stand(b="PASSED")
    assert (missing(progress), counted(progress.rungs[1].checks)) == (("Bronze", ["a"]), (0, 0))
    assert counted(progress.rungs[3].checks) == (1, 1)


@given(scorecards(depth=2), entities())
@SOME
def test_a_level_with_rules_is_reached_exactly_when_nothing_is_missing_for_it(
    card: Scorecard, entity: Entity
) -> None:
    score = CompiledScorecard(card, BLUEPRINT, OPERATORS).evaluate(entity, None, NOW).score
    if score is None:
        return
    progress = progress_of(card, score)
    lacking = False
    for rung in progress.rungs:
        lacking = lacking or not all(check.passed for check in rung.checks)
        assert not rung.checks or rung.reached == (not lacking)
    with_rules = [rung.level.title for rung in progress.rungs if rung.checks and rung.reached]
    assert score.level == (with_rules or [card.levels[0].title])[-1]
    following = progress.next
    assert (following is None) == all(rung.reached for rung in progress.rungs if rung.checks)
    assert following is None or following.missing
