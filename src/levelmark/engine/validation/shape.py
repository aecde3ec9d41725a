"""Shape issues: what a JSON Schema finds wrong with a document, in words that say what to do."""

from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import jsonschema_rs

from levelmark.domain.instant import instant
from levelmark.domain.issue import Issue, Path, nearest
from levelmark.domain.json import Json

_LONGEST_MESSAGE: Final = 300
_CODES: Final = {
    "required": "REQUIRED",
    "additionalProperties": "UNKNOWN_FIELD",
    "type": "WRONG_TYPE",
    "enum": "NOT_ALLOWED",
    "const": "NOT_ALLOWED",
    "format": "BAD_FORMAT",
    "pattern": "NO_MATCH",
    "minItems": "TOO_FEW",
    "maxItems": "TOO_MANY",
    "minLength": "TOO_SHORT",
    "maxLength": "TOO_LONG",
    "minimum": "TOO_SMALL",
    "exclusiveMinimum": "TOO_SMALL",
    "maximum": "TOO_LARGE",
    "exclusiveMaximum": "TOO_LARGE",
    "uniqueItems": "DUPLICATE",
}


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return bool(parts.scheme and parts.netloc) and not any(map(str.isspace, text))


_FORMATS: Final = {
    # The ordering operators read these as instants, so what is accepted is exactly what they can read.
    "date-time": lambda text: instant(text) is not None and len(text) > len("2026-01-01"),
    "date": lambda text: instant(text) is not None and len(text) == len("2026-01-01"),
    "url": _is_url,
}


class Shape:
    """A JSON Schema made ready; raises ValueError where it is not one.

    Patterns run on an engine with linear time, and references are never fetched.
    """

    def __init__(self, schema: Mapping[str, Json]) -> None:
        self._schema = schema
        self._validator = jsonschema_rs.Draft202012Validator(
            dict(schema),
            validate_formats=True,
            formats=_FORMATS,
            pattern_options=jsonschema_rs.RegexOptions(),
            offline=True,
        )

    def issues(self, value: Json, path: Path = ()) -> Iterator[Issue]:
        """Everything that is wrong with the value; `value` must have no `json_issues`."""
        if self._validator.is_valid(value):
            return
        for error in self._validator.iter_errors(value):
            yield _issue((*path, *error.instance_path), error, self._fields(error))

    def _fields(self, error: jsonschema_rs.ValidationError) -> list[str]:
        """The fields that the schema knows where the error arose, to suggest the one that was meant."""
        node: Json = self._schema
        for step in error.schema_path[:-1]:
            node = node.get(step, {}) if isinstance(node, dict) else {}
        return list(node.get("properties", ())) if isinstance(node, dict) else []


def _issue(path: Path, error: jsonschema_rs.ValidationError, fields: list[str]) -> Issue:
    kind: dict[str, Any] = error.kind.as_dict()
    match error.kind.name:
        case "required":
            path, message, suggestion = (*path, kind["property"]), "is required", None
        case "additionalProperties":
            path, message, suggestion = _unknown(path, kind["unexpected"], fields)
        case "enum":
            message, suggestion = _not_listed(error.instance, kind["options"])
        case "pattern" if kind["pattern"].startswith(r"^[^\s\x00"):
            message = "must have no control characters, and no space at either end"
            suggestion = str(error.instance).strip() or None
        case _:
            message, suggestion = error.message, None
    code = _CODES.get(error.kind.name, "INVALID")
    return Issue.error(path, code, message[:_LONGEST_MESSAGE], suggestion)


def _unknown(path: Path, names: list[str], fields: list[str]) -> tuple[Path, str, str | None]:
    here = path if len(names) > 1 else (*path, names[0])
    message = "is not a field" if len(names) == 1 else f"has unknown fields: {', '.join(names)}"
    return here, message, nearest(names[0], fields)


def _not_listed(value: object, options: list[object]) -> tuple[str, str | None]:
    listed = ", ".join(f"`{option}`" for option in options)
    return f"`{value}` is not one of {listed}"[:_LONGEST_MESSAGE], nearest(value, map(str, options))
