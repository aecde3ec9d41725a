"""An issue: what is wrong or suspect with a document, and where."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Self, TypeAlias

from msgspec import Struct

from levelmark.domain.nearest import nearest as nearest  # an issue's suggestion: who makes issues needs it

Path: TypeAlias = tuple[str | int, ...]
"""Where in a document: property names and list indexes, from the outside in."""


class Severity(StrEnum):
    """An `ERROR` means that nothing was written; a `WARNING` was written all the same."""

    ERROR = "ERROR"
    WARNING = "WARNING"


class Issue(Struct, frozen=True):
    """One thing wrong with a document: `path` says where, `code` is for programs, `message` for people.

    >>> Issue.error(("rules", 2, "level"), "UNKNOWN_LEVEL", "there is no level `Sliver`").path
    'rules[2].level'
    """

    path: str
    code: str
    message: str
    suggestion: str | None = None
    severity: Severity = Severity.ERROR

    @classmethod
    def error(cls, path: Path, code: str, message: str, suggestion: str | None = None) -> Self:
        """An issue because of which nothing is written."""
        return cls(path_text(path), code, message, suggestion)

    @classmethod
    def warning(cls, path: Path, code: str, message: str, suggestion: str | None = None) -> Self:
        """An issue that is worth a look; the document is written."""
        return cls(path_text(path), code, message, suggestion, Severity.WARNING)


def path_text(path: Path) -> str:
    """The path as people write it: `rules[2].query.conditions[0].value`; odd names are quoted.

    >>> path_text(("properties", "a.b", 0))
    'properties["a.b"][0]'
    """
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif step.isidentifier() or step.lstrip("$").isidentifier() or step.replace("-", "_").isidentifier():
            text += f".{step}" if text else step
        else:
            text += f'["{step}"]'
    return text


def has_errors(issues: Iterable[Issue]) -> bool:
    """Whether any of the issues forbids the write."""
    return any(issue.severity is Severity.ERROR for issue in issues)
