"""The leases: work that one process does at a time, for as long as it renews; by the database's clock."""

from typing import Any, Final

from motor.motor_asyncio import AsyncIOMotorDatabase
from pymongo import ReturnDocument

from levelmark.storage.errors import translated

_SECONDS: Final = 10
_UNTIL: Final = {"$dateAdd": {"startDate": "$$NOW", "unit": "second", "amount": _SECONDS}}


class LeaseStore:
    """One document per kind of work."""

    def __init__(self, database: AsyncIOMotorDatabase[dict[str, Any]]) -> None:
        self._rows = database["leases"]

    async def take(self, work: str, owner: str) -> bool:
        """Takes or renews the lease; False where another has it."""
        free = {"$or": [{"$eq": ["$owner", owner]}, {"$lte": [{"$ifNull": ["$until", 0]}, "$$NOW"]}]}
        taken = {"owner": {"$cond": [free, owner, "$owner"]}, "until": {"$cond": [free, _UNTIL, "$until"]}}
        with translated():
            row = await self._rows.find_one_and_update(
                {"_id": work}, [{"$set": taken}], upsert=True, return_document=ReturnDocument.AFTER
            )
        return bool(row["owner"] == owner)

    async def give_up(self, work: str, owner: str) -> None:
        """Ends the lease, if the owner has it."""
        with translated():
            await self._rows.delete_one({"_id": work, "owner": owner})
