"""Facets: how many of the entities that a filter selects have which value.

MongoDB counts where it can decide the filter as the engine does; else the entities that may pass it come by,
and the engine counts. The values that are told apart are bounded either way.
"""

from collections import Counter
from typing import Any, Final

from msgspec import Struct

from levelmark.domain.blueprint import RESERVED
from levelmark.domain.errors import InvalidInputError, LimitExceededError
from levelmark.domain.json import Json
from levelmark.domain.naming import UNNAMED, Naming
from levelmark.services.catalogue import Catalogue, Definitions
from levelmark.services.clock import Clock
from levelmark.services.lookup import Lookup, known_property, known_relation, known_scorecard
from levelmark.services.readers import Reader, level_reader, property_reader, ranked, relation_reader
from levelmark.services.sieve import Sieve, Sieves
from levelmark.services.system.reading import SystemReading
from levelmark.storage import Storage
from levelmark.storage.facets import Counts
from levelmark.storage.pages import Page, Selection

MAX_DISTINCT: Final = 10_000
"""Values that are told apart, at most."""

_UNORDERED: Final = Page(order=None)


class Subject(Struct, frozen=True):
    """What is counted: the values of a property, the targets of a relation, or the levels of a scorecard."""

    property: str | None = None
    relation: str | None = None
    scorecard: str | None = None


class FacetService:
    """Counts values over the entities of a blueprint."""

    def __init__(self, storage: Storage, catalogue: Catalogue, system: SystemReading, clock: Clock) -> None:
        self._system = system
        self._sieves = Sieves(storage, catalogue, clock)
        self._facets = storage.facets
        self._entities = storage.entities
        self._lookup = Lookup(storage, catalogue)

    async def counts(
        self,
        selection: Selection,
        query: Json,
        subject: Subject,
        first: int,
        naming: Naming = UNNAMED,
    ) -> Counts:
        """The `first` most frequent values, then by value; of a scorecard, None counts those without a score.

        Raises NotFoundError where there is no such blueprint or scorecard, InvalidInputError where the query
        is not sound or the values cannot be counted, LimitExceededError where there are too many of them.
        """
        definitions = await self._lookup.blueprint(selection.blueprint, naming)
        reader = _reader(subject, definitions, naming)
        if selection.blueprint in RESERVED:
            selection = await self._system.selected(selection, query)
        sieved = await self._sieves.of(definitions.blueprint, selection, query, naming)
        if sieved.test is None:
            found = await self._facets.counts(sieved.selection, reader.members, first + 1)
        else:
            found = await self._streamed(sieved, reader, first + 1)
        _check(found.distinct)
        return _shown(found, first, unscored=subject.scorecard is not None)

    async def _streamed(self, sieved: Sieve, reader: Reader, first: int) -> Counts:
        counted: Counter[tuple[int, Any]] = Counter()
        total = missing = 0
        async with self._entities.scan(sieved.selection, _UNORDERED) as candidates:
            async for held in candidates:
                if not sieved.passes(held.entity):
                    continue
                values = {ranked(one) for one in reader.values(held.entity) if one is not None}
                counted.update(values)
                total += 1
                missing += not values
                _check(len(counted))
        ordered = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))
        shown = tuple((value, number) for (_, value), number in ordered[:first])
        return Counts(shown, len(counted), missing, total)


def _check(distinct: int) -> None:
    if distinct > MAX_DISTINCT:
        raise LimitExceededError(
            f"there are more than {MAX_DISTINCT:,} values to count; narrow the entities by a filter"
        )


def _shown(found: Counts, first: int, *, unscored: bool) -> Counts:
    if not unscored or not found.missing:
        return Counts(found.values[:first], found.distinct, found.missing, found.total)
    values = sorted([(None, found.missing), *found.values], key=lambda pair: -pair[1])
    return Counts(tuple(values[:first]), found.distinct + 1, found.missing, found.total)


def _reader(subject: Subject, definitions: Definitions, naming: Naming) -> Reader:
    named = (subject.property, subject.relation, subject.scorecard)
    if sum(one is not None for one in named) != 1:
        raise InvalidInputError("name exactly one of `property`, `relation` and `scorecard` to count")
    if subject.relation is not None:
        return relation_reader(known_relation(definitions, subject.relation, naming))
    if subject.scorecard is not None:
        return level_reader(known_scorecard(definitions, subject.scorecard, naming).identifier)
    name = known_property(definitions, subject.property or "", naming)
    return property_reader(name, definitions.blueprint, naming)
