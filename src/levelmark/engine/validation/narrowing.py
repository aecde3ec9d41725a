"""Narrowing: whether a JSON Schema may refuse values that another one takes.

In doubt it may: whoever asks then looks at the values themselves.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from levelmark.domain.json import Json, same

_TEXTS: Final = frozenset(
    {
        "$comment", "colorized", "default", "deprecated", "description", "enumColors", "examples", "icon",
        "readOnly", "spec", "specAuthentication", "title", "writeOnly",
    }
)  # fmt: skip
_ENTWINED: Final = frozenset(
    {
        "contains", "else", "if", "maxContains", "minContains", "patternProperties", "prefixItems", "then",
        "unevaluatedItems", "unevaluatedProperties",
    }
)  # fmt: skip
"""Keywords that change what others mean, so that each cannot be compared by itself."""
_UNCHECKED: Final = frozenset({"markdown", "proto"})
_Compare: TypeAlias = Callable[[Any, Any], bool]


def narrows(before: Json, after: Json) -> bool:
    """Whether a value that fits `before` may not fit `after`; both are sound schemas.

    >>> narrows({"enum": ["a"]}, {"enum": ["a", "b"], "title": "T"}), narrows({}, {"type": "string"})
    (False, True)
    """
    if after is True or before is False:
        return False
    if after is False:
        return True
    old, new = _checked({} if before is True else before), _checked(after)
    if (old.keys() | new.keys()) & _ENTWINED:
        return not same(old, new)
    if any(keyword not in old for keyword in new.keys() - {"properties", "additionalProperties", "required"}):
        return True
    return _fields_narrow(old, new) or any(
        _keyword_narrows(keyword, old[keyword], new[keyword]) for keyword in new.keys() & old.keys()
    )


def _checked(schema: Mapping[str, Json]) -> dict[str, Json]:
    """The keywords that can refuse a value."""
    return {
        keyword: value
        for keyword, value in schema.items()
        if keyword not in _TEXTS and not (keyword == "format" and value in _UNCHECKED)
    }


def _keyword_narrows(keyword: str, before: Json, after: Json) -> bool:
    compare = _COMPARED.get(keyword)
    return not same(before, after) if compare is None else compare(before, after)


def _fields_narrow(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """The same of what `properties`, `additionalProperties` and `required` say together of an object."""
    if not set(after.get("required", ())) <= set(before.get("required", ())):
        return True
    old, new = before.get("properties", {}), after.get("properties", {})
    rest, new_rest = before.get("additionalProperties", True), after.get("additionalProperties", True)
    return narrows(rest, new_rest) or any(
        narrows(old.get(name, rest), new.get(name, new_rest)) for name in {**old, **new}
    )


def _types(declared: Json) -> set[str]:
    types = set(declared if isinstance(declared, list) else [declared])
    return types | {"integer"} if "number" in types else types


def _fewer_types(before: Json, after: Json) -> bool:
    return not _types(before) <= _types(after)


def _fewer_values(before: Json, after: Json) -> bool:
    return not all(any(same(value, other) for other in after) for value in before)


def _higher(before: Json, after: Json) -> bool:
    return bool(after > before)


def _lower(before: Json, after: Json) -> bool:
    return bool(after < before)


def _elsewhere(_before: Json, _after: Json) -> bool:
    return False


_COMPARED: Final[Mapping[str, _Compare]] = {
    "type": _fewer_types,
    "enum": _fewer_values,
    "items": narrows,
    "uniqueItems": _higher,
    **dict.fromkeys(("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"), _higher),
    **dict.fromkeys(("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"), _lower),
    **dict.fromkeys(("properties", "additionalProperties", "required"), _elsewhere),
}
