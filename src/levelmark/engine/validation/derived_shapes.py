"""The shapes of derived properties: mirrors, calculations and aggregations, each judged by itself.

Whether what they name exists in other blueprints is told elsewhere: it takes these blueprints to know.
"""

from collections.abc import Iterator
from typing import Any, Final

from levelmark.domain.issue import Issue, Path
from levelmark.domain.json import SCHEMA_TYPES, Json
from levelmark.domain.scorecard import COLORS
from levelmark.engine.validation.formats import format_issues
from levelmark.engine.validation.pieces import CONDITION, TEXT

MAX_CALCULATION: Final = 10_000
"""Characters of a calculation, at most."""

TIME_UNITS: Final = ("hour", "day", "week", "month")
"""What an average may be taken per; `total` besides, for the plain mean of a property's values."""

_FUNCTIONS: Final = {
    "entities": ("count", "average"),
    "property": ("sum", "average", "median", "min", "max"),
}
_ALL_FUNCTIONS: Final = ("count", *_FUNCTIONS["property"])
_NAME: Final = {"type": "string", "minLength": 1, "maxLength": 256}
_SHOWN: Final = {"title": TEXT, "icon": TEXT, "description": TEXT}
_PARTS: Final[dict[str, Json]] = {
    "type": "array",
    "minItems": 1,
    "items": {
        "type": "object",
        "if": {"anyOf": [{"required": [name]} for name in ("combinator", "rules", "conditions")]},
        "then": {"$ref": "#/$defs/selection"},
        "else": CONDITION,
    },
}
DEFS: Final[dict[str, Json]] = {
    "selection": {
        "type": "object",
        "required": ["combinator"],
        "properties": {"combinator": {"enum": ["and", "or"]}, "rules": _PARTS, "conditions": _PARTS},
        "additionalProperties": False,
    }
}
"""What the shapes below refer to; it belongs to the schema around them."""

MIRROR: Final[dict[str, Json]] = {
    "type": "object",
    "required": ["path"],
    "properties": {"path": {"type": "string", "maxLength": 2_000}, **_SHOWN},
    "additionalProperties": False,
}
CALCULATION: Final[dict[str, Json]] = {
    "type": "object",
    "required": ["calculation", "type"],
    "properties": {
        "calculation": {"type": "string", "minLength": 1, "maxLength": MAX_CALCULATION},
        "type": {"enum": list(SCHEMA_TYPES)},
        "format": {"type": "string"},
        "items": {"type": "object"},
        "colorized": {"type": "boolean"},
        "colors": {"type": "object", "additionalProperties": {"enum": list(COLORS)}},
        "spec": {"type": "string"},
        "specAuthentication": {"type": "object"},
        **_SHOWN,
    },
    "additionalProperties": False,
}
AGGREGATION: Final[dict[str, Json]] = {
    "type": "object",
    "required": ["target", "calculationSpec"],
    "properties": {
        "target": _NAME,
        "calculationSpec": {
            "type": "object",
            "required": ["calculationBy", "func"],
            "properties": {
                "calculationBy": {"enum": list(_FUNCTIONS)},
                "func": {"enum": list(_ALL_FUNCTIONS)},
                "property": _NAME,
                "averageOf": {"enum": [*TIME_UNITS, "total"]},
                "measureTimeBy": _NAME,
            },
            "additionalProperties": False,
        },
        "query": {"if": {"type": "null"}, "else": {"$ref": "#/$defs/selection"}},
        "pathFilter": {
            "type": ["array", "null"],
            "maxItems": 50,
            "items": {
                "type": "object",
                "required": ["path"],
                "properties": {
                    "path": {"type": "array", "minItems": 1, "maxItems": 20, "items": _NAME},
                    "fromBlueprint": _NAME,
                },
                "additionalProperties": False,
            },
        },
        "type": {"enum": ["number"]},
        **_SHOWN,
    },
    "additionalProperties": False,
}


def derived_shape_issues(document: dict[str, Any]) -> Iterator[Issue]:
    """What of a blueprint's derived properties its shape alone cannot tell."""
    for name, mirror in _entries(document, "mirrorProperties"):
        yield from _path_issues(mirror.get("path"), ("mirrorProperties", name, "path"))
    for name, calculation in _entries(document, "calculationProperties"):
        yield from _calculation_issues(calculation, ("calculationProperties", name))
    for name, aggregation in _entries(document, "aggregationProperties"):
        path: Path = ("aggregationProperties", name)
        yield from _selection_issues(aggregation.get("query"), (*path, "query"))
        spec = aggregation.get("calculationSpec")
        if isinstance(spec, dict):
            yield from _spec_issues(spec, (*path, "calculationSpec"))


def _entries(document: dict[str, Any], kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    entries = document.get(kind)
    for name, entry in entries.items() if isinstance(entries, dict) else ():
        if isinstance(entry, dict):
            yield name, entry


def _path_issues(mirrored: Json, path: Path) -> Iterator[Issue]:
    if isinstance(mirrored, str) and not all(mirrored.partition(".")):
        message = "must name a relation and a property behind it, as in `team.slack`"
        yield Issue.error(path, "BAD_PATH", message)


def _calculation_issues(calculation: dict[str, Any], path: Path) -> Iterator[Issue]:
    program = calculation.get("calculation")
    if isinstance(program, str) and program and not program.strip():
        yield Issue.error((*path, "calculation"), "TOO_SHORT", "must not be empty")
    yield from format_issues(calculation.get("format"), (*path, "format"))


def _selection_issues(selection: Json, path: Path) -> Iterator[Issue]:
    """That conditions stand in `rules`, as the field has it, or in `conditions`: in one of the two."""
    if not isinstance(selection, dict) or not selection.keys() & {"combinator", "rules", "conditions"}:
        return
    if "rules" not in selection and "conditions" not in selection:
        yield Issue.error((*path, "rules"), "REQUIRED", "is required: the conditions, in a list")
    if "rules" in selection and "conditions" in selection:
        message = "stands beside `rules`, which means the same; write all conditions into one of the two"
        yield Issue.error((*path, "conditions"), "DUPLICATE", message)
    for kind in ("rules", "conditions"):
        parts = selection.get(kind)
        for place, part in enumerate(parts if isinstance(parts, list) else ()):
            yield from _selection_issues(part, (*path, kind, place))


def _spec_issues(spec: dict[str, Any], path: Path) -> Iterator[Issue]:
    by, function = spec.get("calculationBy"), spec.get("func")
    if by not in tuple(_FUNCTIONS) or function not in _ALL_FUNCTIONS:
        return  # which is told already; tuples, since there may be any JSON
    if function not in _FUNCTIONS[by]:
        message = f"with calculationBy `{by}`, `func` is one of {', '.join(_FUNCTIONS[by])}"
        yield Issue.error((*path, "func"), "NOT_ALLOWED", message)
    if by == "property" and "property" not in spec:
        message = "is required: the property of the target whose values are summed up"
        yield Issue.error((*path, "property"), "REQUIRED", message)
    if by == "entities" and function == "average":
        yield from _unit_issues(spec.get("averageOf"), (*path, "averageOf"))
    yield from _ignored_issues(spec, path)


def _unit_issues(unit: Json, path: Path) -> Iterator[Issue]:
    if unit is None:
        message = f"is required: entities are counted per {', '.join(TIME_UNITS[:-1])} or {TIME_UNITS[-1]}"
        yield Issue.error(path, "REQUIRED", message)
    elif unit == "total":
        message = f"entities are averaged over time: per {', '.join(TIME_UNITS)}; `total` is of properties"
        yield Issue.error(path, "NOT_ALLOWED", message)


def _ignored_issues(spec: dict[str, Any], path: Path) -> Iterator[Issue]:
    idle = {"averageOf", "measureTimeBy"} if spec["func"] != "average" else set[str]()
    idle |= {"property"} if spec["calculationBy"] == "entities" else set()
    for name in spec:
        if name in idle:
            what = f"calculationBy `{spec['calculationBy']}` and func `{spec['func']}`"
            yield Issue.warning((*path, name), "IGNORED", f"means nothing with {what}")
