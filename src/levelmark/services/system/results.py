"""Rule results as entities: found in the entities that hold them, by scorecard and rule, page by page."""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from levelmark.domain.entity import Entity
from levelmark.domain.errors import InvalidInputError
from levelmark.domain.json import Json
from levelmark.domain.parts import joined, parted
from levelmark.domain.query import Condition, Query
from levelmark.domain.search import Search
from levelmark.domain.system import ADDED, CORE, LINK, RULE_RESULT
from levelmark.engine.evaluate import compile_filter
from levelmark.engine.explain import Probes
from levelmark.engine.present import Present
from levelmark.services.catalogue import Catalogue, Definitions
from levelmark.services.clock import Clock, now_text
from levelmark.services.keying import read_keyed_query
from levelmark.services.listing import Ask, Listed, Listing
from levelmark.services.matching import matches
from levelmark.services.sieve import Sieve, Sieves
from levelmark.services.system.composing import ResultKind, result_entity, with_own
from levelmark.services.system.facts import Facts, FactSource, own_identifier
from levelmark.services.system.pruning import certain, required
from levelmark.storage import Storage
from levelmark.storage.documents import document_source
from levelmark.storage.pages import By, ByProperty, Order, Page, Selection
from levelmark.storage.result_rows import ResultRows, ordered_source, result_source
from levelmark.storage.sources import Source

_BATCH: Final = 500
_PARTS: Final = 3
_CONSTANT: Final = frozenset({"level", "scorecard", "blueprint", "$title", "$blueprint", "$icon"})


class Asked(Struct, frozen=True):
    """Which rule results are asked for: those of a selection that a query's document is true of."""

    selection: Selection
    query: Json
    definitions: Definitions
    facts: Facts


class Results:
    """Finds rule results."""

    def __init__(
        self,
        storage: Storage,
        catalogue: Catalogue,
        listing: Listing,
        facts: FactSource,
        *,
        clock: Clock,
    ) -> None:
        self._entities = storage.entities
        self._history = storage.history
        self._operators = catalogue.operators
        self._sieves = Sieves(storage, catalogue, clock)
        self._listing = listing
        self._facts = facts
        self._clock = clock

    async def get(self, identifiers: Iterable[str], facts: Facts) -> list[Entity]:
        """The rule results of these identifiers, those that exist, without what others derive."""
        kinds = facts.kinds
        wanted: list[tuple[ResultKind, str]] = []
        for identifier in identifiers:
            parts = parted(identifier)
            if len(parts) == _PARTS and joined(*parts) == identifier and parts[:2] in kinds:
                wanted.append((kinds[parts[0], parts[1]], parts[2]))
        keys = {(kind.blueprint, entity) for kind, entity in wanted}
        if facts.at is None:
            found = {key: one.entity for key, one in (await self._entities.get(keys)).items()}
        else:
            found = await self._history.get(keys, facts.at)
        own = await self._facts.own(RULE_RESULT, {own_identifier(*one) for one in wanted} if wanted else ())
        composed = []
        for kind, name in wanted:
            entity = found.get((kind.blueprint, name))
            score = entity.score(kind.scorecard) if entity else None
            result = score.result(kind.rule) if score else None
            if entity is not None and result is not None:
                composed.append(
                    with_own(result_entity(kind, entity, result), own.get(own_identifier(kind, name)))
                )
        return composed

    async def listed(self, asked: Asked, ask: Ask) -> list[Listed]:
        """A page of the rule results that are asked for, with their places."""
        groups = self._groups(asked, ask.by)
        if ask.by is Order.IDENTIFIER:
            return await self._in_order(groups, asked, ask)
        if not groups:
            return []
        selected = replace(asked.selection, source=result_source(groups))
        found = await self._listing.listed(selected, asked.query, ask, asked.facts.naming)
        return [replace(one, entity=_linked(one.entity, asked.facts)) for one in found]

    async def selected(self, asked: Asked) -> Selection:
        """The selection with all rule results that may be meant as its source."""
        groups = self._groups(asked, None)
        source = result_source(groups) if groups else document_source(())
        return replace(asked.selection, source=source)

    async def _in_order(self, groups: Sequence[ResultRows], asked: Asked, ask: Ask) -> list[Listed]:
        after = parted(ask.after[-1]) if ask.after else None
        if after is not None and len(after) != _PARTS:
            raise InvalidInputError("`after` is not a cursor of this list")
        single = sorted(
            (replace(group, kinds=(kind,)) for group in groups for kind in group.kinds),
            key=_place_of,
            reverse=ask.descending,
        )
        search = asked.selection.search
        plain = replace(asked.selection, source=Source(), search=None)
        sieve = await self._sieves.of(asked.definitions.blueprint, plain, asked.query, asked.facts.naming)
        if search is not None:
            sieve = replace(sieve, test=_searching(search, sieve))
        found: list[Listed] = []
        for rows in single:
            place = _place_of(rows)
            if after is not None and (place > after[:2] if ask.descending else place < after[:2]):
                continue
            behind = after[2] if after is not None and place == after[:2] else None
            source = ordered_source(rows, behind, descending=ask.descending)
            some = await self._of_kind(sieve, source, ask.limit - len(found), asked.facts)
            found += [Listed(one, _place(one.identifier, searched=search is not None)) for one in some]
            if len(found) >= ask.limit:
                break
        return found

    async def _of_kind(self, sieve: Sieve, source: Source, limit: int, facts: Facts) -> list[Entity]:
        selection = replace(sieve.selection, source=source)
        page = Page(order=None, limit=limit if sieve.test is None else 0, batch=max(limit, _BATCH))
        found: list[Entity] = []
        async with self._entities.scan(selection, page) as candidates:
            async for held in candidates:
                if sieve.passes(held.entity):
                    found.append(_linked(held.entity, facts))
                if len(found) == limit:
                    break
        return found

    def _groups(self, asked: Asked, by: By | None) -> list[ResultRows]:
        """Which results of which entities may be meant, by blueprint."""
        selection, facts = asked.selection, asked.facts
        if selection.search is not None and by is not Order.IDENTIFIER:
            told = "rule results that are searched by words are listed by identifier, and not counted"
            raise InvalidInputError(f"{told}; leave `search` out")
        query = self._parsed(asked)
        _refuse_derived(query, by, asked)
        kinds = [one for one in facts.kinds.values() if self._may_be_meant(query, one, asked.definitions)]
        entity = required(query, lambda one: _names_entity(one, facts)) if query else None
        return [
            ResultRows(
                blueprint,
                tuple((one.scorecard, one.rule, _row(one)) for one in kinds if one.blueprint == blueprint),
                facts.added.get(blueprint),
                facts.extended,
                entity,
                selection.teams,
                facts.at,
            )
            for blueprint in sorted({one.blueprint for one in kinds})
        ]

    def _parsed(self, asked: Asked) -> Query | None:
        if asked.query is None:
            return None
        path = ("filter", "query")
        blueprint = asked.definitions.blueprint
        return read_keyed_query(asked.query, blueprint, self._operators, asked.facts.naming, path).value

    def _may_be_meant(self, query: Query | None, kind: ResultKind, definitions: Definitions) -> bool:
        if query is None:
            return True
        subject = Entity(RULE_RESULT, "", kind.title, relations={"rule": kind.rule_identifier})
        subject = replace(subject, derived=kind.derived)
        present = Present.at(now_text(self._clock))
        others = {
            name for name, one in definitions.blueprint.relations.items()
            if one.description == ADDED and name != kind.relation
        }  # fmt: skip

        def told(condition: Condition) -> bool | None:
            known = condition.property in _CONSTANT or condition.relation in {"rule", *others}
            if not known or condition.value_property() is not None:
                return None
            probes = Probes(Query("and", (condition,)), definitions.blueprint, self._operators)
            return compile_filter(probes, present)(subject)

        return certain(query, told) is not False


def _searching(search: Search, sieve: Sieve) -> Callable[[Entity], bool]:
    """A test that an entity passes the sieve and has all words of the search."""
    return lambda entity: matches(search, entity) and sieve.passes(entity)


def _place(identifier: str, *, searched: bool) -> tuple[str, ...]:
    """The place of a result in its list; lists that are searched name theirs by three texts."""
    return (identifier,) * (3 if searched else 2)


def _place_of(rows: ResultRows) -> tuple[str, ...]:
    ((_, _, kind),) = rows.kinds
    return parted(str(kind["rule"]))


def _row(kind: ResultKind) -> dict[str, Json]:
    return {
        "title": kind.title,
        "sortTitle": kind.title.casefold(),
        "derived": kind.derived,
        "rule": kind.rule_identifier,
        "prefix": f"{kind.rule_identifier}/",
        "own": f"{joined(kind.scorecard, kind.rule)}/",
    }


def _names_entity(condition: Condition, facts: Facts) -> bool:
    return condition.property == "entity" or (
        condition.relation is not None and condition.relation in facts.added.values()
    )


def _linked(entity: Entity, facts: Facts) -> Entity:
    scorecard, rule, name = parted(entity.identifier)
    link = facts.kinds[scorecard, rule].link(name)
    return replace(entity, derived={**entity.derived, LINK: link})


def _refuse_derived(query: Query | None, by: By | None, asked: Asked) -> None:
    """Refuses what no pass over rows can tell: what is derived when a result is read."""
    undecidable = asked.definitions.blueprint.derived - (CORE[RULE_RESULT].derived - {LINK})
    names = [name for one in query.leaves() for name in (one.property, one.value_property())] if query else []
    names += [by.name] if isinstance(by, ByProperty) else []
    for name in names:
        if name in undecidable:
            called = asked.facts.naming.properties_of(RULE_RESULT).name(name or "")
            told = f"rule results are neither filtered nor ordered by `{called}`"
            raise InvalidInputError(f"{told}, which is derived when one is read")
