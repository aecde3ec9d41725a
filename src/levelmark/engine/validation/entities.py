"""Judging entities: their values against the blueprint's JSON Schema."""

from collections.abc import Collection, Iterable, Iterator
from typing import Any, Final

from msgspec import convert
from msgspec.structs import replace

from levelmark.domain.blueprint import Blueprint, Relation
from levelmark.domain.entity import Entity, EntityInput
from levelmark.domain.issue import Issue, has_errors, nearest
from levelmark.domain.json import Json, json_issues
from levelmark.engine.validation.checked import Checked
from levelmark.engine.validation.shape import Shape
from levelmark.engine.validation.shapes import ENTITY
from levelmark.engine.validation.subschemas import expanded
from levelmark.engine.validation.wording import lacking

_SHAPE: Final = Shape(ENTITY)
_CONTAINERS: Final = frozenset({"properties", "relations"})


def read_entity(document: Json) -> Checked[EntityInput]:
    """The entity of a document as it was sent, judged by itself; a checker judges it as it will stand."""
    issues = [*json_issues(document, ())] or [*_SHAPE.issues(document)]
    if has_errors(issues):
        return Checked(None, tuple(issues))
    whole = {key: value for key, value in document.items() if value is not None or key not in _CONTAINERS}
    return Checked(convert(whole, EntityInput), tuple(issues))


def sound_part(document: Json) -> EntityInput | None:
    """What else of a document with issues can be judged: its properties and relations, if those are sound."""
    if not isinstance(document, dict) or any(json_issues(document, ())):
        return None
    containers = {name: document.get(name) or {} for name in _CONTAINERS}
    part = {"blueprint": document.get("blueprint"), "identifier": "-", **containers}
    if not _SHAPE.fits(part):
        return None
    return convert({**part, "identifier": str(document.get("identifier"))}, EntityInput)


class EntityChecker:
    """Judges entities of one blueprint; build it once and use it for all of them."""

    def __init__(self, blueprint: Blueprint) -> None:
        self._blueprint = blueprint
        self._shape = Shape(
            {
                "type": "object",
                "properties": {
                    name: expanded(schema) for name, schema in blueprint.schema.properties.items()
                },
                "required": list(blueprint.schema.required or ()),
            }
        )
        self._defaults = {
            name: schema["default"]
            for name, schema in blueprint.schema.properties.items()
            if schema.get("default") is not None
        }

    def completed(self, entity: Entity) -> Entity:
        """The entity with the defaults of the properties that it lacks; one that is null is not lacking."""
        missing = {name: value for name, value in self._defaults.items() if name not in entity.properties}
        return replace(entity, properties={**entity.properties, **missing}) if missing else entity

    def issues(self, entity: Entity, sent: EntityInput) -> Iterator[Issue]:
        """Everything wrong with the entity as `sent` leaves it; a property that is null counts as absent.

        What the blueprint does not have is wrong only where it was sent: a merge keeps what it had once.
        """
        present = {name: value for name, value in entity.properties.items() if value is not None}
        known = self._blueprint.schema.properties
        yield from self._strangers("property", "properties", sent.properties, known)
        yield from self._shape.issues(present, ("properties",))
        relations = self._blueprint.relations
        yield from self._strangers("relation", "relations", sent.relations, relations)
        yield from self._relations(entity.relations)

    def _strangers(
        self, kind: str, field: str, sent: Iterable[str], known: Collection[str]
    ) -> Iterator[Issue]:
        for name in sent:
            if name in known:
                continue
            if kind == "property" and name in self._blueprint.derived:
                message = f"`{name}` is derived from other properties and cannot be written; leave it out"
                yield Issue.error((field, name), "DERIVED_PROPERTY", message)
            else:
                message = lacking(self._blueprint.identifier, kind, name, known)
                yield Issue.error((field, name), f"UNKNOWN_{kind.upper()}", message, nearest(name, known))

    def _relations(self, relations: dict[str, Any]) -> Iterator[Issue]:
        for name, relation in self._blueprint.relations.items():
            yield from _relation_issues(name, relation, relations.get(name))


def _relation_issues(name: str, relation: Relation, value: Json) -> Iterator[Issue]:
    path = ("relations", name)
    if relation.required and not value:
        yield Issue.error(path, "REQUIRED", "is required")
    elif value is not None and isinstance(value, list) != bool(relation.many):
        wanted = "a list of identifiers" if relation.many else "one identifier, not a list"
        message = f"must be {wanted}: `{name}` points at {'several' if relation.many else 'one'}"
        yield Issue.error(path, "WRONG_TYPE", message)
