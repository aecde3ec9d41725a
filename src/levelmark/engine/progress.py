"""Progress: level by level, which rules of a scorecard an entity passes, and what it lacks for the next.

It follows from the results alone, by the same rule as the level itself: a result that was kept counts, and a
rule that was not evaluated yet does not pass.
"""

from msgspec import Struct

from levelmark.domain.score import RuleResult, Score
from levelmark.domain.scorecard import Level, Rule, Scorecard
from levelmark.engine.levels import level_reached, rules_by_level


class Check(Struct, frozen=True):
    """A rule, and what became of it; None where it was not evaluated yet."""

    rule: Rule
    result: RuleResult | None = None

    @property
    def passed(self) -> bool:
        """Whether the rule holds nobody back."""
        return self.result is not None and self.result.counts_as_passed


class Rung(Struct, frozen=True):
    """A level with its rules; `reached` says that the entity stands on it or above it."""

    level: Level
    checks: tuple[Check, ...]
    reached: bool


class NextLevel(Struct, frozen=True):
    """The level that comes next, and the rules that do not pass, of that level and of those below it."""

    level: Level
    missing: tuple[Check, ...]


class Progress(Struct, frozen=True):
    """All levels of a scorecard, from the base level up, as one entity stands to them."""

    rungs: tuple[Rung, ...]

    @property
    def next(self) -> NextLevel | None:
        """The lowest level with rules that is not reached; None where there is none above."""
        above = next((one for one in self.rungs if one.checks and not one.reached), None)
        if above is None:
            return None
        below = self.rungs[: self.rungs.index(above) + 1]
        missing = tuple(check for rung in below for check in rung.checks if not check.passed)
        return NextLevel(above.level, missing)


def counted(checks: tuple[Check, ...]) -> tuple[int, int]:
    """How many of the rules pass, and of how many that were evaluated."""
    return sum(one.passed for one in checks), sum(one.result is not None for one in checks)


def progress_of(scorecard: Scorecard, score: Score) -> Progress:
    """How an entity with this score stands to the levels that the scorecard has now."""
    results = {result.rule: result for result in score.results}
    checks = {rule.identifier: Check(rule, results.get(rule.identifier)) for rule in scorecard.rules}
    top = level_reached(scorecard, lambda rule: checks[rule.identifier].passed)
    grouped = dict(rules_by_level(scorecard))
    rungs, reached = list[Rung](), True
    for level in scorecard.levels:
        own = tuple(checks[rule.identifier] for rule in grouped.get(level.title, ()))
        rungs.append(Rung(level, own, reached))
        reached = reached and level.title != top
    return Progress(tuple(rungs))
