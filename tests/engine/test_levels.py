"""The level rule: cases as data, and what holds for every scorecard."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from levelmark.domain.scorecard import Scorecard
from levelmark.engine.evaluate import CompiledScorecard
from levelmark.engine.levels import level_reached, rules_by_level

from .builders import BLUEPRINT, NOW, compiled, condition, entity, plugged, rule, scorecard
from .strategies import FEW, refuse, scorecards

CASES: list[dict[str, Any]] = yaml.safe_load(
    Path(__file__).parent.joinpath("cases", "levels.yaml").read_text("utf-8")
)
ACTUALS = {"PASSED": {"ready": True}, "NOT_PASSED": {"ready": False}, "NO_DATA": {}, "ERROR": {"ready": True}}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_the_rules_lead_to_the_level(case: dict[str, Any]) -> None:
    rules = [
        rule(
            f"r{place}",
            condition(f"p{place}", "raises" if result == "ERROR" else "=", value=True),
            level=level,
        )
        for place, (level, result) in enumerate(case["rules"])
    ]
    properties = {
        f"p{place}": value
        for place, (_, result) in enumerate(case["rules"])
        for value in ACTUALS[result].values()
    }
    card = scorecard(*rules, levels=case.get("levels"))
    score = compiled(card, plugged("raises", refuse)).evaluate(entity(properties), None, NOW).score
    assert score is not None
    assert [result.result for result in score.results] == [result for _, result in case["rules"]]
    assert score.level == case["level"]


@given(scorecards(depth=1), st.data())
@FEW
def test_passing_more_rules_never_lowers_the_level(card: Scorecard, data: st.DataObject) -> None:
    identifiers = st.sets(st.sampled_from([rule.identifier for rule in card.rules] or [""]))
    few, more = data.draw(identifiers), data.draw(identifiers)
    assert _height(card, few) <= _height(card, few | more)


@given(scorecards(depth=1), st.data())
@FEW
def test_the_level_is_the_highest_with_rules_up_to_which_all_have_passed(
    card: Scorecard, data: st.DataObject
) -> None:
    passed = data.draw(st.sets(st.sampled_from([rule.identifier for rule in card.rules] or [""])))
    titles = [level.title for level in card.levels]
    reached = [
        place
        for place, title in enumerate(titles)
        if any(rule.level == title for rule in card.rules)
        and all(rule.identifier in passed for rule in card.rules if titles.index(rule.level) <= place)
    ]
    assert _height(card, passed) == max(reached, default=0)


@given(scorecards(depth=1), st.data())
@FEW
def test_the_compiled_scorecard_reaches_the_same_level(card: Scorecard, data: st.DataObject) -> None:
    truths = tuple(data.draw(st.integers(0, 3)) for _ in card.rules)
    passed = {rule.identifier for rule, truth in zip(card.rules, truths, strict=True) if truth == 0}
    level = level_reached(card, lambda rule: rule.identifier in passed)
    assert CompiledScorecard(card, BLUEPRINT, {}).level(truths) == level


def test_rules_are_grouped_in_the_order_of_the_levels() -> None:
    card = scorecard(rule("a", level="Silver"), rule("b", level="Bronze"), rule("c", level="Silver"))
    grouped = [(title, [rule.identifier for rule in rules]) for title, rules in rules_by_level(card)]
    assert grouped == [("Bronze", ["b"]), ("Silver", ["a", "c"])]


def _height(card: Scorecard, passed: set[str]) -> int:
    reached = level_reached(card, lambda rule: rule.identifier in passed)
    return [level.title for level in card.levels].index(reached)
