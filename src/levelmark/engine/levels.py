"""The level rule: how far up the levels the passed rules carry an entity."""

from collections.abc import Callable

from levelmark.domain.scorecard import Rule, Scorecard


def level_reached(scorecard: Scorecard, passed: Callable[[Rule], bool]) -> str:
    """The highest level that has rules, all of them and all below it passed; else the base level.

    A level without rules is never reached by itself and holds nobody back. The order is that of `levels`.
    """
    reached = scorecard.levels[0].title
    for level, rules in rules_by_level(scorecard):
        if not all(map(passed, rules)):
            break
        reached = level
    return reached


def rules_by_level(scorecard: Scorecard) -> list[tuple[str, list[Rule]]]:
    """The levels that have rules, from the lowest up, each with its rules."""
    groups = [(level.title, [rule for rule in scorecard.rules if rule.level == level.title])
              for level in scorecard.levels]  # fmt: skip
    return [(title, rules) for title, rules in groups if rules]
