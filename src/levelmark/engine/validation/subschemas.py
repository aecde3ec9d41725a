"""Subschemas: the schemas that a JSON Schema holds inside itself, at whichever depth."""

from collections.abc import Callable, Iterator
from typing import Final

from levelmark.domain.issue import Path
from levelmark.domain.json import Json

_SINGLE: Final = frozenset(
    {
        "items", "additionalProperties", "contains", "not", "if", "then", "else", "propertyNames",
        "unevaluatedItems", "unevaluatedProperties",
    }
)  # fmt: skip
_LISTED: Final = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
_NAMED: Final = frozenset({"properties", "patternProperties", "dependentSchemas", "$defs"})
_LABELED_URL: Final = {
    "required": ["url"],
    "properties": {"url": {"type": "string", "format": "url"}, "displayText": {"type": ["string", "null"]}},
}


def subschemas(schema: Json, path: Path) -> Iterator[tuple[dict[str, Json], Path]]:
    """The schema and all in it, each with its place; what is no schema is passed over."""
    if not isinstance(schema, dict):
        return
    yield schema, path
    for keyword, value in schema.items():
        if keyword in _SINGLE:
            yield from subschemas(value, (*path, keyword))
        elif keyword in _LISTED and isinstance(value, list):
            for place, one in enumerate(value):
                yield from subschemas(one, (*path, keyword, place))
        elif keyword in _NAMED and isinstance(value, dict):
            for name, one in value.items():
                yield from subschemas(one, (*path, keyword, name))


def expanded(schema: Json) -> Json:
    """The schema with `labeled-url` written out: the validator minds formats of strings only."""
    if not isinstance(schema, dict):
        return schema
    whole = _changed(schema, expanded)
    if schema.get("format") == "labeled-url":
        whole["allOf"] = [*whole.get("allOf", ()), _LABELED_URL]
    return whole


def _changed(schema: dict[str, Json], change: Callable[[Json], Json]) -> dict[str, Json]:
    whole: dict[str, Json] = {}
    for keyword, value in schema.items():
        if keyword in _LISTED and isinstance(value, list):
            whole[keyword] = list(map(change, value))
        elif keyword in _NAMED and isinstance(value, dict):
            whole[keyword] = {name: change(one) for name, one in value.items()}
        else:
            whole[keyword] = change(value) if keyword in _SINGLE else value
    return whole
