"""Rule results: read out of the entities that hold them, in one order, page by page."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

from msgspec import Struct

from levelmark.domain.entity import Entity
from levelmark.domain.score import Result, RuleResult, Score
from levelmark.domain.scorecard import Rule, Scorecard
from levelmark.services.catalogue import Catalogue
from levelmark.storage import Storage
from levelmark.storage.pages import Page, Selection


class Wanted(Struct, frozen=True):
    """Which rule results are wanted; what is None does not restrict. `level` is the level of the rule."""

    blueprint: str | None = None
    entity: str | None = None
    teams: tuple[str, ...] | None = None
    scorecard: str | None = None
    rule: str | None = None
    level: str | None = None
    result: Result | None = None

    def fits(self, rule: Rule, result: RuleResult) -> bool:
        """Whether the result of that rule is wanted."""
        return (
            self.rule in (None, rule.identifier)
            and self.level in (None, rule.level)
            and self.result in (None, result.result)
        )


class FoundResult(Struct, frozen=True):
    """A rule result with everything that it belongs to."""

    entity: Entity
    scorecard: Scorecard
    rule: Rule
    score: Score
    result: RuleResult

    @property
    def place(self) -> tuple[str, str, str, str]:
        """Where it stands: its blueprint, entity, scorecard and rule name it, and order it."""
        entity = self.entity
        return entity.blueprint, entity.identifier, self.scorecard.identifier, self.rule.identifier


class ResultService:
    """Finds rule results."""

    def __init__(self, storage: Storage, catalogue: Catalogue) -> None:
        self._storage = storage
        self._catalogue = catalogue

    async def page(
        self, wanted: Wanted, after: tuple[str, str, str, str] | None, limit: int
    ) -> list[FoundResult]:
        """The wanted results behind `after`, by blueprint, entity, scorecard, and the rules' own order."""
        scorecards = await self._scorecards(wanted)
        found: list[FoundResult] = []
        for blueprint in sorted({one.blueprint for one in scorecards}):
            if after is not None and blueprint < after[0]:
                continue
            own = {one.identifier: one for one in scorecards if one.blueprint == blueprint}
            async for result in self._of_blueprint(wanted, blueprint, own, after, limit):
                found.append(result)
                if len(found) == limit:
                    return found
        return found

    async def _scorecards(self, wanted: Wanted) -> list[Scorecard]:
        if wanted.scorecard is None:
            stored = await self._storage.definitions.scorecards(wanted.blueprint)
            return [one.value for one in stored]
        one = await self._storage.definitions.scorecard.get(wanted.scorecard)
        return [one.value] if one and wanted.blueprint in (None, one.value.blueprint) else []

    async def _of_blueprint(
        self,
        wanted: Wanted,
        blueprint: str,
        scorecards: dict[str, Scorecard],
        after: tuple[str, str, str, str] | None,
        limit: int,
    ) -> AsyncIterator[FoundResult]:
        behind = after if after is not None and after[0] == blueprint else None
        selection = Selection(blueprint, wanted.teams, results=_conditions(wanted, scorecards, behind))
        # Every entity selected has a wanted result, so no more than the limit are needed.
        async for held in self._storage.entities.scan(selection, Page(limit=limit + 1, batch=limit + 1)):
            for found in _results(held.entity, scorecards, wanted):
                if behind is None or _is_behind(found, behind):
                    yield found


def _conditions(
    wanted: Wanted, scorecards: dict[str, Scorecard], behind: tuple[str, str, str, str] | None
) -> dict[str, Any]:
    result: dict[str, Any] = {}
    if wanted.result is not None:
        result["result"] = wanted.result.value
    rules = {rule.identifier for one in scorecards.values() for rule in one.rules
             if wanted.level in (None, rule.level) and wanted.rule in (None, rule.identifier)}  # fmt: skip
    result["rule"] = {"$in": sorted(rules)}
    score = {"scorecard": {"$in": sorted(scorecards)}, "results": {"$elemMatch": result}}
    conditions: dict[str, Any] = {"scores": {"$elemMatch": score}}
    if wanted.entity is not None:
        conditions["identifier"] = wanted.entity
    elif behind is not None:
        conditions["identifier"] = {"$gte": behind[1]}
    return conditions


def _results(entity: Entity, scorecards: dict[str, Scorecard], wanted: Wanted) -> Iterator[FoundResult]:
    for score in sorted(entity.scores, key=lambda score: score.scorecard):
        scorecard = scorecards.get(score.scorecard)
        for result in score.results if scorecard else ():
            rule = scorecard.rule(result.rule) if scorecard else None
            if scorecard and rule and wanted.fits(rule, result):
                yield FoundResult(entity, scorecard, rule, score, result)


def _is_behind(found: FoundResult, after: tuple[str, str, str, str]) -> bool:
    if found.entity.identifier != after[1] or found.scorecard.identifier != after[2]:
        return found.place[1:3] > after[1:3]
    order = [rule.identifier for rule in found.scorecard.rules]
    return after[3] not in order or order.index(found.rule.identifier) > order.index(after[3])
