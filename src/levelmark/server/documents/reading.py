"""Reading: all the documents of files and folders, and everything wrong with them, before one is sent."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from msgspec import Struct

from levelmark.domain.issue import Issue
from levelmark.domain.json import Json
from levelmark.server.documents.document import Document, Finding, Kind, Place
from levelmark.server.documents.files import STDIN, files_of, text_of
from levelmark.server.documents.json import read_json
from levelmark.server.documents.table import UnreadableError
from levelmark.server.documents.unfolding import Inside, unfold
from levelmark.server.documents.yaml import read_yaml

_SHOWN_STDIN: Final = "<stdin>"


class Reading(Struct, frozen=True):
    """The documents in the order of their files, and what is wrong with them."""

    documents: tuple[Document, ...]
    findings: tuple[Finding, ...]


def read_documents(paths: Iterable[str], blueprint: str | None = None) -> Reading:
    """The documents of these files and folders, `-` for standard input.

    Scorecards and entities that name no blueprint are of `blueprint`, if one is given. Raises CommandError
    where a path leads to nothing.
    """
    documents: list[Document] = []
    findings: list[Finding] = []
    for file in files_of(paths):
        for found in _unfolded(file, blueprint):
            if isinstance(found, Document):
                documents.append(found)
            else:
                findings.append(found)
    return Reading(tuple(documents), (*findings, *_repeated(documents)))


def _unfolded(file: str, blueprint: str | None) -> Iterator[Document | Finding]:
    shown = _SHOWN_STDIN if file == STDIN else file
    try:
        for number, value in enumerate(_values(file)):
            trail = f"document {number + 1}" if number and not isinstance(value, list | dict | None) else ""
            yield from unfold(value, Inside(Place(shown), trail, blueprint=blueprint))
    except UnreadableError as error:
        yield Finding(Place(shown, error.line), "", Issue.error((), "UNREADABLE", str(error)))


def _values(file: str) -> Iterable[Json]:
    text = text_of(file)
    return [read_json(text)] if _is_json(file, text) else read_yaml(text)


def _is_json(file: str, text: str) -> bool:
    """By the file's name; where that says nothing, by how the text begins."""
    suffix = Path(file).suffix.lower()
    if suffix in (".yaml", ".yml"):
        return False
    return suffix == ".json" or text.lstrip()[:1] in ("{", "[")


def _repeated(documents: Iterable[Document]) -> Iterator[Finding]:
    first: dict[tuple[Kind, str, str], Document] = {}
    for document in documents:
        scope = document.blueprint if document.kind is Kind.ENTITY else ""
        if not isinstance(scope, str) or not isinstance(document.identifier, str):
            continue
        earlier = first.setdefault((document.kind, scope, document.identifier), document)
        if earlier is not document:
            message = f"is the same one as at {earlier.place}; keep one of them"
            yield document.finding(Issue.error((), "DUPLICATE", message))
