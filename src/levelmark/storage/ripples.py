"""The ripples: what writes mean for other entities, kept in the rows of those that were written."""

from collections.abc import Sequence
from typing import Any

from bson import ObjectId
from motor.motor_asyncio import AsyncIOMotorDatabase
from pymongo import UpdateOne, WriteConcern

from levelmark.engine.derived.ripple import Ripple
from levelmark.storage.errors import translated
from levelmark.storage.rows import ripple_field, ripples


class RippleStore:
    """Ripples come into the rows with the writes themselves, and leave them when they have been seen to."""

    def __init__(self, database: AsyncIOMotorDatabase[dict[str, Any]]) -> None:
        self._rows = database["entities"]
        self._hasty = self._rows.with_options(write_concern=WriteConcern(w=1))

    async def unsettled(self, limit: int, after: str = "") -> list[Ripple]:
        """Ripples that may not have been seen to; of `limit` entities at most.

        `after` is the greatest id of the page before.
        """
        with translated():
            cursor = self._rows.find({"ripples.id": {"$gt": after}}, {"ripples": 1}).limit(limit)
            rows = await cursor.hint([("ripples.id", 1)]).batch_size(limit).to_list(None)
        return [ripple for row in rows for ripple in ripples(row)]

    async def owe(self, owed: Sequence[Ripple]) -> None:
        """Adds ripples to rows, for readers of whom those who wrote these rows did not know."""
        if not owed:
            return
        pushed = [UpdateOne({"_id": ObjectId(one.uid)}, {"$push": {"ripples": ripple_field(one)}})
                  for one in owed]  # fmt: skip
        with translated():
            await self._rows.bulk_write(pushed, ordered=False)

    async def done(self, settled: Sequence[Ripple]) -> None:
        """Takes ripples that have been seen to out of their rows."""
        if not settled:
            return
        uids = list({ObjectId(ripple.uid) for ripple in settled})
        ids = [ripple.id for ripple in settled]
        with translated():
            await self._hasty.update_many(
                {"_id": {"$in": uids}}, {"$pull": {"ripples": {"id": {"$in": ids}}}}
            )
