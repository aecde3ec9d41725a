"""Tags of rows: what a row holds of a tag, and which values of the tag that means.

A property is looked for among the derived ones first: which of the two it was is not written down.
"""

from collections.abc import Mapping
from typing import Any

from levelmark.domain.json import Json
from levelmark.engine.difference import MAX_TAG, MAX_TAGS
from levelmark.engine.trend.tags import NONE, Tag, TagKind, TagValue, tag_value, tag_values
from levelmark.storage.keys import escape_key, unescape
from levelmark.storage.values import level_value


def tag_fields(tag: Tag) -> list[str]:
    """The fields of a row that hold the tag's values, the first that has one before the others."""
    match tag.kind:
        case TagKind.TEAM:
            return ["teams"]
        case TagKind.IDENTIFIER:
            return ["identifier"]
        case TagKind.RELATION:
            return [f"relations.{escape_key(tag.name)}"]
        case TagKind.PROPERTY:
            return [f"derived.{escape_key(tag.name)}", f"properties.{escape_key(tag.name)}"]
        case TagKind.LEVEL:
            return ["scores"]


def held_of(tag: Tag) -> Any:
    """What a row holds of the tag, in MongoDB's words; null instead of what is too long for one."""
    fields = [f"${field}" for field in tag_fields(tag)]
    match tag.kind:
        case TagKind.TEAM | TagKind.IDENTIFIER:
            return fields[0]
        case TagKind.LEVEL:
            return level_value(tag.name)
        case _:
            return {"$let": {"vars": {"v": {"$ifNull": [*fields, None]}}, "in": _short("$$v")}}


def _short(value: str) -> dict[str, Any]:
    sizes = {"string": [{"$strLenCP": value}, MAX_TAG], "array": [{"$size": value}, MAX_TAGS]}
    branches = [
        {"case": {"$eq": [{"$type": value}, kind]}, "then": {"$cond": [{"$lte": size}, value, None]}}
        for kind, size in sizes.items()
    ]
    branches.append({"case": {"$eq": [{"$type": value}, "object"]}, "then": {"$literal": None}})
    return {"$switch": {"branches": branches, "default": value}}


def has_one_of(tag: Tag, values: frozenset[TagValue]) -> dict[str, Any] | None:
    """A condition that rows with one of these values meet, and few others; None where there is none."""
    if NONE in values:
        return None
    wanted = {"$in": [value for _, value in values]}
    if tag.kind is TagKind.LEVEL:
        return {"scores": {"$elemMatch": {"scorecard": tag.name, "level": wanted}}}
    either = [{field: wanted} for field in tag_fields(tag)]
    return {"$or": either} if len(either) > 1 else either[0]


def values_of(tag: Tag, held: Json) -> frozenset[TagValue]:
    """The values of what a row holds of the tag."""
    if tag.kind is TagKind.TEAM:  # of teams, any number is kept
        teams = held if isinstance(held, list) else []
        return frozenset(map(tag_value, teams)) or frozenset({NONE})
    return tag_values(unescape(held), blank=tag.kind is not TagKind.RELATION)


def values_after(row: Mapping[str, Any], tag: Tag) -> frozenset[TagValue]:
    """The values that a state of the history has of a tag other than a level."""
    return values_of(tag, _found(row, tag))


def values_before(row: Mapping[str, Any], tag: Tag) -> frozenset[TagValue]:
    """The values that the state before it had."""
    return values_of(tag, _found(row["before"] if tag.changes_as in row["changed"] else row, tag))


def _found(row: Mapping[str, Any], tag: Tag) -> Json:
    found: list[Any] = [_at(row, field) for field in tag_fields(tag)]
    return next((value for value in found if value is not None), None)


def _at(row: Mapping[str, Any], field: str) -> Json:
    # An escaped name has no point in it, so a path is a field, or a field in one.
    outer, _, inner = field.partition(".")
    value: Any = row.get(outer)
    return value.get(inner) if inner and value is not None else value
