"""Documents: domain values from and to the JSON that people write and the database keeps.

Reading expects a right shape, which the engine's validation has seen to.
"""

from collections.abc import Mapping
from typing import Any

from msgspec import UNSET, convert, json

from levelmark.domain.blueprint import Blueprint
from levelmark.domain.json import Json
from levelmark.domain.query import Condition, Query, QueryPart
from levelmark.domain.scorecard import DEFAULT_LEVELS, Level, Rule, Scorecard


def to_document(value: Blueprint | Scorecard | Rule | Query) -> dict[str, Json]:
    """The document of a value, as it was sent; what was left out and what is null stay out."""
    document: dict[str, Json] = json.decode(json.encode(value))
    return {key: item for key, item in document.items() if item is not None}


def to_blueprint(document: Mapping[str, Any]) -> Blueprint:
    """The blueprint of a document; a field that is null counts as left out."""
    return convert({key: value for key, value in document.items() if value is not None}, Blueprint)


def to_scorecard(document: Mapping[str, Any]) -> Scorecard:
    """The scorecard of a document, with the default levels where it has none."""
    levels, query = document.get("levels"), document.get("filter")
    return Scorecard(
        document["identifier"],
        document["title"],
        document["blueprint"],
        DEFAULT_LEVELS if levels is None else tuple(Level(one["title"], one["color"]) for one in levels),
        tuple(map(to_rule, document.get("rules") or ())),
        None if query is None else to_query(query),
    )


def to_rule(document: Mapping[str, Any]) -> Rule:
    """The rule of a document."""
    return Rule(
        document["identifier"],
        document["title"],
        document["level"],
        to_query(document["query"]),
        document.get("description"),
    )


def to_query(document: Mapping[str, Any]) -> Query:
    """The query of a document."""
    return Query(document["combinator"], tuple(map(_to_part, document["conditions"])))


def _to_part(document: Mapping[str, Any]) -> QueryPart:
    return to_query(document) if "conditions" in document else to_condition(document)


def to_condition(document: Mapping[str, Any]) -> Condition:
    """The condition of a document."""
    return Condition(
        document["operator"],
        document.get("property"),
        document.get("relation"),
        document.get("value", UNSET),
        UNSET if document.get("not") is None else document["not"],
    )
