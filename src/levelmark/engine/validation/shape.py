"""Shape issues: what a JSON Schema finds wrong with a document, in words that say what to do."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import jsonschema_rs

from levelmark.domain.issue import Issue, Path, nearest
from levelmark.domain.json import Json
from levelmark.engine.validation.formats import CHECKS, yaml_fault
from levelmark.engine.validation.pieces import IDENTIFIER
from levelmark.engine.validation.wording import LONGEST, fault, listed, suggestion

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")


class Shape:
    """A JSON Schema made ready; raises ValueError where it is not one.

    Patterns run on an engine with linear time, and references are never fetched.
    """

    def __init__(self, schema: Mapping[str, Json]) -> None:
        self._schema = schema
        self._validator = jsonschema_rs.Draft202012Validator(
            dict(schema),
            validate_formats=True,
            formats=CHECKS,
            pattern_options=jsonschema_rs.RegexOptions(),
            offline=True,
        )

    def fits(self, value: Json) -> bool:
        """Whether nothing is wrong with the value."""
        return self._validator.is_valid(value)

    def issues(self, value: Json, path: Path = ()) -> Iterator[Issue]:
        """Everything that is wrong with the value; `value` must have no `json_issues`."""
        if not self.fits(value):
            yield from dict.fromkeys(self._found(value, path))  # branches of an `if` may find the same fault

    def _found(self, value: Json, path: Path) -> Iterator[Issue]:
        for error in self._validator.iter_errors(value):
            yield from _issues((*path, *error.instance_path), error, self._fields(error))

    def _fields(self, error: jsonschema_rs.ValidationError) -> list[str]:
        """The fields that the schema knows where the error arose, to suggest the one that was meant."""
        node: Json = self._schema
        for step in error.schema_path[:-1]:
            node = node.get(step, {}) if isinstance(node, dict) else {}
        return list(node.get("properties", ())) if isinstance(node, dict) else []


def _issues(path: Path, error: jsonschema_rs.ValidationError, fields: list[str]) -> Iterator[Issue]:
    keyword, given = error.kind.name, error.kind.as_dict()
    if keyword in {"additionalProperties", "unevaluatedProperties"}:
        yield from (_unknown((*path, name), fields) for name in given["unexpected"])
    elif keyword == "required":
        yield Issue.error((*path, given["property"]), "REQUIRED", "is required")
    elif keyword == "pattern" and given["pattern"] == IDENTIFIER["pattern"]:
        yield _not_a_name(path, str(error.instance))
    else:
        yield _fault(path, error, given)


def _unknown(path: Path, fields: list[str]) -> Issue:
    message = f"is not a field here; the fields are {listed(fields)}" if fields else "is not allowed here"
    return Issue.error(path, "UNKNOWN_FIELD", message, nearest(path[-1], fields))


def _not_a_name(path: Path, name: str) -> Issue:
    message = "must have no control characters, and no space at either end"
    return Issue.error(path, "NO_MATCH", message, _CONTROL.sub("", name).strip() or None)


def _fault(path: Path, error: jsonschema_rs.ValidationError, given: dict[str, Any]) -> Issue:
    keyword, value = error.kind.name, error.instance
    code, message = fault(keyword, given, value) or ("INVALID", error.message[:LONGEST])
    if keyword == "format" and given["format"] == "yaml":
        return Issue.error(path, code, f"must be YAML: {yaml_fault(str(value))}"[:LONGEST])
    if keyword == "enum":
        return Issue.error(path, code, message, nearest(value, map(str, given["options"])))
    return Issue.error(path, code, message, suggestion(keyword, given, value))
