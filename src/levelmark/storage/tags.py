"""Tags of rows: the values of a tag that a row has, in MongoDB's words and in Python's, the same in both.

A property is looked for among the derived ones first: which of the two it was is not written down.
"""

from collections.abc import Mapping
from typing import Any, Final

from levelmark.domain.json import Json
from levelmark.engine.difference import MAX_TAG, MAX_TAGS
from levelmark.engine.trend.tags import NONE, Tag, TagKind, TagValue, tag_value, tag_values
from levelmark.storage.keys import escape_key, unescape
from levelmark.storage.values import level_value

_SCALARS: Final = ["string", "bool", "int", "long", "double"]
_NONE_IN_DATABASE: Final = [None]


def tag_fields(tag: Tag) -> list[str]:
    """The fields of a row that hold the tag's values now."""
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


def tag_members(tag: Tag) -> dict[str, Any]:
    """The list of a row's values of the tag, each once; of one that has none, the list of null."""
    members = _members(tag)
    return {
        "$let": {"vars": {"m": members}, "in": {"$cond": [{"$eq": ["$$m", []]}, _NONE_IN_DATABASE, "$$m"]}}
    }


def _members(tag: Tag) -> dict[str, Any]:
    match tag.kind:
        case TagKind.TEAM:
            return {"$setUnion": ["$teams", []]}
        case TagKind.LEVEL:
            return {"$let": {"vars": {"v": level_value(tag.name)}, "in": _alone({"$gt": ["$$v", None]})}}
        case _:
            fields = [f"${field}" for field in tag_fields(tag)]
            value = {"$ifNull": [*fields, None]}
            return {"$let": {"vars": {"v": value}, "in": _of_value(blank=tag.kind is not TagKind.RELATION)}}


def _alone(condition: dict[str, Any]) -> dict[str, Any]:
    return {"$cond": [condition, ["$$v"], []]}


def _of_value(*, blank: bool) -> dict[str, Any]:
    short = {"$lte": [{"$size": "$$v"}, MAX_TAGS]}
    tags = {"$allElementsTrue": [{"$map": {"input": "$$v", "as": "one", "in": _is_member("$$one")}}]}
    values = {"$filter": {"input": "$$v", "as": "one", "cond": _counts("$$one", blank=blank)}}
    listed = {"$cond": [{"$and": [short, tags]}, {"$setUnion": [values, []]}, []]}
    alone = _alone({"$and": [_is_member("$$v"), _counts("$$v", blank=blank)]})
    return {"$cond": [{"$isArray": ["$$v"]}, listed, alone]}


def _is_member(value: str) -> dict[str, Any]:
    text = {"$cond": [{"$eq": [{"$type": value}, "string"]}, value, ""]}
    return {
        "$and": [{"$in": [{"$type": value}, [*_SCALARS, "null"]]}, {"$lte": [{"$strLenCP": text}, MAX_TAG]}]
    }


def _counts(value: str, *, blank: bool) -> dict[str, Any]:
    scalar = {"$in": [{"$type": value}, _SCALARS]}
    return scalar if blank else {"$and": [scalar, {"$ne": [value, ""]}]}


def is_one_of(members: str, values: frozenset[TagValue]) -> dict[str, Any]:
    """A condition on rows that have any of the values in a field that `tag_members` has made."""
    wanted = {"$literal": [value for _, value in values]}
    return {"$expr": {"$ne": [{"$setIntersection": [f"${members}", wanted]}, []]}}


def tags_after(row: Mapping[str, Any], tag: Tag) -> frozenset[TagValue]:
    """The values that a state of the history has, its level apart."""
    return _tag_values(tag, _standing(row, tag))


def tags_before(row: Mapping[str, Any], tag: Tag) -> frozenset[TagValue]:
    """The values that the state before it had, its level apart."""
    if tag.changes_as not in row["changed"]:
        return tags_after(row, tag)
    return _tag_values(tag, _found(row["before"], tag))


def _tag_values(tag: Tag, value: Json) -> frozenset[TagValue]:
    if tag.kind is TagKind.TEAM:  # of teams, any number is kept
        teams = value if isinstance(value, list) else []
        return frozenset(map(tag_value, teams)) or frozenset({NONE})
    return tag_values(value, blank=tag.kind is not TagKind.RELATION)


def _standing(row: Mapping[str, Any], tag: Tag) -> Json:
    return row["identifier"] if tag.kind is TagKind.IDENTIFIER else _found(row, tag)


def _found(held: Mapping[str, Any], tag: Tag) -> Json:
    if tag.kind is TagKind.TEAM:
        return unescape(held.get("teams"))
    groups = ("relations",) if tag.kind is TagKind.RELATION else ("derived", "properties")
    values = (held.get(group, {}).get(escape_key(tag.name)) for group in groups)
    return unescape(next((value for value in values if value is not None), None))
