"""The leases: work that one process does at a time, for as long as it renews; by the database's clock."""

from typing import Any, Final

from motor.motor_asyncio import AsyncIOMotorDatabase
from pymongo.errors import DuplicateKeyError

from levelmark.storage.errors import translated

_SECONDS: Final = 10
_UNTIL: Final = {"$dateAdd": {"startDate": "$$NOW", "unit": "second", "amount": _SECONDS}}


class LeaseStore:
    """One document per kind of work."""

    def __init__(self, database: AsyncIOMotorDatabase[dict[str, Any]]) -> None:
        self._rows = database["leases"]

    async def take(self, work: str, owner: str) -> bool:
        """Takes or renews the lease; False where another has it."""
        free = {"$or": [{"owner": owner}, {"$expr": {"$lte": ["$until", "$$NOW"]}}]}
        try:
            with translated():
                answer = await self._rows.update_one(
                    {"_id": work, **free}, [{"$set": {"owner": owner, "until": _UNTIL}}], upsert=True
                )
        except DuplicateKeyError:  # it is there, and not free
            return False
        return answer.matched_count == 1 or answer.upserted_id is not None

    async def give_up(self, work: str, owner: str) -> None:
        """Ends the lease, if the owner has it."""
        with translated():
            await self._rows.delete_one({"_id": work, "owner": owner})
