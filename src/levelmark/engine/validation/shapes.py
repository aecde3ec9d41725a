"""The shapes of documents, as JSON Schemas: which fields there are and what may stand in them.

They are those of the field's public documents, so that one copied from there is accepted unchanged.
"""

from typing import Final

from levelmark.domain.json import Json
from levelmark.domain.naming import MARK
from levelmark.domain.scorecard import COLORS, MAX_RULES
from levelmark.engine.validation.derived_shapes import AGGREGATION, CALCULATION, DEFS, MIRROR
from levelmark.engine.validation.pieces import CONDITION as CONDITION
from levelmark.engine.validation.pieces import IDENTIFIER, OBJECT, TEXT, TITLE

_PART: Final = {
    "type": "object",
    "if": {"anyOf": [{"required": ["combinator"]}, {"required": ["conditions"]}]},
    "then": {"$ref": "#/$defs/query"},
    "else": CONDITION,
}
_QUERY: Final = {
    "type": "object",
    "required": ["combinator", "conditions"],
    "properties": {
        "combinator": {"enum": ["and", "or"]},
        "conditions": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/part"}},
    },
    "additionalProperties": False,
}
_RULE: Final = {
    "type": "object",
    "required": ["identifier", "title", "level", "query"],
    "properties": {
        "identifier": IDENTIFIER,
        "title": TITLE,
        "description": TEXT,
        "level": {"type": "string"},
        "query": {"$ref": "#/$defs/query"},
    },
    "additionalProperties": False,
}
_DEFS: Final = {"query": _QUERY, "part": _PART, "rule": _RULE}

QUERY: Final[dict[str, Json]] = {"$ref": "#/$defs/query", "$defs": _DEFS}
LEVEL_TITLE: Final[dict[str, Json]] = {**TITLE, "maxLength": 100, "pattern": rf"^[^{MARK}]*$"}
"""Any text; the one character is kept for the server's own use."""

LEVELS: Final[dict[str, Json]] = {
    "type": ["array", "null"],
    "minItems": 1,
    "maxItems": 50,
    "items": {
        "type": "object",
        "required": ["title", "color"],
        "properties": {"title": LEVEL_TITLE, "color": {"enum": list(COLORS)}},
        "additionalProperties": False,
    },
}
SCORECARD: Final[dict[str, Json]] = {
    "type": "object",
    "required": ["identifier", "title", "blueprint"],
    "properties": {
        "identifier": IDENTIFIER,
        "title": TITLE,
        "blueprint": {"type": "string"},
        "filter": {"if": {"type": "null"}, "else": {"$ref": "#/$defs/query"}},
        "levels": LEVELS,
        "rules": {"type": ["array", "null"], "maxItems": MAX_RULES, "items": {"$ref": "#/$defs/rule"}},
    },
    "additionalProperties": False,
    "$defs": _DEFS,
}


def _each(shape: dict[str, Json]) -> dict[str, Json]:
    return {"type": ["object", "null"], "additionalProperties": shape}


BLUEPRINT: Final[dict[str, Json]] = {
    "type": "object",
    "required": ["identifier", "title"],
    "properties": {
        "identifier": IDENTIFIER,
        "title": TITLE,
        "icon": TEXT,
        "description": TEXT,
        "schema": {
            "type": ["object", "null"],
            "properties": {
                "properties": {"type": "object", "additionalProperties": {"type": "object"}},
                "required": {"type": "array", "items": {"type": "string"}},
            },
            "additionalProperties": False,
        },
        "relations": {
            "type": ["object", "null"],
            "additionalProperties": {
                "type": "object",
                "required": ["target"],
                "properties": {
                    "target": IDENTIFIER,
                    "title": TEXT,
                    "icon": TEXT,
                    "description": TEXT,
                    "required": {"type": "boolean"},
                    "many": {"type": "boolean"},
                },
                "additionalProperties": False,
            },
        },
        "mirrorProperties": _each(MIRROR),
        "calculationProperties": _each(CALCULATION),
        "aggregationProperties": _each(AGGREGATION),
        "ownership": {"type": ["object", "null"]},
    },
    "additionalProperties": False,
    "$defs": DEFS,
}
ENTITY: Final[dict[str, Json]] = {
    "type": "object",
    "required": ["blueprint", "identifier"],
    "properties": {
        "blueprint": {"type": "string"},
        "identifier": IDENTIFIER,
        "title": {"type": ["string", "null"], "maxLength": 1_000},
        "icon": {"type": ["string", "null"], "maxLength": 1_000},
        "team": {
            "type": ["string", "array", "null"],
            "minLength": 1,
            "maxLength": 256,
            "maxItems": 100,
            "items": {"type": "string", "minLength": 1, "maxLength": 256},
        },
        "properties": OBJECT,
        "relations": {
            "type": ["object", "null"],
            "additionalProperties": {
                "type": ["string", "array", "null"],
                "maxItems": 1_000,
                "items": {"type": "string"},
            },
        },
    },
    "additionalProperties": False,
}
