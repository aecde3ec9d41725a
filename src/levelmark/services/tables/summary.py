"""Summaries: what the groups of a table come to, column by column."""

from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import Struct

from levelmark.domain.errors import InvalidInputError
from levelmark.domain.json import Json
from levelmark.domain.score import Result
from levelmark.domain.scorecard import Rule, Scorecard
from levelmark.domain.tally import Tally
from levelmark.services.readers import ranked
from levelmark.services.tables.question import Figure, GroupOrder
from levelmark.storage.table import Counted

_OF_TALLY = {
    Figure.PASSED: "passed",
    Figure.NOT_PASSED: "not_passed",
    Figure.NO_DATA: "no_data",
    Figure.ERRORS: "errors",
    Figure.TESTED: "tested",
    Figure.PERCENTAGE: "percentage",
}


class Column(Struct, frozen=True):
    """A column: of the levels of a scorecard, or of the results of one of its rules."""

    scorecard: Scorecard
    rule: Rule | None = None


class Summary(Struct):
    """How many entities there are, and how many of them are on which level and have which result."""

    entities: int = 0
    levels: dict[str, dict[str, int]] = {}
    results: dict[tuple[str, str], dict[Result, int]] = {}

    def tally(self, scorecard: str, rule: str) -> Tally:
        """The results of a rule."""
        counts = self.results.get((scorecard, rule), {})
        return Tally(*(counts.get(kind, 0) for kind in Result))

    def on_levels(self, scorecard: Scorecard) -> dict[str, int]:
        """The entities by level, all levels in their order."""
        found = self.levels.get(scorecard.identifier, {})
        # Behind them, those of entities that are yet to be evaluated anew.
        return {level.title: 0 for level in scorecard.levels} | dict(sorted(found.items()))

    def scored(self, scorecard: str) -> int:
        """The entities that have a score."""
        return sum(self.levels.get(scorecard, {}).values())

    def figure(self, order: GroupOrder) -> float | None:
        """The figure that groups are ordered by; None where there is none."""
        match order.figure:
            case Figure.ENTITIES:
                return self.entities
            case Figure.SCORED:
                return self.scored(order.scorecard or "")
            case Figure.UNSCORED:
                return self.entities - self.scored(order.scorecard or "")
            case Figure.LEVEL:
                return self.levels.get(order.scorecard or "", {}).get(order.level or "", 0)
            case None:
                return None
        tally = self.tally(order.scorecard or "", order.rule or "")
        found: float | None = getattr(tally, _OF_TALLY[order.figure])
        return found


def summaries(counted: Counted) -> tuple[Summary, dict[Any, tuple[Json, Summary]]]:
    """The summary of the whole, and, by what can be compared, the key and the summary of each group."""
    whole = Summary()
    groups: dict[Any, tuple[Json, Summary]] = {}
    for count in counted.entities:
        groups[ranked(count.group)] = count.group, Summary(count.number)
        whole.entities += count.whole
    for level in counted.levels:
        for summary, number in ((groups[ranked(level.group)][1], level.number), (whole, level.whole)):
            levels = summary.levels.setdefault(level.scorecard, {})
            levels[level.level] = levels.get(level.level, 0) + number
    for one in counted.results:
        for summary, number in ((groups[ranked(one.group)][1], one.number), (whole, one.whole)):
            results = summary.results.setdefault((one.scorecard, one.rule), {})
            results[one.result] = results.get(one.result, 0) + number
    return whole, groups


def in_order(
    groups: Iterable[tuple[Json, Summary]], order: GroupOrder, levels: Sequence[str]
) -> list[tuple[Json, Summary]]:
    """The groups in that order, ties by key; those without a figure, or without a key, stand last.

    Keys that are levels stand in the order of these.
    """

    def by_key(pair: tuple[Json, Summary]) -> tuple[Any, ...]:
        key = pair[0]
        return levels.index(key) if isinstance(key, str) and key in levels else len(levels), ranked(key)

    placed = sorted(groups, key=by_key)
    if order.figure is None:
        known = [one for one in placed if one[0] is not None]
        return [*(known[::-1] if order.descending else known), *(one for one in placed if one[0] is None)]
    turned = -1 if order.descending else 1
    figures = [(one[1].figure(order), one) for one in placed]
    known_figures = [(turned * figure, one) for figure, one in figures if figure is not None]
    known_figures.sort(key=lambda pair: pair[0])
    return [*(one for _, one in known_figures), *(one for figure, one in figures if figure is None)]


def check_order(order: GroupOrder, columns: Sequence[Column]) -> None:
    """Raises InvalidInputError where groups cannot be ordered so."""
    if order.figure in {None, Figure.ENTITIES}:
        return
    own = [one for one in columns if one.scorecard.identifier == order.scorecard]
    if not own:
        raise InvalidInputError("`groupOrder` by this figure needs the `scorecard` of a column")
    if order.figure in _OF_TALLY and not any(one.rule and one.rule.identifier == order.rule for one in own):
        raise InvalidInputError("`groupOrder` by this figure needs the `rule` of a column")
