"""A score: the level that an entity reached in one scorecard, with the result of every rule."""

from enum import StrEnum

from msgspec import Struct


class Result(StrEnum):
    """What became of one rule on one entity; only `PASSED` passes."""

    PASSED = "PASSED"
    NOT_PASSED = "NOT_PASSED"
    NO_DATA = "NO_DATA"
    ERROR = "ERROR"


class RuleResult(Struct, frozen=True):
    """One rule's `result`, and `since` when (ISO 8601, UTC) it has been so.

    `reason` is kept for an `ERROR` only: for the others it follows from the entity and the rule.
    `kept` is the last result from before the rule's operator went missing; it still counts for the level.
    """

    rule: str
    result: Result
    since: str
    reason: str | None = None
    kept: Result | None = None

    @property
    def counts_as_passed(self) -> bool:
        """Whether the rule holds nobody back."""
        return (self.kept or self.result) is Result.PASSED


class Score(Struct, frozen=True):
    """The `level` reached in one scorecard, `since` when, and the results in the order of its rules."""

    scorecard: str
    level: str
    since: str
    results: tuple[RuleResult, ...] = ()

    def result(self, rule: str) -> RuleResult | None:
        """The result of that rule."""
        return next((result for result in self.results if result.rule == rule), None)
