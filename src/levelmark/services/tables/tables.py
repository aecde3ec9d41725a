"""Tables: entities in groups, each group with a summary of every column and its first rows.

All that is counted, and which entities stand first, comes from one aggregation; the entities of the page
are then read in one call. Where the engine has the last word on a filter, it says beforehand whom it means.
"""

from collections.abc import Sequence
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from levelmark.domain.blueprint import RESERVED
from levelmark.domain.entity import Entity
from levelmark.domain.errors import InvalidInputError, LimitExceededError, NotFoundError
from levelmark.domain.json import Json
from levelmark.domain.naming import UNNAMED, Naming
from levelmark.domain.score import Result
from levelmark.domain.scorecard import Scorecard
from levelmark.services.catalogue import Catalogue
from levelmark.services.clock import Clock
from levelmark.services.facets import Subject
from levelmark.services.listing import Ask, sorting_of
from levelmark.services.lookup import Lookup, known_property, known_relation, meant
from levelmark.services.readers import level_reader, property_reader, ranked, relation_reader
from levelmark.services.scored import Scored, scored
from levelmark.services.sieve import Sieve, Sieves
from levelmark.services.system.reading import SystemReading
from levelmark.services.tables.question import ByResult, TableAsk
from levelmark.services.tables.summary import Column, Summary, check_order, in_order, summaries
from levelmark.storage import Storage
from levelmark.storage.pages import ByLevel, Page, Selection
from levelmark.storage.passes import Place, Sorting
from levelmark.storage.sources import Source
from levelmark.storage.table import Counted, Layout
from levelmark.storage.tallies import Part
from levelmark.storage.values import level_position, result_position

MAX_DECIDED: Final = 200_000
"""Entities that the engine has decided on and that are then counted, at most."""

_WORST_FIRST: Final = (Result.ERROR, Result.NO_DATA, Result.NOT_PASSED, Result.PASSED)


class TableRow(Struct, frozen=True):
    """An entity, and where it stands in its group."""

    entity: Entity
    place: Place


class TableGroup(Struct, frozen=True):
    """A group: its key, where it stands among all, its summary, its first rows, and whether it has more."""

    key: Json
    position: int
    summary: Summary
    rows: tuple[TableRow, ...]
    more: bool


class Table(Struct, frozen=True):
    """A page of groups; `whole` is the summary of all entities, None where one group alone was asked for."""

    columns: tuple[Column, ...]
    whole: Summary | None
    groups: tuple[TableGroup, ...]
    more: bool


class _Page(Struct, frozen=True):
    """What was counted under the columns, and where the rows of the entities are read."""

    columns: tuple[Column, ...]
    counted: Counted
    source: Source


class Tables:
    """Makes tables."""

    def __init__(self, storage: Storage, catalogue: Catalogue, system: SystemReading, clock: Clock) -> None:
        self._system = system
        self._sieves = Sieves(storage, catalogue, clock)
        self._lookup = Lookup(storage, catalogue)
        self._storage = storage

    async def table(self, ask: TableAsk, naming: Naming = UNNAMED) -> Table:
        """The table that is asked for.

        Raises NotFoundError where there is no such blueprint, scorecard or rule, InvalidInputError where the
        query is not sound or nothing can be grouped or ordered so, LimitExceededError where it is too much.
        """
        definitions = await self._lookup.blueprint(ask.selection.blueprint, naming)
        (own,) = await scored(self._storage.definitions, [definitions], ask.selection.source.at)
        cards = _cards(own, ask)
        columns = tuple(column for card in cards for column in _columns(card))
        check_order(ask.group_order, columns)
        layout = Layout(
            {card.identifier: tuple(rule.identifier for rule in card.rules) for card in cards},
            _part(ask.group, own, naming),
            _sorting(ask, own, naming),
            ask.rows + 1,
            ask.only,
        )
        narrowed = _narrowed(ask)
        if narrowed.blueprint in RESERVED:
            narrowed = await self._system.selected(narrowed, ask.query)
        sieved = await self._sieves.of(definitions.blueprint, narrowed, ask.query, naming)
        counted = await self._storage.table.counted(await self._decided(sieved), layout)
        page = _Page(columns, counted, narrowed.source)
        return await self._shown(ask, page, _level_titles(ask.group, own))

    async def _decided(self, sieved: Sieve) -> Selection:
        if sieved.test is None:
            return sieved.selection
        names: list[str] = []
        async with self._storage.entities.scan(sieved.selection, Page(order=None)) as candidates:
            async for held in candidates:
                if sieved.passes(held.entity):
                    names.append(held.entity.identifier)
                if len(names) > MAX_DECIDED:
                    told = f"this filter leaves more than {MAX_DECIDED:,} entities; narrow it further"
                    raise LimitExceededError(told)
        decided = {"identifier": {"$in": names}}
        before = sieved.selection.results
        return replace(sieved.selection, results={"$and": [before, decided]} if before else decided)

    async def _shown(self, ask: TableAsk, read: _Page, levels: Sequence[str]) -> Table:
        whole, groups = summaries(read.counted)
        ordered = in_order(groups.values(), ask.group_order, levels)
        begin = _begin([ranked(key) for key, _ in ordered], ask.after)
        page = ordered[begin : begin + ask.groups]
        places = {ranked(key): rows for key, rows in read.counted.rows}
        first = [places.get(ranked(key), ())[: ask.rows] for key, _ in page]
        wanted = dict.fromkeys(row for some in first for row, _ in some)
        found = await self._storage.passes.read(read.source, list(wanted)) if wanted else {}
        shown = [
            TableGroup(
                key,
                begin + position,
                summary,
                tuple(TableRow(found[row].entity, place) for row, place in some if row in found),
                len(places.get(ranked(key), ())) > ask.rows,
            )
            for position, ((key, summary), some) in enumerate(zip(page, first, strict=True))
        ]
        more = len(ordered) > begin + ask.groups
        return Table(read.columns, None if ask.only else whole, tuple(shown), more)


def _begin(keys: list[Any], after: tuple[Json, int] | None) -> int:
    """Where to go on; a group that is gone has left its place to the next."""
    if after is None:
        return 0
    key, position = ranked(after[0]), after[1]
    return keys.index(key) + 1 if key in keys else position


def _cards(own: Scored, ask: TableAsk) -> list[Scorecard]:
    if ask.scorecards is None:
        return list(own.scorecards)
    return [known_card(own, name) for name in dict.fromkeys(ask.scorecards)]


def known_card(own: Scored, name: str) -> Scorecard:
    """The scorecard of that identifier; raises NotFoundError where the blueprint has, or had, none such."""
    found = {card.identifier: card for card in own.scorecards}
    if name not in found:
        raise NotFoundError(f"the blueprint has no scorecard `{name:.100}`{meant(name, found)}")
    return found[name]


def _columns(card: Scorecard) -> list[Column]:
    return [Column(card), *(Column(card, rule) for rule in card.rules)]


def _part(group: Subject | None, own: Scored, naming: Naming) -> Part | None:
    if group is None:
        return None
    if sum(one is not None for one in (group.property, group.relation, group.scorecard)) != 1:
        raise InvalidInputError("`groupBy` takes exactly one of `property`, `relation` and `scorecard`")
    if group.scorecard is not None:
        return level_reader(known_card(own, group.scorecard).identifier).part
    if group.relation is not None:
        return relation_reader(known_relation(own.definitions, group.relation, naming)).part
    name = known_property(own.definitions, group.property or "", naming)
    return property_reader(name, own.definitions.blueprint, naming).part


def _level_titles(group: Subject | None, own: Scored) -> list[str]:
    if group is None or group.scorecard is None:
        return []
    return [level.title for level in known_card(own, group.scorecard).levels]


def _narrowed(ask: TableAsk) -> Selection:
    """The entities that can be in the table; of one team alone, an index finds them."""
    teams = ask.group is not None and ask.group.property == "$team"
    if ask.only is None or not teams or not isinstance(ask.only[0], str) or ask.selection.teams is not None:
        return ask.selection
    return replace(ask.selection, teams=(ask.only[0],))


def _sorting(ask: TableAsk, own: Scored, naming: Naming) -> Sorting:
    by = ask.row_order
    match by:
        case ByResult(card, rule):
            if known_card(own, card).rule(rule) is None:
                raise NotFoundError(f"scorecard `{card:.100}` has no such rule to order by")
            kinds = [kind.value for kind in _WORST_FIRST]
            return Sorting(result_position(card, rule, kinds), descending=ask.rows_descending)
        case ByLevel(card):
            levels = [level.title for level in known_card(own, card).levels]
            return Sorting(level_position(card, levels), descending=ask.rows_descending)
    return sorting_of(Ask(by, ask.rows_descending), own.definitions, naming)
