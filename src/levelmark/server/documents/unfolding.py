"""Unfolding: from the value of a file to the documents in it.

A file holds a document, a list of them, an object of sections (`blueprints`, `scorecards`, `entities`), or
the documents of one blueprint as `{"blueprint": …, "data": […]}`; lists may hold any of these.
"""

from collections.abc import Iterator
from typing import Final, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from levelmark.domain.issue import Issue, nearest
from levelmark.domain.json import Json
from levelmark.server.documents.document import Document, Finding, Kind, Place
from levelmark.server.documents.shapes import UnknownKindError, dropped, kind_of, shape_issues
from levelmark.server.documents.table import Table

_SECTIONS: Final = {kind.value: kind for kind in Kind}
_WRAPPER: Final = {"blueprint", "data"}
_NAMES: Final = {str: "a string", bool: "a boolean", int: "a number", float: "a number", list: "a list"}


class Inside(Struct, frozen=True):
    """Where an unfolded value stands, and what stands around it says of it."""

    place: Place
    trail: str = ""
    kind: Kind | None = None
    blueprint: str | None = None
    wrapped: bool = False


Unfolded: TypeAlias = Iterator[Document | Finding]


def unfold(value: Json, inside: Inside) -> Unfolded:
    """The documents in a value, each with its issues behind it; nothing for an empty one."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from unfold(item, _at(inside, item, f"{inside.trail}[{index}]"))
    elif isinstance(value, dict):
        yield from _object(value, _at(inside, value, inside.trail))
    elif value is not None or inside.trail:
        what = _NAMES.get(type(value), "null")
        yield _fault(inside, f"is {what} where a document is expected")


def _at(inside: Inside, value: Json, trail: str) -> Inside:
    place = replace(inside.place, line=value.line) if isinstance(value, Table) else inside.place
    return replace(inside, place=place, trail=trail)


def _object(value: dict[str, Json], inside: Inside) -> Unfolded:
    if inside.kind is None and "identifier" not in value:
        if not _SECTIONS.keys().isdisjoint(value):
            yield from _sections(value, inside)
            return
        if value.keys() >= _WRAPPER:
            yield from _wrapper(value, inside)
            return
    yield from _document(value, inside)


def _sections(value: dict[str, Json], inside: Inside) -> Unfolded:
    for name, items in value.items():
        here = replace(inside, trail=f"{inside.trail}.{name}" if inside.trail else name)
        if name not in _SECTIONS:
            hint = nearest(name, _SECTIONS)
            yield _fault(here, f"is not a section; the sections are {', '.join(_SECTIONS)}", hint)
        elif not isinstance(items, list):
            yield _fault(here, "must be a list of documents")
        else:
            yield from unfold(items, replace(here, kind=_SECTIONS[name]))


def _wrapper(value: dict[str, Json], inside: Inside) -> Unfolded:
    blueprint, items = value["blueprint"], value["data"]
    here = replace(inside, trail=f"{inside.trail}.data" if inside.trail else "data")
    extra = sorted(value.keys() - _WRAPPER)
    if extra:
        yield _fault(inside, f"`blueprint` and `data` stand alone, here with {', '.join(extra)}")
    elif not isinstance(blueprint, str) or not isinstance(items, list):
        yield _fault(inside, "`blueprint` must be an identifier, and `data` a list of documents")
    else:
        yield from unfold(items, replace(here, blueprint=blueprint, wrapped=True))


def _document(value: dict[str, Json], inside: Inside) -> Unfolded:
    identifier = value.get("identifier")
    subject = identifier if isinstance(identifier, str) and identifier else inside.trail
    try:
        kind = inside.kind or kind_of(value)
    except UnknownKindError as error:
        yield _fault(replace(inside, trail=subject), str(error))
        return
    content = dropped(kind, value)
    if kind is not Kind.BLUEPRINT and inside.blueprint is not None:
        content.setdefault("blueprint", inside.blueprint)
    document = Document(kind, content, inside.place, subject)
    yield document
    if inside.wrapped and content.get("blueprint") != inside.blueprint:
        yield document.finding(_contradicts(kind, inside.blueprint))
    for issue in shape_issues(kind, content):
        yield document.finding(issue)


def _contradicts(kind: Kind, blueprint: str | None) -> Issue:
    what = "a blueprint" if kind is Kind.BLUEPRINT else "a document of another blueprint"
    return Issue.error((), "WRONG_BLUEPRINT", f"is {what} among the `data` of `{blueprint}`")


def _fault(inside: Inside, message: str, suggestion: str | None = None) -> Finding:
    return Finding(inside.place, inside.trail, Issue.error((), "UNKNOWN_DOCUMENT", message, suggestion))
