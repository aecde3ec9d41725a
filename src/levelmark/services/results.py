"""Rule results: read out of the entities that hold them, in one order, page by page."""

from collections.abc import AsyncGenerator, Iterator
from typing import Any, Final

from msgspec import Struct

from levelmark.domain.entity import Entity
from levelmark.domain.instant import instant_text
from levelmark.domain.naming import KeyOf
from levelmark.domain.score import Result, RuleResult
from levelmark.domain.scorecard import Rule, Scorecard
from levelmark.services.catalogue import Catalogue
from levelmark.storage import Storage
from levelmark.storage.pages import Page, Selection
from levelmark.storage.sources import ENTITIES, Source

_BATCH: Final = 100  # few enough that nobody waits long while their results are told


class Wanted(Struct, frozen=True):
    """Which rule results are wanted; what is None does not restrict. `level` is the level of the rule."""

    blueprint: str | None = None
    entity: str | None = None
    teams: tuple[str, ...] | None = None
    scorecard: str | None = None
    rule: KeyOf | None = None
    level: KeyOf | None = None
    result: Result | None = None
    source: Source = ENTITIES

    def concerns(self, rule: Rule, scorecard: str) -> bool:
        """Whether results of that rule of the scorecard are wanted."""
        return (self.rule is None or self.rule.within(scorecard) == rule.identifier) and (
            self.level is None or self.level.within(scorecard) == rule.level
        )


class ResultPlace(Struct, frozen=True):
    """Where a rule result stands among all; `position` is that of the rule in its scorecard."""

    blueprint: str
    entity: str
    scorecard: str
    rule: str
    position: int


class FoundResult(Struct, frozen=True):
    """A rule result with everything that it belongs to."""

    entity: Entity
    scorecard: Scorecard
    position: int
    result: RuleResult

    @property
    def rule(self) -> Rule:
        """The rule that was evaluated."""
        return self.scorecard.rules[self.position]

    @property
    def place(self) -> ResultPlace:
        """Where it stands."""
        entity, scorecard = self.entity, self.scorecard.identifier
        return ResultPlace(
            entity.blueprint, entity.identifier, scorecard, self.rule.identifier, self.position
        )

    def is_behind(self, place: ResultPlace) -> bool:
        """Whether it comes after that place; a rule that has gone since has left its position to the next."""
        own, other = (self.entity.identifier, self.scorecard.identifier), (place.entity, place.scorecard)
        if own != other:
            return own > other
        names = [rule.identifier for rule in self.scorecard.rules]
        return self.position > (names.index(place.rule) if place.rule in names else place.position - 1)


class ResultService:
    """Finds rule results."""

    def __init__(self, storage: Storage, catalogue: Catalogue) -> None:
        self._storage = storage
        self._catalogue = catalogue

    async def page(self, wanted: Wanted, after: ResultPlace | None, limit: int) -> list[FoundResult]:
        """The wanted results behind `after`, by blueprint, entity, scorecard, and the rules' own order."""
        scorecards = await self._scorecards(wanted)
        found: list[FoundResult] = []
        for blueprint in sorted({one.blueprint for one in scorecards}):
            if after is not None and blueprint < after.blueprint:
                continue
            own = {one.identifier: one for one in scorecards if one.blueprint == blueprint}
            found += await self._of_blueprint(wanted, blueprint, own, after, limit - len(found))
            if len(found) == limit:
                break
        return found

    async def every(self, wanted: Wanted) -> AsyncGenerator[FoundResult, None]:
        """All wanted results in the same order, read as they are asked for; closing it ends the reading."""
        scorecards = await self._scorecards(wanted)
        for blueprint in sorted({one.blueprint for one in scorecards}):
            own = {one.identifier: one for one in scorecards if one.blueprint == blueprint}
            conditions = _conditions(wanted, own, None)
            if conditions is None:
                continue
            selection = Selection(blueprint, wanted.teams, results=conditions, source=wanted.source)
            async with self._storage.entities.scan(selection, Page(batch=_BATCH)) as entities:
                async for held in entities:
                    for one in _results(held.entity, own, wanted):
                        yield one

    async def _scorecards(self, wanted: Wanted) -> list[Scorecard]:
        definitions, at = self._storage.definitions, wanted.source.at
        if at is not None:
            await self._storage.history.flush()
            then = await definitions.scorecards_at(wanted.blueprint, instant_text(at))
            return [one.value for one in then if wanted.scorecard in (None, one.value.identifier)]
        if wanted.scorecard is None:
            stored = await definitions.scorecards(wanted.blueprint)
            return [one.value for one in stored]
        one = await definitions.scorecard.get(wanted.scorecard)
        return [one.value] if one and wanted.blueprint in (None, one.value.blueprint) else []

    async def _of_blueprint(
        self,
        wanted: Wanted,
        blueprint: str,
        scorecards: dict[str, Scorecard],
        after: ResultPlace | None,
        limit: int,
    ) -> list[FoundResult]:
        behind = after if after is not None and after.blueprint == blueprint else None
        conditions = _conditions(wanted, scorecards, behind)
        if conditions is None:
            return []
        selection = Selection(blueprint, wanted.teams, results=conditions, source=wanted.source)
        # Every entity selected has a wanted result, the one of `behind` maybe none behind it.
        page, found = Page(limit=limit + 1, batch=limit + 1), list[FoundResult]()
        async with self._storage.entities.scan(selection, page) as entities:
            async for held in entities:
                some = _results(held.entity, scorecards, wanted)
                found += [one for one in some if behind is None or one.is_behind(behind)]
                if len(found) >= limit:
                    break
        return found[:limit]


def _conditions(
    wanted: Wanted, scorecards: dict[str, Scorecard], behind: ResultPlace | None
) -> dict[str, Any] | None:
    """What entities with a wanted result have in common; None where there can be none."""
    scores = [score for one in scorecards.values() if (score := _score(wanted, one))]
    if not scores:
        return None
    conditions: dict[str, Any] = {"scores": {"$elemMatch": {"$or": scores}}}
    if wanted.entity is not None:
        conditions["identifier"] = wanted.entity
    elif behind is not None:
        conditions["identifier"] = {"$gte": behind.entity}
    return conditions


def _score(wanted: Wanted, scorecard: Scorecard) -> dict[str, Any] | None:
    rules = [rule.identifier for rule in scorecard.rules if wanted.concerns(rule, scorecard.identifier)]
    if not rules:
        return None
    result: dict[str, Any] = {"rule": {"$in": rules}}
    if wanted.result is not None:
        result["result"] = wanted.result.value
    return {"scorecard": scorecard.identifier, "results": {"$elemMatch": result}}


def _results(entity: Entity, scorecards: dict[str, Scorecard], wanted: Wanted) -> Iterator[FoundResult]:
    for score in sorted(entity.scores, key=lambda score: score.scorecard):
        scorecard = scorecards.get(score.scorecard)
        if scorecard is None:
            continue
        by_rule = {result.rule: result for result in score.results}
        for position, rule in enumerate(scorecard.rules):
            result = by_rule.get(rule.identifier)
            if (
                result
                and wanted.concerns(rule, scorecard.identifier)
                and wanted.result in (None, result.result)
            ):
                yield FoundResult(entity, scorecard, position, result)
