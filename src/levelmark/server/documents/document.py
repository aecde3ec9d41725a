"""A document of a file: what it is, what it says and where it stands, so that issues can name the place."""

import re
from enum import StrEnum
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from levelmark.domain.issue import Issue, Severity
from levelmark.domain.json import Json
from levelmark.server.documents.table import Table

_STEP: Final = re.compile(r'\[(?P<index>\d+)\]|\["(?P<quoted>.*?)"\]|\.?(?P<name>[^.\[]+)')


class Kind(StrEnum):
    """What a document describes; the value is the name of the section that holds such documents."""

    BLUEPRINT = "blueprints"
    SCORECARD = "scorecards"
    ENTITY = "entities"


class Place(Struct, frozen=True):
    """Where something stands: a file, as it was named, and a line from 1 on; 0 where that is not known."""

    file: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


class Finding(Struct, frozen=True):
    """An issue and whose it is: `subject` is an identifier, or a way through the file to what has none."""

    place: Place
    subject: str
    issue: Issue

    @property
    def is_error(self) -> bool:
        """Whether the issue forbade something."""
        return self.issue.severity is Severity.ERROR

    def __str__(self) -> str:
        weight = "" if self.is_error else "warning"
        parts = (str(self.place), self.subject, self.issue.path, weight, self.issue.message)
        meant = f" (did you mean `{self.issue.suggestion}`?)" if self.issue.suggestion else ""
        return ": ".join(part for part in parts if part) + meant


class Document(Struct, frozen=True):
    """A blueprint, scorecard or entity as it will be sent, and where it stands."""

    kind: Kind
    content: dict[str, Json]
    place: Place
    subject: str

    @property
    def identifier(self) -> Json:
        """What it is known by, as it was written."""
        return self.content.get("identifier")

    @property
    def blueprint(self) -> Json:
        """The blueprint that it belongs to, as it was written; a blueprint belongs to itself."""
        return self.content.get("identifier" if self.kind is Kind.BLUEPRINT else "blueprint")

    def finding(self, issue: Issue) -> Finding:
        """An issue of this document, on the line of the innermost object on the issue's path."""
        return Finding(replace(self.place, line=self._line(issue.path)), self.subject, issue)

    def _line(self, path: str) -> int:
        line, value = self.place.line, self.content
        for step in _STEP.finditer(path):
            value = _member(value, step)
            line = value.line if isinstance(value, Table) else line
        return line


def _member(value: Json, step: re.Match[str]) -> Json:
    if isinstance(value, list) and step["index"]:
        index = int(step["index"])
        return value[index] if index < len(value) else None
    return value.get(step["quoted"] or step["name"]) if isinstance(value, dict) else None
