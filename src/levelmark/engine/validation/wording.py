"""Wording: what a failed keyword of a JSON Schema says to people: what would be right, and what is there."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeAlias

from levelmark.domain.json import SCHEMA_TYPES, TYPES, Json, JsonType
from levelmark.engine.validation.formats import NOUNS

LONGEST: Final = 300
"""Characters of a message, at most; what is longer is cut."""

_LONGEST_VALUE: Final = 60
_NOUNS: Final = {
    "string": "a string",
    "number": "a number",
    "integer": "an integer",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}

_Say: TypeAlias = Callable[[Mapping[str, Any], Json], str]


def shown(value: Json) -> str:
    """The value as messages show it: cut where it is long.

    >>> shown("Go"), shown(True), shown(None), shown(1.5)
    ('"Go"', '`true`', '`null`', '`1.5`')
    """
    if isinstance(value, str):
        return f'"{_cut(value)}"'
    if value is None or isinstance(value, bool):
        return f"`{str(value).lower().replace('none', 'null')}`"
    return f"`{_cut(str(value))}`" if isinstance(value, int | float) else _kind(value)


def listed(names: Iterable[str]) -> str:
    """The names as messages list them: as many as there is room for.

    >>> listed(["a", "b"])
    '`a`, `b`'
    """
    text = ""
    for name in names:
        if len(text) > LONGEST // 3:
            return f"{text} …"
        text += f"{', ' if text else ''}`{_cut(name)}`"
    return text


def type_names(types: Iterable[JsonType]) -> str:
    """The types as messages name them.

    >>> type_names({JsonType.STRING, JsonType.NUMBER})
    'Number or String'
    """
    return " or ".join(sorted(types))


def lacking(blueprint: str, kind: str, name: str, known: Iterable[str]) -> str:
    """That a blueprint has no property or relation of a name, and which it has.

    >>> lacking("service", "relation", "ownr", ["owner"])
    'blueprint `service` has no relation `ownr`; it has `owner`'
    """
    return f"blueprint `{blueprint}` has no {kind} `{_cut(name)}`; it has {listed(known) or 'none'}"


def coerced(value: Json, types: frozenset[JsonType]) -> str | None:
    """The value as one of these types, where somebody has only mistaken `5` for `"5"`, or the like.

    >>> coerced("5", frozenset({JsonType.NUMBER})), coerced(5, frozenset({JsonType.STRING}))
    ('5', '"5"')
    """
    if isinstance(value, str) and JsonType.BOOLEAN in types and value.lower() in {"true", "false"}:
        return value.lower()
    if isinstance(value, str) and JsonType.NUMBER in types and value.replace(".", "", 1).isdecimal():
        return value
    if JsonType.STRING in types and isinstance(value, bool | int | float):
        return f'"{str(value).lower() if isinstance(value, bool) else value}"'
    return None


def fault(keyword: str, given: Mapping[str, Any], value: Json) -> tuple[str, str] | None:
    """The code and the message of a keyword that the value fails; None for a keyword that is not known here.

    >>> fault("minimum", {"limit": 3}, 2)
    ('TOO_SMALL', 'must be at least 3, and is 2')
    """
    if keyword not in _FAULTS:
        return None
    code, say = _FAULTS[keyword]
    return code, say(given, value)[:LONGEST]


def suggestion(keyword: str, given: Mapping[str, Any], value: Json) -> str | None:
    """What was probably meant, where a value of the wrong type looks like one of the right type."""
    if keyword != "type":
        return None
    return coerced(value, frozenset(SCHEMA_TYPES[one] for one in given["types"] if one in SCHEMA_TYPES))


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"


def _kind(value: Json) -> str:
    nouns = {JsonType.ARRAY: "a list", JsonType.OBJECT: "an object", JsonType.NUMBER: "a number",
             JsonType.STRING: "a string", JsonType.BOOLEAN: "a boolean"}  # fmt: skip
    return nouns[TYPES[type(value)]] if value is not None else "null"


def _type(given: Mapping[str, Any], value: Json) -> str:
    wanted = [_NOUNS[name] for name in given["types"] if name != "null"] or ["null"]
    must, what, kind = f"must be {' or '.join(wanted)}", shown(value), _kind(value)
    if value is None:
        return f"{must}, and is null"
    return f"{must}, and {what} is {'not' if what == kind else kind}"


def _items(given: Mapping[str, Any], value: Json, bound: str) -> str:
    count = len(value)
    if count == 0:
        return "must not be empty"
    what = "character" if isinstance(value, str) else "item" if isinstance(value, list) else "field"
    return f"has {count:,} {what}{'' if count == 1 else 's'}; {bound} {given['limit']:,} {_is(given)} allowed"


def _is(given: Mapping[str, Any]) -> str:
    return "is" if given["limit"] == 1 else "are"


def _at_least(given: Mapping[str, Any], value: Json) -> str:
    return _items(given, value, "no fewer than")


def _at_most(given: Mapping[str, Any], value: Json) -> str:
    return _items(given, value, "no more than")


def _bound(words: str) -> _Say:
    return lambda given, value: f"must be {words} {given['limit']}, and is {value}"


def _says(text: str) -> _Say:
    return lambda _given, _value: text


_FAULTS: Final[dict[str, tuple[str, _Say]]] = {
    "type": ("WRONG_TYPE", _type),
    "required": ("REQUIRED", _says("is required")),
    "enum": ("NOT_ALLOWED", lambda given, value: (
        f"{shown(value)} is not one of {listed(map(str, given['options']))}")),
    "const": ("NOT_ALLOWED", lambda given, _: f"must be {shown(given['expected_value'])}"),
    "format": ("BAD_FORMAT", lambda given, value: (
        f"must be {NOUNS.get(given['format'], given['format'])}, and {shown(value)} is not")),
    "pattern": ("NO_MATCH", lambda given, value: (
        f"{shown(value)} does not match the pattern `{given['pattern']}`")),
    "minItems": ("TOO_FEW", _at_least),
    "maxItems": ("TOO_MANY", _at_most),
    "minLength": ("TOO_SHORT", _at_least),
    "maxLength": ("TOO_LONG", _at_most),
    "minProperties": ("TOO_FEW", _at_least),
    "maxProperties": ("TOO_MANY", _at_most),
    "minimum": ("TOO_SMALL", _bound("at least")),
    "exclusiveMinimum": ("TOO_SMALL", _bound("more than")),
    "maximum": ("TOO_LARGE", _bound("at most")),
    "exclusiveMaximum": ("TOO_LARGE", _bound("less than")),
    "multipleOf": ("NOT_ALLOWED", lambda given, value: (
        f"must be a multiple of {given['multiple_of']}, and is {value}")),
    "uniqueItems": ("DUPLICATE", _says("has an item twice")),
    "contains": ("NOT_ALLOWED", _says("lacks an item that the schema's `contains` asks for")),
    "anyOf": ("INVALID", _says("fits none of the schemas in `anyOf`")),
    "oneOf": ("INVALID", _says("must fit one of the schemas in `oneOf`, and only one")),
    "not": ("INVALID", _says("is what the schema's `not` rules out")),
    "falseSchema": ("NOT_ALLOWED", _says("is not allowed here")),
}  # fmt: skip
