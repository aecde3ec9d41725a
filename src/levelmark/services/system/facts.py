"""The facts: what is stored of scorecards, now or at an instant, and what others have added to them."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cached_property

from msgspec import Struct

from levelmark.domain.blueprint import Blueprint
from levelmark.domain.entity import Entity
from levelmark.domain.instant import instant_text
from levelmark.domain.naming import Naming
from levelmark.domain.parts import joined
from levelmark.domain.scorecard import Scorecard
from levelmark.domain.system import ADDED, CORE, RULE_RESULT
from levelmark.domain.tally import Tally
from levelmark.domain.versioned import Versioned
from levelmark.services.catalogue import Catalogue
from levelmark.services.naming import NamingSource
from levelmark.services.rollups.question import Dimension, Kind, Rollup
from levelmark.services.rollups.rollups import Rollups
from levelmark.services.system.composing import ResultKind, kinds_of
from levelmark.storage import Storage
from levelmark.storage.pages import Page, Selection
from levelmark.storage.ranking import Ranking
from levelmark.storage.sources import ENTITIES, as_of

_MANY = 100_000


class Facts(Struct, frozen=True, dict=True):
    """The scorecards in the order of their identifiers, with what everything is called."""

    scorecards: tuple[Versioned[Scorecard], ...]
    naming: Naming
    result: Blueprint
    at: datetime | None = None

    @property
    def extended(self) -> bool:
        """Whether rule results have properties or relations that others have added."""
        core = CORE[RULE_RESULT]
        own = {name for name, one in self.result.relations.items() if one.description != ADDED}
        return bool({*self.result.schema.properties, *own} - set(core.own_names))

    @property
    def added(self) -> dict[str, str]:
        """The relations that lead from results to entities, by blueprint."""
        relations = self.result.relations
        return {one.target: name for name, one in relations.items() if one.description == ADDED}

    @cached_property
    def kinds(self) -> dict[tuple[str, str], ResultKind]:
        """The kinds of rule results by the parts of their rules' identifiers, in the order of these."""
        found = [kind for one in self.scorecards for kind in kinds_of(one, self.added, self.naming)]
        found.sort(key=lambda kind: (kind.scorecard, kind.name))
        return {(kind.scorecard, kind.name): kind for kind in found}


class FactSource:
    """Reads the facts."""

    def __init__(
        self, storage: Storage, catalogue: Catalogue, naming: NamingSource, rollups: Rollups
    ) -> None:
        self._definitions = storage.definitions
        self._entities = storage.entities
        self._catalogue = catalogue
        self._naming = naming
        self._rollups = rollups

    async def of(self, at: datetime | None = None) -> Facts:
        """The facts in force, or those of an instant."""
        naming, model = await self._naming.current(), await self._catalogue.model()
        if at is None:
            cards = await self._definitions.scorecards()
        else:
            cards = await self._definitions.scorecards_at(None, instant_text(at))
        result = model.blueprints.get(RULE_RESULT, CORE[RULE_RESULT])
        return Facts(tuple(cards), naming, result, at)

    async def own(self, blueprint: str, identifiers: Iterable[str] | None = None) -> dict[str, Entity]:
        """What others have added, by identifier in keys; of all, or of those of these identifiers."""
        if identifiers is not None:
            found = await self._entities.get([(blueprint, one) for one in identifiers])
            return {name: one.entity for (_, name), one in found.items()}
        async with self._entities.scan(Selection(blueprint), Page(order=None)) as rows:
            return {one.entity.identifier: one.entity async for one in rows}

    async def tallies(self, scorecards: Iterable[str], facts: Facts) -> Mapping[tuple[str, str], Tally]:
        """The results of each rule of these scorecards."""
        wanted = {one.value.identifier: one.value.blueprint for one in facts.scorecards}
        names = [one for one in dict.fromkeys(scorecards) if one in wanted]
        known = await self._catalogue.current({wanted[one] for one in names})
        names = [one for one in names if wanted[one] in known]
        if not names:
            return {}
        source = ENTITIES if facts.at is None else as_of(facts.at)
        rollup = Rollup(
            (Dimension(Kind.RULE),),
            tuple(dict.fromkeys(wanted[one] for one in names)),
            tuple(names),
            selection=Selection("", source=source),
        )
        rows = await self._rollups.rows(rollup, Ranking(limit=_MANY))
        return {(str(row.key[0]), str(row.key[1])): row.tally for row in rows}


def own_identifier(kind: ResultKind, entity: str) -> str:
    """Under which identifier it is stored what others have added to a result: it has no name that changes."""
    return joined(kind.scorecard, kind.rule, entity)
