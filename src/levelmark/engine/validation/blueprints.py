"""Judging blueprints: a sound JSON Schema for every property, and names that mean one thing each.

What is in the right shape is judged even where something beside it is not, so that all comes at once.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import jsonschema_rs
from msgspec.structs import replace

from levelmark.domain.blueprint import META_PROPERTIES, RESERVED, Blueprint
from levelmark.domain.documents import to_blueprint
from levelmark.domain.issue import Issue, Path, has_errors, nearest
from levelmark.domain.json import SCHEMA_TYPES, Json, json_issues
from levelmark.engine.validation.checked import Checked
from levelmark.engine.validation.shape import Shape
from levelmark.engine.validation.shapes import BLUEPRINT, IDENTIFIER
from levelmark.engine.validation.wording import LONGEST, listed, shown

_SHAPE: Final = Shape(BLUEPRINT)
_NAME: Final = Shape(IDENTIFIER)
_META_SCHEMA: Final = Shape({"$ref": "https://json-schema.org/draft/2020-12/schema"})
_DERIVED: Final = ("mirrorProperties", "calculationProperties", "aggregationProperties")
_REFERENCES: Final = frozenset({"$ref", "$dynamicRef", "$recursiveRef"})
_TYPES_ARE: Final = f"the types are {', '.join(SCHEMA_TYPES)}"


def read_blueprint(document: Json) -> Checked[Blueprint]:
    """The blueprint of a document."""
    issues = [*json_issues(document, ())]
    if not issues:
        issues = [*_SHAPE.issues(document), *_meaning_issues(document)]
    if not has_errors(issues):
        issues += _schema_issues(document)
    return Checked(None if has_errors(issues) else to_blueprint(document), tuple(issues))


def _meaning_issues(document: Json) -> Iterator[Issue]:
    if not isinstance(document, dict):
        return
    identifier = document.get("identifier")
    if isinstance(identifier, str) and identifier in RESERVED:
        message = f"`{identifier}` is kept for the server's own blueprints; choose another"
        yield Issue.error(("identifier",), "RESERVED", message)
    schema = _object(document.get("schema"))
    properties = _object(schema.get("properties"))
    for name, property_schema in properties.items():
        if isinstance(property_schema, dict):
            yield from _property_issues(property_schema, ("schema", "properties", name))
    yield from _required_issues(schema.get("required"), properties)
    yield from _name_issues(document, properties)


def _object(value: Json) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _required_issues(required: Json, properties: Mapping[str, Json]) -> Iterator[Issue]:
    for place, name in enumerate(required if isinstance(required, list) else ()):
        if isinstance(name, str) and name not in properties:
            message = f"there is no property `{name}` in `schema.properties`"
            here = ("schema", "required", place)
            yield Issue.error(here, "UNKNOWN_PROPERTY", message, nearest(name, properties))


def _property_issues(schema: dict[str, Json], path: Path) -> Iterator[Issue]:
    wrong = [*_type_issues(schema.get("type"), (*path, "type")), *_reference_issues(schema, path)]
    yield from wrong or _meta_issues(schema, path) or _compile_issues(schema, path)


def _type_issues(declared: Json, path: Path) -> Iterator[Issue]:
    several = isinstance(declared, list)
    allowed = {*SCHEMA_TYPES, "null"} if several else SCHEMA_TYPES
    for name in declared if isinstance(declared, list) else [declared]:
        if isinstance(name, str) and name not in allowed:
            message = f"{shown(name)} is not a type; {_TYPES_ARE}{', null' if several else ''}"
            yield Issue.error(path, "NOT_ALLOWED", message, nearest(name, SCHEMA_TYPES))


def _reference_issues(schema: Json, path: Path) -> Iterator[Issue]:
    # They could reach into other properties, or make a small schema endless to check.
    if isinstance(schema, list):
        for place, item in enumerate(schema):
            yield from _reference_issues(item, (*path, place))
    for key, item in _object(schema).items():
        if key in _REFERENCES and isinstance(item, str):
            message = f"`{key}` is never followed; write out the schema that it stands for"
            yield Issue.error((*path, key), "NOT_SUPPORTED", message)
        else:
            yield from _reference_issues(item, (*path, key))


def _meta_issues(schema: dict[str, Json], path: Path) -> list[Issue]:
    return [
        replace(issue, code="NOT_ALLOWED", message=f"must be a type or a list of types; {_TYPES_ARE}, null")
        if issue.code == "INVALID" and issue.path.endswith(".type")
        else issue
        for issue in _META_SCHEMA.issues(schema, path)
    ]


def _compile_issues(schema: dict[str, Json], path: Path) -> list[Issue]:
    try:
        Shape(schema)
    except jsonschema_rs.ValidationError as error:
        if error.kind.name == "format":  # of a pattern: the only format that is minded here
            message = (
                f"{shown(error.instance)} is a pattern that cannot be matched in linear time: "
                "write it without look-around, back-references and large repetitions"
            )
            return [Issue.error((*path, *error.instance_path), "BAD_PATTERN", message)]
        return [Issue.error(path, "BAD_SCHEMA", f"is not a JSON Schema: {error.message}"[:LONGEST])]
    return []


def _schema_issues(document: dict[str, Any]) -> list[Issue]:
    """What is wrong with schemas that are sound one by one: two with the same `$id`, for one."""
    properties = _object(_object(document.get("schema")).get("properties"))
    return _compile_issues({"properties": properties}, ("schema", "properties"))


def _name_issues(document: dict[str, Any], properties: Mapping[str, Json]) -> Iterator[Issue]:
    owners: dict[str, str] = {}
    groups = {"schema": properties, "relations": _object(document.get("relations"))}
    groups |= {kind: _object(document.get(kind)) for kind in _DERIVED}
    for kind, names in groups.items():
        for name in names:
            path: Path = ("schema", "properties", name) if kind == "schema" else (kind, name)
            yield from _NAME.issues(name, path)
            if name in META_PROPERTIES:
                message = f"`{name}` is a meta-property of every entity; choose another name"
                yield Issue.error(path, "RESERVED", message)
            elif owners.setdefault(name, kind) != kind:
                message = f"`{name}` stands already in `{owners[name]}`; one name means one thing"
                yield Issue.error(path, "DUPLICATE", message)
        if names and kind in _DERIVED:
            message = f"{listed(names)}: kept, but not calculated yet, so there is no data"
            yield Issue.warning((kind,), "NOT_CALCULATED", message)
