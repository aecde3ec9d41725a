"""The relations between entities as the database sees them: which targets exist, and who points at whom.

Everything here is answered out of an index alone, without looking at an entity. Who points at many is asked
for in one aggregation with a branch for each, in chunks, since the database limits how long one may be.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from motor.motor_asyncio import AsyncIOMotorDatabase
from msgspec import Struct

from levelmark.storage.entities import EntityKey
from levelmark.storage.errors import translated
from levelmark.storage.indexes import LINKS
from levelmark.storage.neighbours import MOST
from levelmark.storage.rows import of_keys

_BRANCHES: Final = 100
_READ: Final = 10_000


class Pointing(Struct, frozen=True):
    """Asks who of `blueprint` has any of these `links`, by identifier, behind `after`, `limit` at most."""

    blueprint: str
    links: tuple[str, ...]
    limit: int
    after: str | None = None


class RelationStore:
    """Finds targets, and those that point at them."""

    def __init__(self, database: AsyncIOMotorDatabase[dict[str, Any]]) -> None:
        self._rows = database["entities"]

    async def existing(self, keys: Iterable[EntityKey]) -> set[EntityKey]:
        """Those of the keys that entities have."""
        every = sorted(set(keys))
        found: set[EntityKey] = set()
        for begin in range(0, len(every), MOST):
            found |= await self._existing(every[begin : begin + MOST])
        return found

    async def _existing(self, keys: Iterable[EntityKey]) -> set[EntityKey]:
        project = {"_id": 0, "blueprint": 1, "identifier": 1}
        with translated():
            rows = await self._rows.find(of_keys(keys), project).batch_size(_READ).to_list(None)
        return {(row["blueprint"], row["identifier"]) for row in rows}

    async def pointing(self, asks: Sequence[Pointing], most: int) -> list[list[str]]:
        """The identifiers of those that point, for each of the asks; all together `most`, then no more."""
        found: list[list[str]] = [[] for _ in asks]
        for chunk in _chunks(asks):
            pipeline = [*self._together(_listing(*one) for one in chunk), {"$limit": most}]
            for row in await self._answer(pipeline):
                found[row["ask"]].append(row["identifier"])
                most -= 1
            if not most:
                break
        return found

    async def any_pointing(self, blueprint: str, links: Sequence[str]) -> bool:
        """Whether any entity of the blueprint has any of the links."""
        condition = {"blueprint": blueprint, "links": {"$in": list(links)}}
        with translated():
            found = self._rows.find(condition, {"_id": 0, "identifier": 1}).hint(LINKS).limit(1)
            return bool(await found.to_list(1))

    async def counts(self, asks: Sequence[Pointing]) -> list[int]:
        """How many point, for each of the asks, whatever their limits."""
        found = [0] * len(asks)
        for chunk in _chunks(asks):
            for row in await self._answer(self._together(_counting(*one) for one in chunk)):
                found[row["_id"]] = row["count"]
        return found

    def _together(self, branches: Iterator[list[dict[str, Any]]]) -> list[dict[str, Any]]:
        first = next(branches)
        others = ({"$unionWith": {"coll": self._rows.name, "pipeline": one}} for one in branches)
        return [*first, *others]

    async def _answer(self, pipeline: list[dict[str, Any]]) -> list[dict[str, Any]]:
        with translated():
            return await self._rows.aggregate(pipeline, batchSize=_READ).to_list(None)


def _chunks(asks: Sequence[Pointing]) -> Iterator[list[tuple[int, Pointing]]]:
    """The asks with their places, as many at a time as one aggregation may have branches."""
    numbered = list(enumerate(asks))
    return (numbered[start : start + _BRANCHES] for start in range(0, len(numbered), _BRANCHES))


def _listing(place: int, ask: Pointing) -> list[dict[str, Any]]:
    return [
        {"$match": _condition(ask)},
        {"$sort": {"identifier": 1}},
        {"$limit": ask.limit},
        {"$project": {"_id": 0, "identifier": 1, "ask": {"$literal": place}}},
    ]


def _counting(place: int, ask: Pointing) -> list[dict[str, Any]]:
    return [
        {"$match": _condition(ask)},
        {"$group": {"_id": {"$literal": place}, "count": {"$sum": 1}}},
    ]


def _condition(ask: Pointing) -> dict[str, Any]:
    behind = {} if ask.after is None else {"identifier": {"$gt": ask.after}}
    return {"blueprint": ask.blueprint, "links": {"$in": list(ask.links)}, **behind}
