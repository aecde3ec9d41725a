"""Judging blueprints: a sound JSON Schema for every property, and names that mean one thing each."""

from collections.abc import Iterator
from typing import Any, Final

import jsonschema_rs

from levelmark.domain.blueprint import META_PROPERTIES, RESERVED, Blueprint
from levelmark.domain.documents import to_blueprint
from levelmark.domain.issue import Issue, Path, has_errors, nearest
from levelmark.domain.json import SCHEMA_TYPES, Json, json_issues
from levelmark.engine.validation.checked import Checked
from levelmark.engine.validation.shape import Shape
from levelmark.engine.validation.shapes import BLUEPRINT, IDENTIFIER

_SHAPE: Final = Shape(BLUEPRINT)
_NAME: Final = Shape(IDENTIFIER)
_META_SCHEMA: Final = Shape({"$ref": "https://json-schema.org/draft/2020-12/schema"})
_DERIVED: Final = ("mirrorProperties", "calculationProperties", "aggregationProperties")


def read_blueprint(document: Json) -> Checked[Blueprint]:
    """The blueprint of a document."""
    issues = [*json_issues(document, ())] or [*_SHAPE.issues(document)]
    if not has_errors(issues):
        issues += _blueprint_issues(document)
    if has_errors(issues):
        return Checked(None, tuple(issues))
    return Checked(to_blueprint(document), tuple(issues))


def _blueprint_issues(document: dict[str, Any]) -> Iterator[Issue]:
    if document["identifier"] in RESERVED:
        message = f"`{document['identifier']}` is kept for the server's own blueprints"
        yield Issue.error(("identifier",), "RESERVED", message)
    schema = document.get("schema") or {}
    properties = schema.get("properties", {})
    for name, property_schema in properties.items():
        yield from _property_issues(property_schema, ("schema", "properties", name))
    for index, name in enumerate(schema.get("required", ())):
        if name not in properties:
            message = f"there is no property `{name}`"
            here = ("schema", "required", index)
            yield Issue.error(here, "UNKNOWN_PROPERTY", message, nearest(name, properties))
    yield from _name_issues(document, properties)


def _property_issues(schema: dict[str, Json], path: Path) -> Iterator[Issue]:
    declared = schema.get("type")
    if isinstance(declared, str) and declared not in SCHEMA_TYPES:
        message = f"`{declared}` is not a type; the types are {', '.join(SCHEMA_TYPES)}"
        yield Issue.error((*path, "type"), "NOT_ALLOWED", message, nearest(declared, SCHEMA_TYPES))
        return
    wrong = list(_META_SCHEMA.issues(schema, path))
    yield from wrong or _compile_issues(schema, path)


def _compile_issues(schema: dict[str, Json], path: Path) -> Iterator[Issue]:
    try:
        Shape(schema)
    except (ValueError, jsonschema_rs.ReferencingError) as error:
        first = str(error).partition("\n")[0]
        yield Issue.error(path, "BAD_SCHEMA", f"is not a usable JSON Schema: {first}"[:300])


def _name_issues(document: dict[str, Any], properties: dict[str, Json]) -> Iterator[Issue]:
    owners: dict[str, str] = {}
    groups = {"schema": properties, "relations": document.get("relations") or {}}
    groups |= {kind: document.get(kind) or {} for kind in _DERIVED}
    for kind, names in groups.items():
        for name in names:
            path: Path = ("schema", "properties", name) if kind == "schema" else (kind, name)
            yield from _NAME.issues(name, path)
            if name in META_PROPERTIES:
                yield Issue.error(path, "RESERVED", f"`{name}` is a meta-property of every entity")
            elif owners.setdefault(name, kind) != kind:
                yield Issue.error(path, "DUPLICATE", f"`{name}` stands already in {owners[name]}")
        if names and kind in _DERIVED:
            yield Issue.warning((kind,), "NOT_CALCULATED", "is kept, but not calculated yet: no data")
