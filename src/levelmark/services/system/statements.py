"""Statements: what a document says of a scorecard or a rule, as the document that scorecards are written by.

A replace that says nothing of what makes a scorecard or a rule leaves it as it is: such a document is about
what others have added alone.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from msgspec import UNSET
from msgspec.structs import replace

from levelmark.domain.documents import to_document
from levelmark.domain.entity import EntityInput
from levelmark.domain.issue import Issue
from levelmark.domain.json import Json
from levelmark.domain.parts import joined, parted
from levelmark.domain.scorecard import Rule, Scorecard
from levelmark.services.drafts import Mode

_SCORECARD: Final[tuple[str, ...]] = ("blueprint", "levels", "filter")
_RULE: Final[tuple[str, ...]] = ("level", "query", "description")
_PAIR: Final = 2


def scorecard_document(sent: EntityInput, told: Scorecard | None, mode: Mode) -> dict[str, Json] | None:
    """The scorecard as the document leaves it; None where it says nothing new of it.

    `told` is the scorecard as it is, `sent` has nothing but what the server keeps.
    """
    base = to_document(told) if told else {}
    says = {name: sent.properties[name] for name in _SCORECARD if name in sent.properties}
    whole = mode is Mode.REPLACE and "blueprint" in says
    title = _title(sent, None if whole or told is None else told.title)
    if told is not None and not says and title == told.title:
        return None
    kept = {} if whole else {name: base[name] for name in _SCORECARD if name in base}
    rules = {"rules": base["rules"]} if base.get("rules") else {}
    return {"identifier": sent.identifier, "title": title, **kept, **says, **rules}


def rule_document(sent: EntityInput, rule: str, told: Rule | None, mode: Mode) -> dict[str, Json] | None:
    """The rule of that name as the document leaves it; None where it says nothing new of it."""
    base = to_document(told) if told else {}
    says = {name: sent.properties[name] for name in _RULE if name in sent.properties}
    whole = mode is Mode.REPLACE and "query" in says
    title = _title(replace(sent, identifier=rule), None if whole or told is None else told.title)
    if told is not None and not says and title == told.title:
        return None
    kept = {} if whole else {name: base[name] for name in _RULE if name in base}
    return {"identifier": rule, "title": title, **kept, **says}


def _title(sent: EntityInput, before: str | None) -> str:
    if sent.title is UNSET:
        return before or sent.identifier
    return sent.title or sent.identifier


def rule_parts(identifier: str, scorecard: Json) -> tuple[str, str] | Issue:
    """The scorecard and the rule that an identifier names, with the scorecard that the document relates to.

    >>> rule_parts("has-owner", "security"), rule_parts("security/has-owner", None)
    (('security', 'has-owner'), ('security', 'has-owner'))
    """
    parts = parted(identifier)
    if isinstance(scorecard, str) and scorecard:
        begun = f"{joined(scorecard)}/"
        rest = parted(identifier.removeprefix(begun))
        return (
            (scorecard, rest[0])
            if identifier.startswith(begun) and len(rest) == 1
            else (scorecard, identifier)
        )
    if len(parts) == _PAIR:
        return parts[0], parts[1]
    message = "a rule belongs to a scorecard: say which, or send `<scorecard>/<rule>` as the identifier"
    return Issue.error(("relations", "scorecard"), "REQUIRED", message)


def scorecard_issues(issues: Iterable[Issue]) -> tuple[Issue, ...]:
    """Issues of a scorecard's document, with the paths of the entity's."""
    return _moved(issues, {name: f"properties.{name}" for name in _SCORECARD})


def rule_issues(issues: Iterable[Issue]) -> tuple[Issue, ...]:
    """Issues of a rule's edit, with the paths of the entity's."""
    names = {f"rule.{name}": f"properties.{name}" for name in _RULE}
    fields = {f"rule.{name}": name for name in ("identifier", "title")}
    return _moved(issues, {"scorecard": "relations.scorecard", **names, **fields, "rule": ""})


def _moved(issues: Iterable[Issue], places: Mapping[str, str]) -> tuple[Issue, ...]:
    return tuple(replace(issue, path=_path(issue.path, places)) for issue in issues)


def _path(path: str, places: Mapping[str, str]) -> str:
    for old, new in places.items():
        rest = path.removeprefix(old)
        if path.startswith(old) and (not rest or (rest[0] in ".[" and new)):
            return f"{new}{rest}" if old != "scorecard" or not rest else path
    return path
