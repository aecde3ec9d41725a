"""Reading scorecards, rules and rule results as entities: one by one, in lists, by words and relations.

Nothing of them is stored as an entity but what others have added: they are composed from the definitions and
from the scores of the entities whenever they are asked for.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from msgspec.structs import replace

from levelmark.domain.entity import Entity
from levelmark.domain.json import Json
from levelmark.domain.parts import parted
from levelmark.domain.system import CORE, RULE, RULE_RESULT, SCORECARD
from levelmark.services.calculating import Calculator
from levelmark.services.catalogue import Catalogue
from levelmark.services.clock import Clock
from levelmark.services.listing import Ask, Listed, Listing
from levelmark.services.lookup import Lookup
from levelmark.services.naming import NamingSource
from levelmark.services.rollups.rollups import Rollups
from levelmark.services.system.deriving import OwnDeriving
from levelmark.services.system.facts import Facts, FactSource
from levelmark.services.system.few import Few
from levelmark.services.system.results import Asked, Results
from levelmark.storage import Storage
from levelmark.storage.documents import document_source
from levelmark.storage.pages import ByProperty, Selection
from levelmark.storage.relations import Pointing
from levelmark.storage.rows import unlinked
from levelmark.storage.sources import Source

Key = tuple[str, str]


class SystemReading:
    """Reads the entities of the system blueprints."""

    def __init__(
        self,
        storage: Storage,
        catalogue: Catalogue,
        listing: Listing,
        *,
        naming: NamingSource,
        rollups: Rollups,
        calculator: Calculator,
        clock: Clock,
    ) -> None:
        self._listing = listing
        self._lookup = Lookup(storage, catalogue)
        self._facts = FactSource(storage, catalogue, naming, rollups)
        self._deriving = OwnDeriving(storage, catalogue, calculator, clock, self.get)
        self._few = Few(self._facts, self._deriving)
        self._results = Results(storage, catalogue, listing, self._facts, clock=clock)

    async def get(self, keys: Iterable[Key], at: datetime | None = None) -> dict[Key, Entity]:
        """The entities of these (blueprint, identifier) pairs, those that exist."""
        wanted = list(keys)
        if not wanted:
            return {}
        facts = await self._facts.of(at)
        found: list[Entity] = []
        for blueprint in (SCORECARD, RULE):
            names = {name for key, name in wanted if key == blueprint}
            if names:
                some = [one for one in await self._few.bare(blueprint, facts) if one.identifier in names]
                found += await self._few.whole(some, facts)
        names = {name for key, name in wanted if key == RULE_RESULT}
        if names:
            found += await self._deriving.derived(await self._results.get(names, facts))
        return {(one.blueprint, one.identifier): one for one in found}

    async def existing(self, keys: Iterable[Key]) -> set[Key]:
        """Those of the keys that there is an entity of; nothing is derived for it."""
        wanted = set(keys)
        if not wanted:
            return set()
        facts = await self._facts.of()
        found = [one for kind in (SCORECARD, RULE) for one in await self._few.bare(kind, facts)]
        found += await self._results.get([name for key, name in wanted if key == RULE_RESULT], facts)
        return wanted & {(one.blueprint, one.identifier) for one in found}

    async def listed(self, selection: Selection, query: Json, ask: Ask) -> list[Listed]:
        """A page of the selected entities that the query, if there is one, is true of, with their places."""
        facts = await self._facts.of(selection.source.at)
        definitions = await self._lookup.blueprint(selection.blueprint, facts.naming)
        if selection.blueprint == RULE_RESULT:
            found = await self._results.listed(Asked(selection, query, definitions, facts), ask)
            derived = await self._deriving.derived([one.entity for one in found])
        else:
            source = await self._source(selection.blueprint, query, ask, facts)
            found = await self._listing.listed(replace(selection, source=source), query, ask, facts.naming)
            derived = await self._few.whole([one.entity for one in found], facts)
        return [replace(one, entity=entity) for one, entity in zip(found, derived, strict=True)]

    async def selected(self, selection: Selection, query: Json) -> Selection:
        """The selection with the rows that it is about as its source, for whoever counts them."""
        facts = await self._facts.of(selection.source.at)
        definitions = await self._lookup.blueprint(selection.blueprint, facts.naming)
        if selection.blueprint == RULE_RESULT:
            return await self._results.selected(Asked(selection, query, definitions, facts))
        return replace(selection, source=await self._few.source(selection.blueprint, facts, derived=True))

    async def pointing(self, ask: Pointing) -> list[str]:
        """The identifiers of those that have one of the links."""
        after = None if ask.after is None else (ask.after, ask.after)
        how = Ask(after=after, limit=ask.limit)
        if ask.blueprint != RULE_RESULT:
            pointing = {"links": {"$in": list(ask.links)}}
            found = await self.listed(Selection(ask.blueprint, prefilter=pointing), None, how)
            return [one.entity.identifier for one in found]
        # By one relation at a time: results are then looked for in the entity, or of the rule, that it names.
        names = (await self._facts.of()).naming.properties_of(RULE_RESULT)
        found = [
            one
            for relation, target in map(unlinked, ask.links)
            for one in await self.listed(Selection(RULE_RESULT), _equal(names.name(relation), target), how)
        ]
        identifiers = {one.entity.identifier for one in found}
        return sorted(identifiers, key=parted)[: ask.limit]

    async def searched(self) -> Source:
        """The rows of scorecards and rules, for whoever searches them by words."""
        facts = await self._facts.of()
        cards, rules = await self._few.bare(SCORECARD, facts), await self._few.bare(RULE, facts)
        return document_source([*cards, *rules])

    async def _source(self, blueprint: str, query: Json, ask: Ask, facts: Facts) -> Source:
        derived = {facts.naming.properties_of(blueprint).name(one) for one in await self._derived(blueprint)}
        named = _names_in(query) | ({ask.by.name} if isinstance(ask.by, ByProperty) else set())
        return await self._few.source(blueprint, facts, derived=not derived.isdisjoint(named))

    async def _derived(self, blueprint: str) -> frozenset[str]:
        definitions = await self._lookup.blueprint(blueprint)
        return definitions.blueprint.derived | CORE[blueprint].derived


def _equal(relation: str, target: str) -> Json:
    """The query that the relation of that name leads to the target."""
    return {"combinator": "and", "conditions": [{"relation": relation, "operator": "=", "value": target}]}


def _names_in(query: Json) -> set[str]:
    """All texts of a query's document: the names of properties are among them."""
    if isinstance(query, str):
        return {query}
    if isinstance(query, Mapping):
        return {name for one in query.values() for name in _names_in(one)}
    if isinstance(query, list):
        return {name for one in query for name in _names_in(one)}
    return set()
