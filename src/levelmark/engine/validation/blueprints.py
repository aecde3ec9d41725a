"""Judging blueprints: sound declarations of properties, and names that mean one thing each.

What is in the right shape is judged even where something beside it is not, so that all comes at once.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from levelmark.domain.blueprint import META_PROPERTIES, Blueprint
from levelmark.domain.documents import to_blueprint
from levelmark.domain.issue import Issue, Path, has_errors, nearest
from levelmark.domain.json import Json, json_issues
from levelmark.engine.validation.checked import Checked
from levelmark.engine.validation.derived_shapes import derived_shape_issues
from levelmark.engine.validation.pieces import IDENTIFIER
from levelmark.engine.validation.properties import compile_issues, property_issues
from levelmark.engine.validation.shape import Shape
from levelmark.engine.validation.shapes import BLUEPRINT

_SHAPE: Final = Shape(BLUEPRINT)
_NAME: Final = Shape(IDENTIFIER)
_DERIVED: Final = ("mirrorProperties", "calculationProperties", "aggregationProperties")


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
    schema = _object(document.get("schema"))
    properties = _object(schema.get("properties"))
    for name, property_schema in properties.items():
        if isinstance(property_schema, dict):
            yield from property_issues(property_schema, ("schema", "properties", name))
    yield from _required_issues(schema.get("required"), properties)
    yield from _name_issues(document, properties)
    yield from derived_shape_issues(document)
    if _object(document.get("ownership")):
        message = "is kept and has no effect: an entity's team is the one that is sent with it"
        yield Issue.warning(("ownership",), "IGNORED", message)


def _object(value: Json) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _required_issues(required: Json, properties: Mapping[str, Json]) -> Iterator[Issue]:
    for place, name in enumerate(required if isinstance(required, list) else ()):
        if isinstance(name, str) and name not in properties:
            message = f"there is no property `{name}` in `schema.properties`"
            here = ("schema", "required", place)
            yield Issue.error(here, "UNKNOWN_PROPERTY", message, nearest(name, properties))


def _schema_issues(document: dict[str, Any]) -> list[Issue]:
    """What is wrong with schemas that are sound one by one: two with the same `$id`, for one."""
    properties = _object(_object(document.get("schema")).get("properties"))
    return compile_issues({"properties": properties}, ("schema", "properties"))


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
