"""Reasons: why rules did not pass, as far as it is more than values that differ."""

from datetime import datetime

from levelmark.domain.instant import of_moment
from levelmark.domain.naming import Naming
from levelmark.domain.score import Result
from levelmark.engine.evaluate import CompiledScorecard
from levelmark.services.catalogue import Catalogue
from levelmark.services.clock import Clock
from levelmark.services.results import FoundResult


class Reasons:
    """Tells reasons of many results, as of one instant, with the names that things have now."""

    def __init__(self, catalogue: Catalogue, now: datetime, naming: Naming, *, past: bool) -> None:
        self._catalogue = catalogue
        self._now = of_moment(now)
        self._naming = naming
        self._past = past
        self._compiled: dict[str, CompiledScorecard | None] = {}

    async def of(self, found: FoundResult) -> str | None:
        """The kept reason of an error, else what follows from the entity and the rule as it was then."""
        result, card = found.result, found.scorecard.identifier
        if result.result is Result.PASSED or result.reason:
            return result.reason
        if card not in self._compiled:
            self._compiled[card] = await self._compile(found)
        compiled = self._compiled[card]
        if compiled is None or compiled.scorecard.rule(result.rule) is None:
            return None
        names = self._naming.properties_of(found.entity.blueprint)
        return compiled.explain(result.rule, found.entity, self._now).reason(names.name)

    async def _compile(self, found: FoundResult) -> CompiledScorecard | None:
        definitions = await self._catalogue.one(found.entity.blueprint)
        if definitions is None:
            return None
        if self._past:
            return CompiledScorecard(found.scorecard, definitions.blueprint, self._catalogue.operators)
        return definitions.compiled_scorecard(found.scorecard.identifier)


class ReasonService:
    """Gives out reasons for the present or a past instant."""

    def __init__(self, catalogue: Catalogue, clock: Clock) -> None:
        self._catalogue = catalogue
        self._clock = clock

    def at(self, instant: datetime | None, naming: Naming) -> Reasons:
        """The reasons as of that instant, now where it is none."""
        return Reasons(self._catalogue, instant or self._clock(), naming, past=instant is not None)
