"""Ranking: groups in the order of a figure or of their keys, behind a place, in the database.

A place is one document, which MongoDB compares field by field, values of all types among each other: whether
there is the figure at all, the figure, and the parts of the key. So one comparison finds what stands behind.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from msgspec import Struct

from levelmark.domain.json import Json


class Figure(StrEnum):
    """What groups are ordered by; groups without the figure stand last either way."""

    PASSED = "passed"
    NOT_PASSED = "notPassed"
    NO_DATA = "noData"
    ERRORS = "errors"
    TESTED = "tested"
    PERCENTAGE = "percentage"
    ENTITIES = "entities"


class Ranking(Struct, frozen=True):
    """An order of groups: by a figure, then by the key; by the key alone where there is no figure.

    `after` is the place of the group before: whether it lacks the figure (0 or 1), the figure (turned round
    where the order is descending), and its key. At most `limit` groups are wanted.
    """

    figure: Figure | None = None
    descending: bool = False
    after: tuple[Json, ...] | None = None
    limit: int = 500


def ranked(ranking: Ranking, parts: Sequence[object]) -> list[dict[str, Any]]:
    """The stages that bring groups into the order; their keys stand in `_id`, as many as there are parts."""
    down = ranking.figure is None and ranking.descending
    key = {f"k{place}": f"$_id.k{place}" for place in range(len(parts))}
    beyond = "$lt" if down else "$gt"
    behind = [] if ranking.after is None else [
        {"$match": {"$expr": {beyond: ["$place", {"$literal": _document(ranking.after)}]}}}
    ]  # fmt: skip
    return [
        {"$set": {"figure": _figure(ranking.figure)}},
        {"$set": {"place": {**_standing(descending=ranking.descending), **key}}},
        *behind,
        {"$sort": {"place": -1 if down else 1}},
        {"$limit": ranking.limit},
    ]


def _figure(figure: Figure | None) -> Any:
    tested = {"$add": ["$passed", "$notPassed", "$noData", "$errors"]}
    match figure:
        case None:
            return {"$literal": 0}
        case Figure.TESTED:
            return tested
        case Figure.PERCENTAGE:
            share = {"$divide": [{"$multiply": [100, "$passed"]}, "$$tested"]}
            told = {"$cond": [{"$eq": ["$$tested", 0]}, None, share]}
            return {"$let": {"vars": {"tested": tested}, "in": told}}
    return f"${figure.value}"


def _standing(*, descending: bool) -> dict[str, Any]:
    lacking = {"$eq": ["$figure", None]}
    turned = {"$multiply": ["$figure", -1]} if descending else "$figure"
    return {"lacking": {"$cond": [lacking, 1, 0]}, "figure": {"$cond": [lacking, 0, turned]}}


def _document(place: tuple[Json, ...]) -> dict[str, Json]:
    lacking, figure, *key = place
    return {"lacking": lacking, "figure": figure, **{f"k{at}": one for at, one in enumerate(key)}}
