"""Shapes: which kind a document is, by its fields, and what is wrong with them before a server sees it."""

from collections.abc import Mapping
from typing import Final

from levelmark.domain.issue import Issue
from levelmark.domain.json import Json, json_issues
from levelmark.engine.validation.shape import Shape
from levelmark.engine.validation.shapes import BLUEPRINT, ENTITY, SCORECARD
from levelmark.server.documents.document import Kind

SERVER_SET: Final = frozenset(
    {"__typename", "id", "version", "createdAt", "createdBy", "updatedAt", "updatedBy"}
)
"""Fields that an answer of an API carries and no document has; they are dropped."""

_SHAPES: Final = {
    Kind.BLUEPRINT: Shape(BLUEPRINT),
    Kind.SCORECARD: Shape(SCORECARD),
    Kind.ENTITY: Shape(ENTITY),
}
_RESULTS: Final = {
    Kind.BLUEPRINT: frozenset[str](),
    Kind.SCORECARD: frozenset({"issues"}),
    Kind.ENTITY: frozenset({"scores", "scorecards", "teams"}),
}
_SIGNS: Final = {
    "schema": Kind.BLUEPRINT,
    "mirrorProperties": Kind.BLUEPRINT,
    "calculationProperties": Kind.BLUEPRINT,
    "aggregationProperties": Kind.BLUEPRINT,
    "ownership": Kind.BLUEPRINT,
    "rules": Kind.SCORECARD,
    "levels": Kind.SCORECARD,
    "filter": Kind.SCORECARD,
    "properties": Kind.ENTITY,
    "team": Kind.ENTITY,
}


class UnknownKindError(ValueError):
    """A document's fields do not tell what it is; the text says what would."""


def kind_of(content: Mapping[str, Json]) -> Kind:
    """What a document describes; raises UnknownKindError.

    >>> kind_of({"identifier": "api", "blueprint": "service"}).name
    'ENTITY'
    """
    signs = {name: _SIGNS[name] for name in content if name in _SIGNS}
    signs |= _relations_sign(content.get("relations"))
    kinds = sorted(set(signs.values()))
    if len(kinds) == 1:
        return kinds[0]
    if not kinds and "blueprint" in content:
        return Kind.ENTITY
    raise UnknownKindError(_contradiction(signs) if kinds else _UNKNOWN)


def dropped(kind: Kind, content: Mapping[str, Json]) -> dict[str, Json]:
    """The document without what only a server sets."""
    extra = SERVER_SET | _RESULTS[kind]
    return {name: value for name, value in content.items() if name not in extra}


def shape_issues(kind: Kind, content: Mapping[str, Json]) -> list[Issue]:
    """Everything that a server would find wrong with the fields of the document by themselves."""
    return [*json_issues(content, ())] or [*_SHAPES[kind].issues(content)]


_UNKNOWN: Final = (
    "cannot tell whether this is a blueprint, a scorecard or an entity: give it `schema`, `rules` or "
    "`blueprint`, or put it into a list under `blueprints`, `scorecards` or `entities`"
)


def _contradiction(signs: Mapping[str, Kind]) -> str:
    listed = ", ".join(f"`{name}` is a field of {kind.value}" for name, kind in signs.items())
    return f"cannot tell what this is: {listed}"


def _relations_sign(relations: Json) -> dict[str, Kind]:
    """A blueprint's relations are objects, an entity's are identifiers."""
    values = list(relations.values()) if isinstance(relations, dict) else []
    if not values:
        return {}
    objects = all(isinstance(value, dict) for value in values)
    return {"relations": Kind.BLUEPRINT if objects else Kind.ENTITY}
