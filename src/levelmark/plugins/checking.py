"""Checking: whether what a hook yields can be used; the engine relies on every field of it.

A value's fields may be of any type: nobody has looked at them before.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import jsonschema_rs

from levelmark.domain.json import JsonType
from levelmark.domain.notifier import Notifier
from levelmark.domain.operator import Example, Missing, Operator, unprepared


class UnusablePluginError(Exception):
    """A plugin offers something that is no operator or notifier, or an invalid one."""


def check_values(hook: str, kind: type[Any], values: Iterable[Any]) -> None:
    """Raises UnusablePluginError where something cannot be used as a value of that kind."""
    seen: set[str] = set()
    for value in values:
        if not isinstance(value, kind):
            raise UnusablePluginError(f"{hook} must yield {kind.__name__} values, not {value!r}")
        if not _is_name(value.name):
            raise UnusablePluginError(f"{value.name!r} cannot be the name of what {hook} yields")
        if value.name in seen:
            raise UnusablePluginError(f"{hook} yields `{value.name}` more than once")
        seen.add(value.name)
        for field, fits in _FIELDS[kind].items():
            if not fits(getattr(value, field)):
                raise UnusablePluginError(f"the {field} of `{value.name}` cannot be used")
        if isinstance(value, Operator) and (value.prepare is unprepared) is (value.timed is None):
            raise UnusablePluginError(f"`{value.name}` must have `prepare` or `timed`, and only one of them")
        _check_schema(value.name, getattr(value, _SCHEMAS[kind]))


def _is_name(name: object) -> bool:
    return isinstance(name, str) and bool(name) and name == name.strip()


def _is_text(text: object) -> bool:
    return isinstance(text, str)


def _are_types(types: object) -> bool:
    return isinstance(types, frozenset) and bool(types) and all(isinstance(one, JsonType) for one in types)


def _are_examples(examples: object) -> bool:
    return isinstance(examples, tuple) and all(isinstance(one, Example) for one in examples)


def _is_function_or_none(value: object) -> bool:
    return value is None or callable(value)


_FIELDS: Final[dict[type, dict[str, Callable[[object], bool]]]] = {
    Operator: {
        "description": _is_text,
        "types": _are_types,
        "prepare": callable,
        "timed": _is_function_or_none,
        "judge": _is_function_or_none,
        "missing": lambda missing: isinstance(missing, Missing),
        "examples": _are_examples,
    },
    Notifier: {"description": _is_text, "notify": callable},
}
_SCHEMAS: Final[dict[type, str]] = {Operator: "value_schema", Notifier: "configuration_schema"}


def _check_schema(name: str, schema: object) -> None:
    if schema is None:
        return
    if not isinstance(schema, Mapping):
        raise UnusablePluginError(f"the JSON Schema of `{name}` is not valid: it must be an object")
    try:
        jsonschema_rs.Draft202012Validator(dict(schema), offline=True)
    except ValueError as error:
        raise UnusablePluginError(f"the JSON Schema of `{name}` is not valid: {error}") from error
