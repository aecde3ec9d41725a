"""A counter: what the database counts by a plan, counted over entities that the engine has decided on."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

from msgspec import Struct, field

from levelmark.domain.entity import Entity
from levelmark.domain.errors import LimitExceededError
from levelmark.domain.json import Json
from levelmark.domain.score import Result, Score
from levelmark.domain.tally import Tally
from levelmark.services.readers import ranked
from levelmark.services.rollups.plan import Plan
from levelmark.storage.tallies import Grain, ScorePart, Tallied


class _Group(Struct):
    """One group as far as it is counted."""

    key: tuple[Json, ...]
    entities: int = 0
    results: Counter[Result] = field(default_factory=Counter)
    levels: Counter[str] = field(default_factory=Counter)


class _Counted(Struct, frozen=True):
    """What of an entity is counted apart: results, the level, and what they are of."""

    results: list[Result]
    level: str
    parts: dict[ScorePart, str]

    def told(self, values: Sequence[Json | ScorePart]) -> list[Json]:
        """The values, with what the score tells in its place."""
        return [self.parts[one] if isinstance(one, ScorePart) else one for one in values]


class EntityCounter:
    """Counts entities one by one; raises LimitExceededError where there are more than `most` groups."""

    def __init__(self, plan: Plan, most: int) -> None:
        self._plan = plan
        self._most = most
        self._rules = plan.tallying.rules
        self._groups: dict[Any, _Group] = {}

    def add(self, entity: Entity) -> None:
        """Counts the entity in all groups that it belongs to, in each once."""
        own = [[one] if isinstance(one, ScorePart) else one.values(entity) for one in self._plan.parts]
        seen = set()
        for counted in self._counted(entity):
            for key in product(*(counted.told(some) for some in own)):
                group, known = self._group(key), tuple(map(ranked, key))
                group.results.update(counted.results)
                group.entities += known not in seen
                group.levels[counted.level] += known not in seen
                seen.add(known)

    def _group(self, key: tuple[Json, ...]) -> _Group:
        group = self._groups.setdefault(tuple(map(ranked, key)), _Group(key))
        check(len(self._groups), self._most)
        return group

    def _counted(self, entity: Entity) -> Iterator[_Counted]:
        scores = [one for one in entity.scores if one.scorecard in self._rules]
        match self._plan.tallying.grain:
            case Grain.ENTITY if scores:
                results = [result for one in scores for _, result in self._results(one)]
                yield _Counted(results, scores[0].level, {})
            case Grain.SCORE:
                for one in scores:
                    parts = {ScorePart.SCORECARD: one.scorecard, ScorePart.LEVEL: one.level}
                    yield _Counted([result for _, result in self._results(one)], one.level, parts)
            case Grain.RULE:
                for one in scores:
                    for rule, result in self._results(one):
                        yield _Counted([result], one.level, self._parts(one, rule))

    def _parts(self, score: Score, rule: str) -> dict[ScorePart, str]:
        level = self._rules[score.scorecard][rule]
        return {
            ScorePart.SCORECARD: score.scorecard,
            ScorePart.LEVEL: score.level,
            ScorePart.RULE: rule,
            ScorePart.RULE_LEVEL: level,
        }

    def _results(self, score: Score) -> Iterator[tuple[str, Result]]:
        rules = self._rules[score.scorecard]
        return ((one.rule, one.result) for one in score.results if one.rule in rules)

    @property
    def groups(self) -> list[Tallied]:
        """All groups, in no order."""
        levels = self._plan.tallying.levels
        return [
            Tallied(
                one.key, Tally(*(one.results[kind] for kind in Result)), one.entities,
                one.levels if levels else {},
            )
            for one in self._groups.values()
        ]  # fmt: skip


def check(groups: int, most: int) -> None:
    """Raises LimitExceededError where there are more groups than may be told apart."""
    if groups > most:
        raise LimitExceededError(f"there are more than {most:,} groups; narrow them by a filter")
