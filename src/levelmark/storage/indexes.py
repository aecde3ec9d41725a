"""The indexes: every query that the API offers runs on one of these."""

from typing import Any, Final, TypeAlias

from motor.motor_asyncio import AsyncIOMotorDatabase
from pymongo import ASCENDING, TEXT, IndexModel

LINKS: Final = [("blueprint", ASCENDING), ("links", ASCENDING), ("identifier", ASCENDING)]
"""The index that finds who points at an entity."""

Index: TypeAlias = dict[str, int]
"""Fields and directions."""

STATES_OF: Final[Index] = {
    "blueprint": ASCENDING,
    "identifier": ASCENDING,
    "from": ASCENDING,
    "to": ASCENDING,
}
"""The index that finds the states of an entity."""

STATES_OF_TEAMS: Final[Index] = {
    "blueprint": ASCENDING,
    "teams": ASCENDING,
    "from": ASCENDING,
    "to": ASCENDING,
}
"""The index that finds the states of entities of a team."""

BEGUN: Final[Index] = {"blueprint": ASCENDING, "from": ASCENDING}
"""The index that finds states by their first instant."""

CHANGED: Final[Index] = {"blueprint": ASCENDING, "changed": ASCENDING, "from": ASCENDING}
"""The index that finds states that have something other than those before."""

_INDEXES: Final = {
    "blueprints": [
        IndexModel([("identifier", ASCENDING)], unique=True),
        IndexModel([("identifier", ASCENDING), ("version", ASCENDING), ("_id", ASCENDING)]),
        IndexModel([("name", ASCENDING)], unique=True),
        IndexModel([("names.stamp", ASCENDING)], sparse=True),
    ],
    "scorecards": [
        IndexModel([("names.stamp", ASCENDING)], sparse=True),
        IndexModel([("identifier", ASCENDING)], unique=True),
        IndexModel([("blueprint", ASCENDING), ("identifier", ASCENDING)]),
    ],
    "editions": [
        IndexModel([("identifier", ASCENDING), ("updatedAt", ASCENDING)]),
        IndexModel([("blueprint", ASCENDING), ("identifier", ASCENDING)]),
    ],
    "entities": [
        IndexModel([("blueprint", ASCENDING), ("identifier", ASCENDING)], unique=True),
        IndexModel([("blueprint", ASCENDING), ("sortTitle", ASCENDING), ("identifier", ASCENDING)]),
        IndexModel([("blueprint", ASCENDING), ("createdAt", ASCENDING), ("identifier", ASCENDING)]),
        IndexModel([("blueprint", ASCENDING), ("updatedAt", ASCENDING), ("identifier", ASCENDING)]),
        IndexModel([("blueprint", ASCENDING), ("teams", ASCENDING), ("identifier", ASCENDING)]),
        IndexModel(LINKS),
        IndexModel(
            [
                ("blueprint", ASCENDING),
                ("scores.scorecard", ASCENDING),
                ("scores.level", ASCENDING),
                ("identifier", ASCENDING),
            ]
        ),
        IndexModel([("blueprint", ASCENDING), ("stamp", ASCENDING)]),
        # Words as they are: no language's endings or stop words, and no field of a row that names a language.
        IndexModel(
            [("search.starts", TEXT), ("search.texts", TEXT)],
            name="words",
            default_language="none",
            language_override="wordsLanguage",
        ),
        IndexModel([("outbox.id", ASCENDING)], sparse=True),
        IndexModel([("ripples.id", ASCENDING)], sparse=True),
        IndexModel([("due", ASCENDING)], partialFilterExpression={"due": {"$gt": 0}}),
        IndexModel([("was.blueprint", ASCENDING), ("was.identifier", ASCENDING)], sparse=True),
    ],
    "changes": [
        IndexModel([("key", ASCENDING)], unique=True),
        IndexModel([("blueprint", ASCENDING), ("entity", ASCENDING), ("_id", ASCENDING)]),
        IndexModel([("scorecard", ASCENDING), ("_id", ASCENDING)]),
    ],
    "history": [
        IndexModel([("blueprint", ASCENDING), ("fork", ASCENDING), ("from", ASCENDING)]),
        IndexModel([("blueprint", ASCENDING), ("fork", ASCENDING), ("to", ASCENDING)]),
        IndexModel(BEGUN),
        IndexModel(STATES_OF),
        IndexModel(STATES_OF_TEAMS),
        IndexModel(
            [("blueprint", ASCENDING), ("before.teams", ASCENDING), ("from", ASCENDING)],
            partialFilterExpression={"before.teams": {"$gt": ""}},
        ),
        IndexModel(CHANGED),
    ],
    "counts": [IndexModel([("blueprint", ASCENDING), ("cause", ASCENDING)], unique=True)],
    "evaluations": [
        IndexModel([("state", ASCENDING), ("_id", ASCENDING)]),
        IndexModel([("blueprint", ASCENDING), ("_id", ASCENDING)]),
    ],
}


async def ensure_indexes(database: AsyncIOMotorDatabase[dict[str, Any]]) -> None:
    """Creates what is missing; does nothing where all is there."""
    for collection, indexes in _INDEXES.items():
        await database[collection].create_indexes(indexes)
