"""Judging entities: their values against the blueprint's JSON Schema."""

from collections.abc import Iterator
from typing import Any, Final

from msgspec import convert

from levelmark.domain.blueprint import Blueprint, Relation
from levelmark.domain.entity import Entity, EntityInput
from levelmark.domain.issue import Issue, has_errors, nearest
from levelmark.domain.json import Json, json_issues
from levelmark.engine.validation.checked import Checked
from levelmark.engine.validation.shape import Shape
from levelmark.engine.validation.shapes import ENTITY

_SHAPE: Final = Shape(ENTITY)


def read_entity(document: Json) -> Checked[EntityInput]:
    """The entity of a document as it was sent, judged by itself; a checker judges it as it will stand."""
    issues = [*json_issues(document, ())] or [*_SHAPE.issues(document)]
    if has_errors(issues):
        return Checked(None, tuple(issues))
    whole = {key: value for key, value in document.items() if value is not None or key not in _CONTAINERS}
    return Checked(convert(whole, EntityInput), tuple(issues))


_CONTAINERS: Final = frozenset({"properties", "relations"})


class EntityChecker:
    """Judges entities of one blueprint; build it once and use it for all of them."""

    def __init__(self, blueprint: Blueprint) -> None:
        self._blueprint = blueprint
        self._shape = Shape(
            {
                "type": "object",
                "properties": dict(blueprint.schema.properties),
                "required": list(blueprint.schema.required),
            }
        )

    def issues(self, entity: Entity) -> Iterator[Issue]:
        """Everything wrong with the entity; a property that is null counts as absent."""
        present = {name: value for name, value in entity.properties.items() if value is not None}
        yield from self._unknown(entity.properties)
        yield from self._shape.issues(present, ("properties",))
        yield from self._relations(entity.relations)

    def _unknown(self, properties: dict[str, Json]) -> Iterator[Issue]:
        known = self._blueprint.schema.properties
        for name in properties:
            if name in known:
                continue
            if name in self._blueprint.derived:
                message = "is derived and cannot be written"
                yield Issue.error(("properties", name), "DERIVED_PROPERTY", message)
            else:
                message = f"blueprint `{self._blueprint.identifier}` has no property `{name}`"
                yield Issue.error(("properties", name), "UNKNOWN_PROPERTY", message, nearest(name, known))

    def _relations(self, relations: dict[str, Any]) -> Iterator[Issue]:
        known = self._blueprint.relations
        for name, value in relations.items():
            if name in known:
                yield from _relation_issues(name, known[name], value)
            else:
                message = f"blueprint `{self._blueprint.identifier}` has no relation `{name}`"
                yield Issue.error(("relations", name), "UNKNOWN_RELATION", message, nearest(name, known))
        for name, relation in known.items():
            if relation.required and not relations.get(name):
                yield Issue.error(("relations", name), "REQUIRED", "is required")


def _relation_issues(name: str, relation: Relation, value: Json) -> Iterator[Issue]:
    if value is None or isinstance(value, list) == relation.many:
        return
    wanted = "a list of identifiers" if relation.many else "one identifier"
    yield Issue.error(("relations", name), "WRONG_TYPE", f"takes {wanted}")
