"""Evaluation: a compiled scorecard turns an entity into its score, and tells what moved."""

from collections.abc import Iterator, Mapping

from msgspec import Struct

from levelmark.domain.blueprint import Blueprint
from levelmark.domain.change import Move
from levelmark.domain.entity import Entity
from levelmark.domain.operator import Operator
from levelmark.domain.score import Result, RuleResult, Score
from levelmark.domain.scorecard import Rule, Scorecard
from levelmark.engine.explain import ExplainedQuery, Probes
from levelmark.engine.generate import Errors, Program, generate
from levelmark.engine.levels import level_reached, rules_by_level
from levelmark.engine.truth import CODES, RESULTS, Truth


class Evaluation(Struct, frozen=True):
    """The score that an entity now has in a scorecard (None: the filter leaves it out), and what moved."""

    score: Score | None
    moves: tuple[Move, ...] = ()


class CompiledScorecard:
    """A scorecard ready to evaluate entities of its blueprint; build it once and use it for all of them.

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
        self._program = generate(list(self._probes.values()))
        self._applies: Program | None = generate([self._filter]) if self._filter else None
        self._ladder = _ladder(scorecard)
        self.gone = {identifier: names for identifier, probes in self._probes.items()
                     if (names := _gone(probes))}  # fmt: skip
        self.filter_gone = _gone(self._filter) if self._filter else frozenset()

    @property
    def missing_operators(self) -> frozenset[str]:
        """Operators that the scorecard uses and no installed plugin provides."""
        return self.filter_gone.union(*self.gone.values())

    def truths(self, entity: Entity, errors: Errors) -> tuple[int, ...]:
        """The truth of every rule for the entity, as numbers of `Truth`, by the generated function."""
        return self._program(entity, errors)

    def level(self, truths: tuple[int, ...]) -> str:
        """The level that these truths, in the order of the rules, reach."""
        reached = self.scorecard.levels[0].title
        for title, places in self._ladder:
            for place in places:
                if truths[place]:
                    return reached
            reached = title
        return reached

    def applies(self, entity: Entity, previous: Score | None, errors: list[str]) -> bool:
        """Whether the filter selects the entity.

        A filter whose operator failed selects it, with the reason in `errors`: its rules become errors, since
        a fault of a plugin must not erase results. One whose operator is gone leaves things as they are.
        """
        if self._applies is None:
            return True
        if self.filter_gone:
            return previous is not None
        failures: Errors = {}
        truth = self._applies(entity, failures)[0]
        if truth == Truth.ERROR:
            errors.extend(f"filter: {reason}" for reason in failures[0])
        return truth in (Truth.TRUE, Truth.ERROR)

    def explain(self, rule: str, entity: Entity) -> ExplainedQuery:
        """What each condition of the rule says of the entity; KeyError where there is no such rule."""
        return self._probes[rule].explain(entity)

    def explain_filter(self, entity: Entity) -> ExplainedQuery | None:
        """What each condition of the filter says of the entity; None without a filter."""
        return self._filter.explain(entity) if self._filter else None

    def evaluate(self, entity: Entity, previous: Score | None, now: str) -> Evaluation:
        """The entity's score in this scorecard and what moved since `previous`; `now` is ISO 8601 in UTC.

        Where nothing moved, the score is `previous` itself.
        """
        failures: list[str] = []
        if not self.applies(entity, previous, failures):
            return Evaluation(None, tuple(erase(previous)) if previous else ())
        errors: Errors = {}
        truths = self._program(entity, errors)
        if failures:
            truths = (int(Truth.ERROR),) * len(self.rules)
            errors = dict.fromkeys(range(len(self.rules)), failures)
        if previous is not None and not self.gone and self._unmoved(truths, errors, previous):
            return Evaluation(previous)
        return self._moved(entity, truths, errors, previous, now)

    def _unmoved(self, truths: tuple[int, ...], errors: Errors, previous: Score) -> bool:
        before = previous.results
        return (
            len(before) == len(truths)
            and not any(errors.values())
            and all(
                result.rule == rule.identifier and result.kept is None and CODES[result.result] == truth
                for result, rule, truth in zip(before, self.rules, truths, strict=True)
            )
            and previous.level == self.level(truths)
        )

    def _moved(
        self, entity: Entity, truths: tuple[int, ...], errors: Errors, previous: Score | None, now: str
    ) -> Evaluation:
        before = {result.rule: result for result in previous.results} if previous else {}
        results = tuple(
            self._result(rule, RESULTS[truth], errors.get(place), before.get(rule.identifier), now)
            for place, (rule, truth) in enumerate(zip(self.rules, truths, strict=True))
        )
        level = self._level_of(results) if self.gone else self.level(truths)
        since = previous.since if previous and previous.level == level else now
        score = Score(self.scorecard.identifier, level, since, results)
        if score == previous:
            return Evaluation(previous)
        return Evaluation(score, tuple(self._moves(entity, before, score, previous)))

    def _result(
        self, rule: Rule, result: Result, errors: list[str] | None, before: RuleResult | None, now: str
    ) -> RuleResult:
        since = before.since if before and before.result is result else now
        if result is not Result.ERROR:
            return RuleResult(rule.identifier, result, since)
        reason = "; ".join(dict.fromkeys(errors or ()))[:500]
        kept = (before.kept or before.result) if before and rule.identifier in self.gone else None
        return RuleResult(rule.identifier, result, since, reason, None if kept is Result.ERROR else kept)

    def _level_of(self, results: tuple[RuleResult, ...]) -> str:
        passed = {result.rule for result in results if result.counts_as_passed}
        return level_reached(self.scorecard, lambda rule: rule.identifier in passed)

    def _moves(
        self, entity: Entity, before: Mapping[str, RuleResult], score: Score, previous: Score | None
    ) -> Iterator[Move]:
        for result in score.results:
            old = before.get(result.rule)
            if old is None or old.result is not result.result:
                was = old.result.value if old else None
                reason = self._reason(entity, result)
                yield Move(score.scorecard, result.rule, was, result.result.value, reason)
        present = {result.rule for result in score.results}
        for rule, old in before.items():
            if rule not in present:
                yield Move(score.scorecard, rule, old.result.value, None)
        if previous is None or previous.level != score.level:
            yield Move(score.scorecard, None, previous.level if previous else None, score.level)

    def _reason(self, entity: Entity, result: RuleResult) -> str | None:
        if result.result is Result.PASSED:
            return None
        return result.reason or self.explain(result.rule, entity).reason()


def erase(score: Score) -> Iterator[Move]:
    """The moves by which a score goes: its results, then its level, each to nothing."""
    for result in score.results:
        yield Move(score.scorecard, result.rule, result.result.value, None)
    yield Move(score.scorecard, None, score.level, None)


def compile_filter(query: Probes) -> Program:
    """A query as a function whose only answer is 0 where the query is true of the entity."""
    return generate([query])


def _gone(probes: Probes) -> frozenset[str]:
    return frozenset(probe.condition.operator for probe in probes.leaves() if probe.gone)


def _ladder(scorecard: Scorecard) -> tuple[tuple[str, tuple[int, ...]], ...]:
    places = {rule.identifier: place for place, rule in enumerate(scorecard.rules)}
    return tuple((title, tuple(places[rule.identifier] for rule in rules))
                 for title, rules in rules_by_level(scorecard))  # fmt: skip
