"""Figures: what all entities of all blueprints come to, counted inside the database for those who watch it.

Each is one pass over the entities. Of a row, no more comes out than the numbers that are counted.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from motor.motor_asyncio import AsyncIOMotorDatabase
from msgspec import Struct

from levelmark.domain.score import Result
from levelmark.domain.tally import Tally
from levelmark.storage.bounds import PATIENCE_MS, bounded

_LIVING: Final = {"blueprint": {"$gt": ""}}
_SIZES: Final = {"passed": Result.PASSED, "noData": Result.NO_DATA, "errors": Result.ERROR}


class Scored(Struct, frozen=True):
    """Entities of a blueprint on one level of a scorecard, with their results; `team` where counted by it.

    An entity without a team counts for the team None, one of several teams for each.
    """

    blueprint: str
    scorecard: str
    level: str
    entities: int
    results: Tally
    team: str | None = None


class Ruled(Struct, frozen=True):
    """The results of one rule."""

    blueprint: str
    scorecard: str
    rule: str
    results: Tally


class FigureStore:
    """Counts over everything."""

    def __init__(self, database: AsyncIOMotorDatabase[dict[str, Any]]) -> None:
        self._rows = database["entities"]

    async def entities(self) -> dict[str, int]:
        """How many entities there are, by blueprint."""
        group = {"$group": {"_id": "$blueprint", "count": {"$sum": 1}}}
        rows = await self._passed([{"$match": _LIVING}, {"$project": {"_id": 0, "blueprint": 1}}, group])
        return {row["_id"]: row["count"] for row in rows}

    async def scored(self) -> list[Scored]:
        """Entities by scorecard and level."""
        return [_scored(row) for row in await self._passed(_of_scores({}, []))]

    async def scored_by_team(self) -> list[Scored]:
        """Entities by scorecard, level and team."""
        each = {"$unwind": {"path": "$teams", "preserveNullAndEmptyArrays": True}}
        rows = await self._passed(_of_scores({"team": {"$ifNull": ["$teams", None]}}, [each]))
        return [_scored(row) for row in rows]

    async def ruled(self) -> list[Ruled]:
        """Results by rule."""
        key = {
            "blueprint": "$blueprint",
            "scorecard": "$scores.scorecard",
            "rule": "$scores.results.rule",
            "result": "$scores.results.result",
        }
        kept = {"blueprint": 1, "scores.scorecard": 1, "scores.results.rule": 1, "scores.results.result": 1}
        rows = await self._passed(
            [
                {"$match": _LIVING},
                {"$project": {"_id": 0, **kept}},
                {"$unwind": "$scores"},
                {"$unwind": "$scores.results"},
                {"$group": {"_id": key, "count": {"$sum": 1}}},
            ]
        )
        return _ruled(rows)

    async def _passed(self, pipeline: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        with bounded():
            cursor = self._rows.aggregate(pipeline, allowDiskUse=False, maxTimeMS=PATIENCE_MS)
            return await cursor.to_list(None)


def _of_scores(also: dict[str, Any], steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    own = {"scorecard": "$$score.scorecard", "level": "$$score.level", **_sizes()}
    scores = {"$map": {"input": "$scores", "as": "score", "in": own}}
    key = {"blueprint": "$blueprint", "scorecard": "$scores.scorecard", "level": "$scores.level", **also}
    sums = {name: {"$sum": f"$scores.{name}"} for name in ("tested", *_SIZES)}
    return [
        {"$match": _LIVING},
        {"$project": {"_id": 0, "blueprint": 1, "teams": 1, "scores": scores}},
        {"$unwind": "$scores"},
        *steps,
        {"$group": {"_id": key, "entities": {"$sum": 1}, **sums}},
    ]


def _sizes() -> dict[str, Any]:
    """The numbers of a score's results: of all, and of those that came out in each way but one."""
    results = "$$score.results.result"
    sizes: dict[str, Any] = {"tested": {"$size": results}}
    for name, result in _SIZES.items():
        same = {"$eq": ["$$one", result.value]}
        sizes[name] = {"$size": {"$filter": {"input": results, "as": "one", "cond": same}}}
    return sizes


def _scored(row: Mapping[str, Any]) -> Scored:
    key, passed, no_data, errors = row["_id"], row["passed"], row["noData"], row["errors"]
    results = Tally(passed, row["tested"] - passed - no_data - errors, no_data, errors)
    return Scored(key["blueprint"], key["scorecard"], key["level"], row["entities"], results, key.get("team"))


def _ruled(rows: Sequence[Mapping[str, Any]]) -> list[Ruled]:
    found: dict[tuple[str, str, str], dict[str, int]] = {}
    for row in rows:
        key = row["_id"]
        named = (key["blueprint"], key["scorecard"], key["rule"])
        found.setdefault(named, dict.fromkeys(Result, 0))[key["result"]] = row["count"]
    return [Ruled(*named, Tally(*(counts[one] for one in Result))) for named, counts in found.items()]
