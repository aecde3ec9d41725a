"""Listings: the entities of a blueprint that a filter selects, page by page, in any order.

What MongoDB cannot decide, the engine does: it goes on along the order until the page is full. In memory are
the page, a batch of entities to decide on, and, in an order that no index serves, a bounded number of places.
"""

from typing import Final

from msgspec import DecodeError, Struct, json

from levelmark.domain.blueprint import Blueprint
from levelmark.domain.entity import Entity
from levelmark.domain.errors import InvalidInputError
from levelmark.domain.json import Json, JsonType
from levelmark.domain.naming import UNNAMED, Naming
from levelmark.services.catalogue import Catalogue, Definitions
from levelmark.services.clock import Clock
from levelmark.services.lookup import Lookup, known_property, known_scorecard
from levelmark.services.sieve import Sieve, Sieves
from levelmark.storage import Storage
from levelmark.storage.pages import By, ByLevel, ByProperty, Order, Page, Selection
from levelmark.storage.passes import Place, Sorting
from levelmark.storage.values import level_position, property_field

BATCH: Final = 500
"""Entities that are decided on at once."""

MAX_PLACES: Final = 20_000
"""Places that one pass keeps, at most."""

_SORTABLE: Final = frozenset({JsonType.STRING, JsonType.NUMBER, JsonType.BOOLEAN})


class Ask(Struct, frozen=True):
    """How entities are to be listed: the order, from behind which place, and how many at most."""

    by: By = Order.IDENTIFIER
    descending: bool = False
    after: tuple[str, ...] | None = None
    limit: int = BATCH


class Listed(Struct, frozen=True):
    """An entity, and its `place` in the listing, with which the next page is asked for."""

    entity: Entity
    place: tuple[str, ...]


def is_indexed(by: By, selection: Selection) -> bool:
    """Whether an index serves the order: places then have two parts, else three."""
    return isinstance(by, Order) and selection.search is None


class Listing:
    """Lists entities."""

    def __init__(self, storage: Storage, catalogue: Catalogue, clock: Clock) -> None:
        self._sieves = Sieves(storage, catalogue, clock)
        self._entities = storage.entities
        self._passes = storage.passes
        self._lookup = Lookup(storage, catalogue)

    async def listed(
        self, selection: Selection, query: Json, ask: Ask, naming: Naming = UNNAMED
    ) -> list[Listed]:
        """A page of the selected entities that the query, if there is one, is true of.

        Raises NotFoundError where there is no such blueprint or scorecard, InvalidInputError where the query
        is not sound, or nothing can be ordered by the property.
        """
        definitions = await self._lookup.blueprint(selection.blueprint, naming)
        sieved = await self._sieves.of(definitions.blueprint, selection, query, naming)
        if isinstance(ask.by, Order) and is_indexed(ask.by, selection):
            return await self._scanned(sieved, ask.by, ask)
        return await self._passed(sieved, sorting_of(ask, definitions, naming), ask)

    async def _scanned(self, sieved: Sieve, order: Order, ask: Ask) -> list[Listed]:
        after = None if ask.after is None else (ask.after[0], ask.after[1])
        whole = sieved.test is None
        page = Page(order, ask.descending, after, ask.limit if whole else 0, max(ask.limit, 100))
        found: list[Listed] = []
        async with self._entities.scan(sieved.selection, page) as candidates:
            async for held in candidates:
                one = held.entity
                if sieved.passes(one):
                    found.append(Listed(one, (order.key(one), one.identifier)))
                if len(found) == ask.limit:
                    break
        return found

    async def _passed(self, sieved: Sieve, sorting: Sorting, ask: Ask) -> list[Listed]:
        after = None if ask.after is None else _place(ask.after)
        size = ask.limit if sieved.test is None else max(ask.limit, BATCH)
        found: list[Listed] = []
        while True:
            places = await self._passes.places(sieved.selection, sorting, after, size)
            found += await self._decided(sieved, places, ask.limit - len(found))
            if len(found) == ask.limit or len(places) < size:
                return found
            after = places[-1][1]
            size = min(8 * size, MAX_PLACES)  # a pass costs the same for many places as for few

    async def _decided(self, sieved: Sieve, places: list[tuple[object, Place]], limit: int) -> list[Listed]:
        found: list[Listed] = []
        for begin in range(0, len(places), BATCH):
            batch = places[begin : begin + BATCH]
            held = await self._passes.read(sieved.selection.source, [key for key, _ in batch])
            found += [
                Listed(held[key].entity, _parts(place))
                for key, place in batch
                if key in held and sieved.passes(held[key].entity)
            ]
            if len(found) >= limit:
                break
        return found[:limit]


def sorting_of(ask: Ask, definitions: Definitions, naming: Naming) -> Sorting:
    """The order in which entities are asked for; raises InvalidInputError where they have none such."""
    match ask.by:
        case ByProperty(name):
            return _by_property(known_property(definitions, name, naming), definitions.blueprint, ask, naming)
        case ByLevel(name):
            levels = [level.title for level in known_scorecard(definitions, name, naming).levels]
            return Sorting(level_position(name, levels), descending=ask.descending)
        case Order():
            return Sorting(f"${ask.by.value}", descending=ask.descending)


def _by_property(name: str, blueprint: Blueprint, ask: Ask, naming: Naming) -> Sorting:
    field = f"${property_field(name, blueprint)}"
    if name == "$team":
        return Sorting({"$arrayElemAt": [field, 0]}, descending=ask.descending)
    types = blueprint.types(name)
    if not types & _SORTABLE:
        told = " or ".join(sorted(types))
        called = naming.properties_of(blueprint.identifier).name(name)
        raise InvalidInputError(
            f"entities cannot be ordered by `{called}`, whose values are of type {told}: "
            "order by a property of type String, Number or Boolean"
        )
    return Sorting(field, blueprint.is_instant(name), ask.descending)


def _parts(place: Place) -> tuple[str, ...]:
    return str(place.rank), json.encode(place.key).decode(), place.identifier


def _place(parts: tuple[str, ...]) -> Place:
    rank, key, identifier = parts
    try:
        read = json.decode(key, type=str | int | float | bool | None)
        return Place(int(rank[:2]), read, identifier)
    except (ValueError, DecodeError) as error:
        told = "`after` is not a cursor of this list: take it from its `pageInfo.endCursor`"
        raise InvalidInputError(told) from error
