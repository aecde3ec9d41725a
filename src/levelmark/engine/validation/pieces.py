"""The pieces that the shapes of several documents have in common."""

from typing import Final

from levelmark.domain.json import Json

_CONTROL: Final = r"\x00-\x1f\x7f"
IDENTIFIER: Final = {
    "type": "string",
    "minLength": 1,
    "maxLength": 256,
    "pattern": rf"^([^\s{_CONTROL}]([^{_CONTROL}]*[^\s{_CONTROL}])?)?$",
}
"""Any text without control characters that neither begins nor ends with a space: `easy!appointments`."""

TITLE: Final = {"type": "string", "minLength": 1, "maxLength": 1_000}
TEXT: Final = {"type": ["string", "null"], "maxLength": 100_000}
OBJECT: Final = {"type": ["object", "null"]}
CONDITION: Final[dict[str, Json]] = {
    "type": "object",
    "required": ["operator"],
    "properties": {
        "property": {"type": ["string", "null"]},
        "relation": {"type": ["string", "null"]},
        "operator": {"type": "string"},
        "value": True,
        "not": {"type": ["boolean", "null"]},
    },
    "additionalProperties": False,
}
