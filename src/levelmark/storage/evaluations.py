"""The background evaluations: who works at which, how far it is; leases by the database's clock."""

from collections.abc import Mapping
from typing import Any, Final

from bson import ObjectId
from motor.motor_asyncio import AsyncIOMotorDatabase
from msgspec import convert, to_builtins
from pymongo import ReturnDocument

from levelmark.domain.change import Cause
from levelmark.domain.errors import InvalidInputError
from levelmark.domain.evaluation import Evaluation, EvaluationState
from levelmark.storage.errors import translated
from levelmark.storage.neighbours import Reach

_LEASE_SECONDS: Final = 10
_OPEN: Final = [EvaluationState.PENDING.value, EvaluationState.RUNNING.value]
_UNTIL: Final = {"$dateAdd": {"startDate": "$$NOW", "unit": "second", "amount": _LEASE_SECONDS}}


class EvaluationStore:
    """Background evaluations, taken by one process at a time for as long as it renews its lease."""

    def __init__(self, database: AsyncIOMotorDatabase[dict[str, Any]]) -> None:
        self._rows = database["evaluations"]

    async def add(
        self, blueprint: str, cause: Cause, now: str, *, every: bool, reach: Reach | None = None
    ) -> Evaluation:
        """A new evaluation of a blueprint's entities, or of those in reach, for any process to take."""
        row = {
            "_id": ObjectId(),
            "blueprint": blueprint,
            "cause": to_builtins(cause),
            "state": EvaluationState.PENDING.value,
            "createdAt": now,
            "every": every,
            "total": 0,
            "evaluated": 0,
            "changed": 0,
            "position": None,
            "identifiers": sorted(reach.identifiers) if reach else [],
            "links": sorted(reach.links) if reach else [],
        }
        with translated():
            await self._rows.insert_one(row)
        return _evaluation(row)

    async def get(self, identity: str) -> Evaluation | None:
        """The evaluation of that id."""
        if not ObjectId.is_valid(identity):
            return None
        with translated():
            row = await self._rows.find_one({"_id": ObjectId(identity)})
        return _evaluation(row) if row else None

    async def page(self, blueprint: str | None, before: str | None, limit: int) -> list[Evaluation]:
        """Evaluations, newest first, older than that of the id `before`."""
        conditions: dict[str, Any] = {} if blueprint is None else {"blueprint": blueprint}
        if before is not None:
            conditions["_id"] = {"$lt": _key(before)}
        with translated():
            rows = await self._rows.find(conditions).sort("_id", -1).limit(limit).to_list(None)
        return [_evaluation(row) for row in rows]

    async def is_open(self, blueprint: str) -> bool:
        """Whether an evaluation of the blueprint's outdated entities waits or runs."""
        conditions = {"blueprint": blueprint, "state": {"$in": _OPEN}, "identifiers": [], "links": []}
        with translated():
            return await self._rows.find_one(conditions, {"_id": 1}) is not None

    async def any_open(self) -> bool:
        """Whether any evaluation waits or runs."""
        with translated():
            return await self._rows.find_one({"state": {"$in": _OPEN}}, {"_id": 1}) is not None

    async def open(self) -> int:
        """How many evaluations wait or run."""
        with translated():
            return await self._rows.count_documents({"state": {"$in": _OPEN}})

    async def take(self, owner: str) -> Evaluation | None:
        """The oldest open evaluation that nobody works at, now leased to `owner`."""
        free = {"$lte": [{"$ifNull": ["$leaseUntil", 0]}, "$$NOW"]}
        update = {"$set": {"state": EvaluationState.RUNNING.value, "owner": owner, "leaseUntil": _UNTIL}}
        with translated():
            row = await self._rows.find_one_and_update(
                {"state": {"$in": _OPEN}, "$expr": free},
                [update],
                sort=[("_id", 1)],
                return_document=ReturnDocument.AFTER,
            )
        return _evaluation(row) if row else None

    async def renew(self, evaluation: Evaluation, owner: str) -> bool:
        """Writes the progress down and extends the lease; False where the lease went to another."""
        progress = {"total": evaluation.total, "evaluated": evaluation.evaluated,
                    "changed": evaluation.changed, "position": {"$literal": evaluation.position}}  # fmt: skip
        return await self._update(evaluation, owner, {**progress, "leaseUntil": _UNTIL})

    async def hold(self, evaluation: Evaluation, owner: str) -> None:
        """Extends the lease while the owner is at work."""
        await self._update(evaluation, owner, {"leaseUntil": _UNTIL})

    async def finish(self, evaluation: Evaluation, owner: str, now: str, error: str | None = None) -> bool:
        """Ends an evaluation, as done or as failed with an error."""
        state = EvaluationState.FAILED if error else EvaluationState.DONE
        ending = {"state": state.value, "finishedAt": max(now, evaluation.created_at),
                  "error": {"$literal": error}, "owner": None}  # fmt: skip
        progress = {"total": evaluation.total, "evaluated": evaluation.evaluated,
                    "changed": evaluation.changed}  # fmt: skip
        return await self._update(evaluation, owner, {**progress, **ending})

    async def give_up(self, owner: str) -> None:
        """Ends the owner's leases early, so that another process can go on at once."""
        held = {"state": EvaluationState.RUNNING.value, "owner": owner}
        with translated():
            await self._rows.update_many(held, [{"$set": {"leaseUntil": "$$NOW", "owner": None}}])

    async def _update(self, evaluation: Evaluation, owner: str, fields: Mapping[str, Any]) -> bool:
        condition = {"_id": ObjectId(evaluation.id), "owner": owner}
        with translated():
            answer = await self._rows.update_one(condition, [{"$set": fields}])
        return answer.matched_count == 1


def _key(identity: str) -> ObjectId:
    if not ObjectId.is_valid(identity):
        raise InvalidInputError(f"`{identity:.40}` is not the id of an evaluation")
    return ObjectId(identity)


def _evaluation(row: Mapping[str, Any]) -> Evaluation:
    return Evaluation(
        id=str(row["_id"]),
        blueprint=row["blueprint"],
        cause=convert(row["cause"], Cause),
        state=EvaluationState(row["state"]),
        created_at=row["createdAt"],
        every=row["every"],
        identifiers=tuple(row["identifiers"]),
        links=tuple(row["links"]),
        total=row["total"],
        evaluated=row["evaluated"],
        changed=row["changed"],
        position=row["position"],
        finished_at=row.get("finishedAt"),
        error=row.get("error"),
    )
