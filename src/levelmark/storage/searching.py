"""Searching: what of an entity is indexed for full-text search, and how a search reads it.

An entity's row holds its words thrice: `names` and `titles` of identifier and title, `texts` of its own
strings; `starts` has the beginnings of the first two. MongoDB's text index over `starts` and `texts` finds
the entities that have one word of the search, its rarest; of those, all words are then looked for in the
fields. The fields hold words alone, with spaces around each, and so does what is sent: the user's own text
never reaches the syntax of `$text`.
"""

from asyncio import gather
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from motor.motor_asyncio import AsyncIOMotorDatabase
from msgspec import Struct
from msgspec.structs import replace

from levelmark.domain.blueprint import RESERVED
from levelmark.domain.entity import Entity
from levelmark.domain.json import Json
from levelmark.domain.search import Search, Term
from levelmark.domain.words import MAX_TEXT, name_words, words
from levelmark.storage.bounds import PATIENCE_MS, bounded
from levelmark.storage.sources import ENTITIES, Source

MAX_TEXTS: Final = 20_000
"""Characters of an entity's own texts that are searched, at most; of each text, the first thousand."""

MAX_START: Final = 8
"""Characters of the longest beginning of a word that is indexed: a longer one is looked up by these."""

_BEGUN: Final = 32  # words of a name whose beginnings are indexed
_JOINED: Final = 64  # characters of words joined to one

_COMPARED: Final = 4  # words of a search whose rarity is looked at
_RARE: Final = 1_000  # entities that are counted for it

_EXACT, _SAME_NAME, _SAME_TITLE = 1000, 500, 250
_IN_NAME, _IN_TITLE, _BEGINS_NAME, _BEGINS_TITLE, _IN_TEXTS = 12, 8, 6, 4, 1


class Hit(Struct, frozen=True):
    """An entity that a search has found, and how well it fits."""

    score: int
    blueprint: str
    identifier: str


class SearchStore:
    """Finds entities of all blueprints by their words."""

    def __init__(self, database: AsyncIOMotorDatabase[dict[str, Any]]) -> None:
        self._database = database
        self._rows = database["entities"]

    async def hits(
        self,
        search: Search,
        blueprints: Sequence[str] | None,
        teams: Sequence[str] | None,
        after: Hit | None,
        limit: int,
        *,
        source: Source = ENTITIES,
    ) -> list[Hit]:
        """The best hits behind `after`, at most `limit`: no more than these are held in memory.

        What is stored of entities that stand in a source of their own is not found among the others.
        """
        others = [{"blueprint": {"$nin": sorted(RESERVED)}}] if source.plain else []
        found = matching(search, indexed=source.plain)
        pipeline: list[dict[str, Any]] = [
            {"$match": {"$and": [found, *_narrowed(blueprints, teams), *others]}},
            {"$project": {"_id": 0, "blueprint": 1, "identifier": 1, "score": _score(search)}},
            *([] if after is None else [{"$match": _behind(after)}]),
            {"$sort": {"score": -1, "blueprint": 1, "identifier": 1}},
            {"$limit": limit},
        ]
        with bounded():
            cursor = source.aggregate(self._database, pipeline, allowDiskUse=False, maxTimeMS=PATIENCE_MS)
            return [Hit(**row) for row in await cursor.to_list(None)]

    async def anchored(self, search: Search) -> Search:
        """The search with its rarest word as the anchor, as far as a short look at some of them tells."""
        words = search.words[:_COMPARED]
        if len(words) == 1:
            return search
        counts = await gather(*map(self._count, words))
        return replace(search, anchor=min(zip(counts, range(len(words)), words, strict=True))[2])

    async def _count(self, word: str) -> int:
        with bounded():
            return await self._rows.count_documents(_having(word), limit=_RARE, maxTimeMS=PATIENCE_MS)


def search_field(entity: Entity) -> dict[str, str]:
    """What an entity's row holds for searches."""
    names, titles = name_words(entity.identifier), name_words(entity.title or "")
    starts = {start for found in (names, titles) for start in _starts(found)}
    return {
        "names": _name_text(names),
        "titles": _name_text(titles),
        "starts": " ".join(sorted(starts)),
        "texts": f" {'  '.join(_texts(entity.properties))} ",
    }


def matching(search: Search, *, indexed: bool = True) -> dict[str, Any]:
    """A condition on rows: all terms of the search are found in them; `indexed` where there is an index."""
    every = {"$and": [_found(term) for term in search.terms]}
    if not indexed:
        return {"$expr": every}
    return {**_having(search.anchor or search.words[0]), "$expr": every}


def _having(word: str) -> dict[str, Any]:
    return {"$text": {"$search": word if len(word) <= MAX_START else f"{word} {word[:MAX_START]}"}}


def _name_text(found: list[str]) -> str:
    return f" {' '.join(found)}  {' '.join(_joined(found))} "


def _joined(found: list[str]) -> Iterator[str]:
    # Words that people also write as one: `paymentsapi` is found in `my-payments-api`.
    for place in range(min(len(found) - 1, _BEGUN)):
        yield "".join(found[place:])[:_JOINED]


def _starts(found: list[str]) -> Iterator[str]:
    yield from found
    for word in (*found[:_BEGUN], *_joined(found)):
        yield from (word[:length] for length in range(1, min(len(word), MAX_START) + 1))


def _texts(properties: Mapping[str, Json]) -> Iterator[str]:
    left = MAX_TEXTS
    for text in texts_in(properties):
        if left <= 0:
            return
        yield " ".join(words(text[:left]))
        left -= min(len(text), MAX_TEXT)


def text_of(entity: Entity) -> list[str]:
    """All texts of an entity's properties: where they are the same, the same searches find it."""
    return [*texts_in(entity.properties)]


def texts_in(properties: Mapping[str, Json]) -> Iterator[str]:
    """The strings among the values, and those inside lists."""
    for value in properties.values():
        for one in value if isinstance(value, list) else (value,):
            if isinstance(one, str):
                yield one


def _has(field: str, needle: str) -> dict[str, Any]:
    return {"$gte": [{"$indexOfBytes": [{"$ifNull": [f"$search.{field}", ""]}, needle]}, 0]}


def _places(term: Term) -> Iterator[tuple[dict[str, Any], int]]:
    begun = f" {' '.join(term.words)}"
    whole = f"{begun} "
    yield _has("names", whole), _IN_NAME
    yield _has("titles", whole), _IN_TITLE
    if not term.whole:
        yield _has("names", begun), _BEGINS_NAME
        yield _has("titles", begun), _BEGINS_TITLE
    yield _has("texts", whole), _IN_TEXTS


def _found(term: Term) -> dict[str, Any]:
    return {"$or": [condition for condition, _ in _places(term)]}


def _score(search: Search) -> dict[str, Any]:
    named = _name_text(name_words(search.text))
    return {
        "$add": [
            *({"$switch": {"branches": _branches(term), "default": 0}} for term in search.terms),
            {"$cond": [{"$eq": ["$identifier", {"$literal": search.text}]}, _EXACT, 0]},
            {"$cond": [{"$eq": ["$search.names", {"$literal": named}]}, _SAME_NAME, 0]},
            {"$cond": [{"$eq": ["$search.titles", {"$literal": named}]}, _SAME_TITLE, 0]},
        ]
    }


def _branches(term: Term) -> list[dict[str, Any]]:
    return [{"case": condition, "then": score} for condition, score in _places(term)]


def _narrowed(blueprints: Sequence[str] | None, teams: Sequence[str] | None) -> Iterator[dict[str, Any]]:
    yield {"blueprint": {"$gt": ""} if blueprints is None else {"$in": list(blueprints)}}
    if teams is not None:
        yield {"teams": {"$in": list(teams)}}


def _behind(after: Hit) -> dict[str, Any]:
    same, blueprint = {"score": after.score}, {"blueprint": after.blueprint}
    return {
        "$or": [
            {"score": {"$lt": after.score}},
            same | {"blueprint": {"$gt": after.blueprint}},
            same | blueprint | {"identifier": {"$gt": after.identifier}},
        ]
    }
