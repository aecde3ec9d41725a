"""Judging a property: a sound JSON Schema, with what the field adds to it: colours, formats, defaults."""

from collections.abc import Iterator
from typing import Any, Final

import jsonschema_rs
from msgspec.structs import replace

from levelmark.domain.issue import Issue, Path, nearest
from levelmark.domain.json import SCHEMA_TYPES, Json, decimal_text
from levelmark.domain.scorecard import COLORS
from levelmark.engine.validation.formats import format_issues
from levelmark.engine.validation.shape import Shape
from levelmark.engine.validation.subschemas import expanded, subschemas
from levelmark.engine.validation.wording import LONGEST, listed, shown

_META_SCHEMA: Final = Shape({"$ref": "https://json-schema.org/draft/2020-12/schema"})
_REFERENCES: Final = frozenset({"$ref", "$dynamicRef", "$recursiveRef"})
_TYPES_ARE: Final = f"the types are {', '.join(SCHEMA_TYPES)}"


def property_issues(schema: dict[str, Json], path: Path) -> Iterator[Issue]:
    """Everything wrong or suspect with the JSON Schema of one property."""
    wrong = [*_type_issues(schema.get("type"), (*path, "type")), *_reference_issues(schema, path)]
    wrong = wrong or _meta_issues(schema, path) or compile_issues(schema, path)
    yield from wrong or _default_issues(schema, path)
    for one, place in subschemas(schema, path):
        yield from format_issues(one.get("format"), (*place, "format"))
        if "enumColors" in one:
            yield from _color_issues(one["enumColors"], one.get("enum"), (*place, "enumColors"))


def compile_issues(schema: dict[str, Json], path: Path) -> list[Issue]:
    """Why no validator can be made of a schema that has the right shape."""
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
    for key, item in schema.items() if isinstance(schema, dict) else ():
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


def _default_issues(schema: dict[str, Json], path: Path) -> Iterator[Issue]:
    default = schema.get("default")
    if default is not None:  # null is no value, here as elsewhere
        yield from Shape(expanded(schema)).issues(default, (*path, "default"))


def _color_issues(colors: Json, values: Any, path: Path) -> Iterator[Issue]:
    if not isinstance(colors, dict):
        message = "must be an object: the colour of each value, as in {low: green, high: red}"
        yield Issue.error(path, "WRONG_TYPE", message)
        return
    if values is None and colors:
        message = "is required where there are `enumColors`: they are the colours of its values"
        yield Issue.error((*path[:-1], "enum"), "REQUIRED", message)
    known = [_key(one) for one in values] if isinstance(values, list) else []
    for key, color in colors.items():
        if known and key not in known:
            message = f"{shown(key)} is not a value of `enum`: {listed(known)}"
            yield Issue.error((*path, key), "NOT_ALLOWED", message, nearest(key, known))
        if color not in COLORS:
            message = f"{shown(color)} is not a colour; the colours are {', '.join(COLORS)}"
            yield Issue.error((*path, key), "NOT_ALLOWED", message, nearest(color, COLORS))


def _key(value: Json) -> str:
    """A value of `enum` as a key of `enumColors`, where all is text."""
    if value is None or isinstance(value, bool):
        return str(value).lower().replace("none", "null")
    return decimal_text(value) if isinstance(value, int | float) else str(value)
