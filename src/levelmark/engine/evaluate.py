"""Evaluation: a compiled scorecard turns an entity into its score, and tells what moved."""

from collections.abc import Callable, Iterator, Mapping

from msgspec import Struct

from levelmark.domain.blueprint import Blueprint
from levelmark.domain.change import Move
from levelmark.domain.entity import Entity
from levelmark.domain.operator import Operator
from levelmark.domain.score import Result, RuleResult, Score
from levelmark.domain.scorecard import Rule, Scorecard
from levelmark.engine.explain import ExplainedQuery, Probes
from levelmark.engine.generate import Errors, Program, generate
from levelmark.engine.ladder import Ladder
from levelmark.engine.levels import level_reached
from levelmark.engine.present import Present
from levelmark.engine.standing import Standing
from levelmark.engine.truth import RESULTS, Truth


class Evaluated(Struct, frozen=True):
    """The score that an entity now has in a scorecard (None: the filter leaves it out), and what moved.

    `until` is the first instant (microseconds since 1970) at which another evaluation of the same entity may
    come out differently; None where time alone changes nothing.
    """

    score: Score | None
    moves: tuple[Move, ...] = ()
    until: int | None = None


class CompiledScorecard:
    """A scorecard ready to evaluate entities of its blueprint; build it once and use it for all of them.

    `truths(entity, errors, score, present)` tells the truth of every rule, as numbers of `Truth`;
    `level(truths)` the level that these reach. Both are generated functions.

    >>> from levelmark.domain.scorecard import Scorecard
    >>> blueprint = Blueprint("service", "Service")
    >>> compiled = CompiledScorecard(Scorecard("quality", "Quality", "service"), blueprint, {})
    >>> compiled.evaluate(Entity("service", "api"), None, "2026-01-01T00:00:00.000Z").score.level
    'Basic'
    """

    def __init__(self, scorecard: Scorecard, blueprint: Blueprint, operators: Mapping[str, Operator]) -> None:
        self.scorecard = scorecard
        self.rules = scorecard.rules
        self._probes = {rule.identifier: Probes(rule.query, blueprint, operators) for rule in self.rules}
        self._filter = None if scorecard.filter is None else Probes(scorecard.filter, blueprint, operators)
        standing = Standing(tuple(rule.identifier for rule in self.rules), Ladder.of(scorecard))
        self.timed = any(probes.timed for probes in self._probes.values())
        self.timed = self.timed or (self._filter is not None and self._filter.timed)
        self.truths = generate(list(self._probes.values()), standing)
        self.level = standing.ladder.climb()
        self._applies: Program | None = generate([self._filter]) if self._filter else None
        self.gone = {identifier: names for identifier, probes in self._probes.items()
                     if (names := _gone(probes))}  # fmt: skip
        self.filter_gone = _gone(self._filter) if self._filter else frozenset()

    @property
    def missing_operators(self) -> frozenset[str]:
        """Operators that the scorecard uses and no installed plugin provides."""
        return self.filter_gone.union(*self.gone.values())

    def applies(
        self, entity: Entity, previous: Score | None, errors: list[str], present: Present | None
    ) -> bool:
        """Whether the filter selects the entity; only where `timed`, it needs the present.

        A filter whose operator failed selects it, with the reason in `errors`: its rules become errors, since
        a fault of a plugin must not erase results. One whose operator is gone leaves things as they are.
        """
        if self._applies is None:
            return True
        if self.filter_gone:
            return previous is not None
        failures: Errors = {}
        truth = self._applies(entity, failures, None, present)[0]
        if truth == Truth.ERROR:
            errors.extend(f"filter: {reason}" for reason in failures[0])
        return truth in (Truth.TRUE, Truth.ERROR)

    def explain(self, rule: str, entity: Entity, now: int) -> ExplainedQuery:
        """What each condition of the rule says of the entity at an instant (microseconds since 1970).

        Raises KeyError where there is no such rule.
        """
        return self._probes[rule].explain(entity, now)

    def explain_filter(self, entity: Entity, now: int) -> ExplainedQuery | None:
        """What each condition of the filter says of the entity at an instant; None without a filter."""
        return self._filter.explain(entity, now) if self._filter else None

    def evaluate(self, entity: Entity, previous: Score | None, now: str) -> Evaluated:
        """The entity's score in this scorecard and what moved since `previous`; `now` is ISO 8601 in UTC.

        Where nothing moved, the score is `previous` itself. Raises ValueError where `now` is none and the
        scorecard asks for the time.
        """
        if not self.timed:
            return self._evaluated(entity, previous, now, None)
        present = Present.at(now)
        evaluated = self._evaluated(entity, previous, now, present)
        return Evaluated(evaluated.score, evaluated.moves, present.end)

    def _evaluated(
        self, entity: Entity, previous: Score | None, now: str, present: Present | None
    ) -> Evaluated:
        if self._applies is not None:
            failures: list[str] = []
            if not self.applies(entity, previous, failures, present):
                return Evaluated(None, tuple(erase(previous)) if previous else ())
            if failures:
                return self._failed(entity, failures, previous, now)
        errors: Errors = {}
        truths = self.truths(entity, errors, previous, present)
        if truths is None:
            return Evaluated(previous)
        return self._moved(entity, truths, errors, previous, now)

    def _failed(self, entity: Entity, failures: list[str], previous: Score | None, now: str) -> Evaluated:
        places = range(len(self.rules))
        truths = (int(Truth.ERROR),) * len(self.rules)
        return self._moved(entity, truths, dict.fromkeys(places, failures), previous, now)

    def _moved(
        self, entity: Entity, truths: tuple[int, ...], errors: Errors, previous: Score | None, now: str
    ) -> Evaluated:
        before = {result.rule: result for result in previous.results} if previous else {}
        results = tuple(
            self._result(rule, RESULTS[truth], errors.get(place), before.get(rule.identifier), now)
            for place, (rule, truth) in enumerate(zip(self.rules, truths, strict=True))
        )
        level = self._level_of(results) if self.gone else self.level(truths)
        since = previous.since if previous and previous.level == level else now
        score = Score(self.scorecard.identifier, level, since, results)
        if score == previous:
            return Evaluated(previous)
        return Evaluated(score, tuple(self._moves(entity, before, score, previous, now)))

    def _result(
        self, rule: Rule, result: Result, errors: list[str] | None, before: RuleResult | None, now: str
    ) -> RuleResult:
        since = before.since if before and before.result is result else now
        if result is not Result.ERROR:
            return RuleResult(rule.identifier, result, since)
        reason = "; ".join(sorted({*(errors or ())}))[:500]  # the order of conditions must not matter
        kept = (before.kept or before.result) if before and rule.identifier in self.gone else None
        return RuleResult(rule.identifier, result, since, reason, None if kept is Result.ERROR else kept)

    def _level_of(self, results: tuple[RuleResult, ...]) -> str:
        passed = {result.rule for result in results if result.counts_as_passed}
        return level_reached(self.scorecard, lambda rule: rule.identifier in passed)

    def _moves(
        self,
        entity: Entity,
        before: Mapping[str, RuleResult],
        score: Score,
        previous: Score | None,
        now: str,
    ) -> Iterator[Move]:
        for result in score.results:
            old = before.get(result.rule)
            if old is None or old.result is not result.result:
                was = old.result.value if old else None
                reason = self._reason(entity, result, now)
                yield Move(score.scorecard, result.rule, was, result.result.value, reason)
        present = {result.rule for result in score.results}
        for rule, old in before.items():
            if rule not in present:
                yield Move(score.scorecard, rule, old.result.value, None)
        if previous is None or previous.level != score.level:
            yield Move(score.scorecard, None, previous.level if previous else None, score.level)

    def _reason(self, entity: Entity, result: RuleResult, now: str) -> str | None:
        if result.result is Result.PASSED:
            return None
        at = Present.at(now).now if self.timed else 0
        return result.reason or self.explain(result.rule, entity, at).reason()


def erase(score: Score) -> Iterator[Move]:
    """The moves by which a score goes: its results, then its level, each to nothing."""
    for result in score.results:
        yield Move(score.scorecard, result.rule, result.result.value, None)
    yield Move(score.scorecard, None, score.level, None)


def compile_filter(query: Probes, present: Present) -> Callable[[Entity], bool]:
    """A query as a function that says whether it is true of an entity at the present instant."""
    program = generate([query])
    return lambda entity: program(entity, {}, None, present)[0] == Truth.TRUE


def _gone(probes: Probes) -> frozenset[str]:
    return frozenset(probe.condition.operator for probe in probes.leaves() if probe.gone)
