"""The counts of evaluations, one document per blueprint and cause."""

from collections.abc import Mapping
from typing import Any, TypeAlias

from motor.motor_asyncio import AsyncIOMotorDatabase
from msgspec import Struct
from pymongo import UpdateOne, WriteConcern

from levelmark.domain.change import CauseKind
from levelmark.storage.errors import translated

CountKey: TypeAlias = tuple[str, CauseKind]
"""A blueprint's identifier, and why its entities were evaluated."""


class Count(Struct, frozen=True):
    """Entities of `blueprint` that were evaluated because of `cause`; `changed` ones had something new."""

    blueprint: str
    cause: CauseKind
    evaluated: int
    changed: int


class CountStore:
    """Adds counts up over all processes; nothing waits for a majority, since they are not of record."""

    def __init__(self, database: AsyncIOMotorDatabase[dict[str, Any]]) -> None:
        self._rows = database["counts"].with_options(write_concern=WriteConcern(w=1))

    async def add(self, counts: Mapping[CountKey, tuple[int, int]]) -> None:
        """Adds so many evaluated and changed entities to each count."""
        updates = [
            UpdateOne(
                {"blueprint": blueprint, "cause": cause.value},
                {"$inc": {"evaluated": evaluated, "changed": changed}},
                upsert=True,
            )
            for (blueprint, cause), (evaluated, changed) in counts.items()
        ]
        if updates:
            with translated():
                await self._rows.bulk_write(updates, ordered=False)

    async def all(self, blueprint: str | None) -> list[Count]:
        """The counts, of one blueprint or all, by blueprint and cause."""
        conditions: dict[str, Any] = {"blueprint": {"$gt": ""} if blueprint is None else blueprint}
        with translated():
            rows = await self._rows.find(conditions).sort([("blueprint", 1), ("cause", 1)]).to_list(None)
        return [
            Count(row["blueprint"], CauseKind(row["cause"]), row["evaluated"], row["changed"]) for row in rows
        ]
