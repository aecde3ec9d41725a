"""Rows of rule results: taken out of the rows of the entities that hold them, in the shape of such."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final

from bson import ObjectId
from msgspec import Struct
from msgspec.structs import replace

from levelmark.domain.system import NOT_PASSED, PASSED, RULE_RESULT
from levelmark.storage.keys import escape, escape_key
from levelmark.storage.sources import Source, as_of

_SEPARATOR: Final = "\x1f"


class ResultRows(Struct, frozen=True):
    """Which results: of entities of one blueprint, and of what `kinds`, each a scorecard and a rule.

    A kind's row has what all its results have in common: `title`, `derived`, `rule` (the identifier of the
    rule's entity), `prefix` and `own` (what stands before the entity's in the identifiers of a result and of
    what others have added to it). `relation` leads to the entity. With `extended`, what was added is read.
    `entity`, `teams` and `holders` (the keys of rows) narrow the entities.
    """

    blueprint: str
    kinds: tuple[tuple[str, str, Mapping[str, Any]], ...]
    relation: str | None = None
    extended: bool = False
    entity: str | None = None
    teams: tuple[str, ...] | None = None
    at: datetime | None = None
    holders: tuple[str, ...] | None = None


def result_source(rows: Sequence[ResultRows]) -> Source:
    """The rows of all of these."""
    first, *others = rows
    collection = _collection(first)
    united = [{"$unionWith": {"coll": _collection(one), "pipeline": _stages(one)}} for one in others]
    return Source(collection, (*_stages(first), *united), narrow=partial(_narrowed, rows))


def _narrowed(rows: Sequence[ResultRows], keys: Sequence[object]) -> Source:
    """The same of the entities whose results have these keys."""
    holders = tuple(str(key).partition(_SEPARATOR)[0] for key in keys)
    return result_source([replace(one, holders=holders) for one in rows])


def ordered_source(rows: ResultRows, after: str | None, *, descending: bool) -> Source:
    """The rows in the order of the entities, from behind the one of that identifier."""
    way = "$lt" if descending else "$gt"
    behind = [] if after is None else [{"$match": {"identifier": {way: after}}}]
    order = {"$sort": {"identifier": -1 if descending else 1}}
    first, *others = _stages(rows)
    return Source(_collection(rows), (first, *behind, order, *others))


def _collection(rows: ResultRows) -> str:
    return "entities" if rows.at is None else str(as_of(rows.at).collection)


def _stages(rows: ResultRows) -> list[dict[str, Any]]:
    cards = list(dict.fromkeys(card for card, _, _ in rows.kinds))
    pairs = [[card, rule] for card, rule, _ in rows.kinds]
    own = {"$in": ["$$score.scorecard", {"$literal": cards}]}
    place = {"$indexOfArray": [{"$literal": pairs}, ["$scores.scorecard", "$scores.results.rule"]]}
    kinds = {"$literal": [escape_shallow(kind) for _, _, kind in rows.kinds]}
    known = {"$in": [["$scores.scorecard", "$$one.rule"], {"$literal": pairs}]}
    results = {"$filter": {"input": "$scores.results", "as": "one", "cond": known}}
    return [
        {"$match": _conditions(rows, cards)},
        {
            "$project": {
                "identifier": 1,
                "team": 1,
                "teams": 1,
                "version": 1,
                "holder": {"$toString": "$_id"},
                "uid": {"$toString": {"$ifNull": ["$uid", "$_id"]}},
                "scores": {"$filter": {"input": "$scores", "as": "score", "cond": own}},
            }
        },
        {"$unwind": "$scores"},
        {"$set": {"scores.results": results}},
        {"$unwind": "$scores.results"},
        {"$set": {"kind": {"$arrayElemAt": [kinds, place]}, "escaped": _escaped("$identifier")}},
        *(_added() if rows.extended else []),
        {"$project": _shape(rows)},
    ]


def escape_shallow(kind: Mapping[str, Any]) -> dict[str, Any]:
    """A kind's row with its keys as they stand in the database."""
    return {**kind, "derived": escape(dict(kind["derived"]))}


def _conditions(rows: ResultRows, cards: list[str]) -> dict[str, Any]:
    found: list[dict[str, Any]] = [{"blueprint": rows.blueprint}, {"scores.scorecard": {"$in": cards}}]
    if rows.entity is not None:
        found.append({"identifier": rows.entity})
    if rows.holders is not None:
        keys = [ObjectId(one) if rows.at is None else one for one in rows.holders]
        found.append({"_id": {"$in": keys}})
    if rows.teams is not None:
        found.append({"teams": {"$in": list(rows.teams)}})
    served = any(one is not None for one in (rows.entity, rows.holders, rows.teams))
    return Source(at=rows.at).meeting(found, served=served)


def _escaped(field: str) -> dict[str, Any]:
    """The text as a part of an identifier of several, see `domain.parts`."""
    once = {"$replaceAll": {"input": field, "find": "~", "replacement": "~0"}}
    return {"$replaceAll": {"input": once, "find": "/", "replacement": "~1"}}


def _added() -> list[dict[str, Any]]:
    same = [
        {"$eq": ["$blueprint", RULE_RESULT]},
        {"$eq": ["$identifier", "$$own"]},
    ]
    pipeline = [
        {"$match": {"$expr": {"$and": same}}},
        {"$project": {"_id": 0, "properties": 1, "relations": 1, "links": 1}},
    ]
    own = {"$concat": ["$kind.own", "$escaped"]}
    lookup = {"from": "entities", "let": {"own": own}, "pipeline": pipeline, "as": "own"}
    return [{"$lookup": lookup}, {"$set": {"own": {"$arrayElemAt": ["$own", 0]}}}]


def _shape(rows: ResultRows) -> dict[str, Any]:
    passed = {"$eq": ["$scores.results.result", "PASSED"]}
    since = "$scores.results.since"
    of_rule = [_SEPARATOR, "$scores.scorecard", _SEPARATOR, "$scores.results.rule"]
    relations = {"rule": "$kind.rule"}
    links: list[Any] = [{"$concat": ["rule\x1f", "$kind.rule"]}]
    if rows.relation is not None:
        relations[escape_key(rows.relation)] = "$identifier"
        links.append({"$concat": [{"$literal": f"{rows.relation}\x1f"}, "$identifier"]})
    properties = {"result": {"$cond": [passed, PASSED, NOT_PASSED]}, "entity": "$identifier",
                  "result_last_change": since}  # fmt: skip
    return {
        "_id": {"$concat": ["$holder", *of_rule]},
        "uid": {"$concat": ["$uid", *of_rule]},
        "blueprint": {"$literal": RULE_RESULT},
        "identifier": {"$concat": ["$kind.prefix", "$escaped"]},
        "title": "$kind.title",
        "sortTitle": "$kind.sortTitle",
        "icon": {"$literal": None},
        "team": 1,
        "teams": 1,
        "properties": {"$mergeObjects": ["$own.properties", properties]},
        "relations": {"$mergeObjects": ["$own.relations", relations]},
        "links": {"$concatArrays": [links, {"$ifNull": ["$own.links", []]}]},
        "derived": "$kind.derived",
        "reasons": {"$literal": {}},
        "createdAt": since,
        "updatedAt": since,
        "createdBy": {"$literal": None},
        "updatedBy": {"$literal": None},
        "scores": {"$literal": []},
        "version": 1,
    }
