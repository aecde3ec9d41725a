"""Pages: which entities are selected, in which order, from behind which of them."""

from collections.abc import Mapping
from enum import Enum
from typing import Any, Final, TypeAlias

from motor.core import AgnosticBaseCursor
from motor.motor_asyncio import AsyncIOMotorDatabase
from msgspec import Struct
from msgspec.structs import replace

from levelmark.domain.entity import Entity
from levelmark.domain.search import Search
from levelmark.storage.searching import matching
from levelmark.storage.sources import ENTITIES, Source


class Order(Enum):
    """What indexes order entities by, and the field it stands in; ties are broken by identifier."""

    IDENTIFIER = "identifier"
    TITLE = "sortTitle"
    CREATED_AT = "createdAt"
    UPDATED_AT = "updatedAt"

    def key(self, entity: Entity) -> str:
        """Where the entity stands in this order."""
        match self:
            case Order.IDENTIFIER:
                return entity.identifier
            case Order.TITLE:
                return (entity.title or entity.identifier).casefold()
            case Order.CREATED_AT:
                return entity.created_at or ""
            case Order.UPDATED_AT:
                return entity.updated_at or ""


class ByProperty(Struct, frozen=True):
    """The order of a property's values, which no index serves."""

    name: str


class ByLevel(Struct, frozen=True):
    """The order of the levels that entities have reached in a scorecard, which no index serves."""

    scorecard: str


By: TypeAlias = Order | ByProperty | ByLevel
"""Whatever entities can be ordered by."""

_INDEXED: Final = {
    "$identifier": Order.IDENTIFIER,
    "$createdAt": Order.CREATED_AT,
    "$updatedAt": Order.UPDATED_AT,
}


def by_property(name: str) -> By:
    """The order of a property: that of an index, where one has it.

    >>> by_property("$createdAt"), by_property("stars")
    (<Order.CREATED_AT: 'createdAt'>, ByProperty(name='stars'))
    """
    return _INDEXED.get(name, ByProperty(name))


class Selection(Struct, frozen=True):
    """Entities of a blueprint: of any of `teams`, on any of `levels` of `scorecard`, found by `search`.

    Those also pass `prefilter`, which may let too many through, never too few; the engine has the last word.
    Their rows are read from `source`.
    """

    blueprint: str
    teams: tuple[str, ...] | None = None
    scorecard: str | None = None
    levels: tuple[str | None, ...] | None = None
    prefilter: Mapping[str, Any] | None = None
    results: Mapping[str, Any] | None = None
    search: Search | None = None
    source: Source = ENTITIES

    def of(self, blueprint: str) -> "Selection":
        """The same of the entities of another blueprint."""
        return replace(self, blueprint=blueprint)

    def conditions(self, page: "Page | None" = None) -> dict[str, Any]:
        """The selection, from behind the page's cursor, in MongoDB's words."""
        parts: list[Mapping[str, Any]] = [{"blueprint": self.blueprint}]
        if self.teams is not None:
            parts.append({"teams": {"$in": list(self.teams)}})
        search = matching(self.search, indexed=self.source.plain) if self.search else None
        behind = page.behind() if page else None
        parts += [part for part in (self.prefilter, self._level(), self.results, search, behind) if part]
        listed = page is not None and page.order is Order.IDENTIFIER
        return self.source.meeting(parts, served=listed or self.teams is not None)

    def _level(self) -> dict[str, Any] | None:
        if self.scorecard is None:
            return None
        if self.levels is None:
            return {"scores.scorecard": self.scorecard}
        reached = [level for level in self.levels if level is not None]
        on = {"scores": {"$elemMatch": {"scorecard": self.scorecard, "level": {"$in": reached}}}}
        if None not in self.levels:
            return on
        without = {"scores.scorecard": {"$ne": self.scorecard}}
        return {"$or": [on, without]} if reached else without


class Page(Struct, frozen=True):
    """Where to begin and how far to go: at most `limit` entities (0: no limit), fetched `batch` at a time.

    `after` is the order's key and the identifier of the last entity of the page before. Without an `order`,
    there is none, and `after` must be None.
    """

    order: Order | None = Order.IDENTIFIER
    descending: bool = False
    after: tuple[str, str] | None = None
    limit: int = 0
    batch: int = 500

    def sort(self) -> list[tuple[str, int]]:
        """The order in MongoDB's words."""
        if self.order is None:
            return []
        direction = -1 if self.descending else 1
        if self.order is Order.IDENTIFIER:
            return [("identifier", direction)]
        return [(self.order.value, direction), ("identifier", direction)]

    def behind(self) -> dict[str, Any] | None:
        """What stands behind the cursor, in MongoDB's words."""
        if self.after is None or self.order is None:
            return None
        beyond = "$lt" if self.descending else "$gt"
        key, identifier = self.after
        if self.order is Order.IDENTIFIER:
            return {"identifier": {beyond: identifier}}
        field = self.order.value
        return {"$or": [{field: {beyond: key}}, {field: key, "identifier": {beyond: identifier}}]}


def scanned(
    database: AsyncIOMotorDatabase[dict[str, Any]], selection: Selection, page: Page
) -> AgnosticBaseCursor[dict[str, Any]]:
    """A cursor over the selected rows, from behind the page's, without what only searches need."""
    conditions, source, sort = selection.conditions(page), selection.source, page.sort()
    if source.plain and source.collection is not None:
        cursor = database[source.collection].find(conditions, {"search": 0}).limit(page.limit)
        return (cursor.sort(sort) if sort else cursor).batch_size(page.batch)
    stages: list[dict[str, Any]] = [{"$match": conditions}]
    stages += [{"$sort": dict(sort)}] if sort else []
    stages += [{"$limit": page.limit}] if page.limit else []
    return source.aggregate(database, stages, batchSize=page.batch)
