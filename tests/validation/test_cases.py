"""Bad documents, and those that are only suspect: for each, every issue that it has, all at once.

The cases are data in `cases/`. `document` is added to the file's `base`; an issue says where it is (`at`),
its `code`, whether it `is` only a WARNING, and what was `meant`.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
import yaml

from levelmark.domain.documents import to_blueprint
from levelmark.domain.entity import Entity, EntityInput
from levelmark.domain.issue import Issue, Severity
from levelmark.domain.json import Json
from levelmark.engine.validation import (
    Checked,
    EntityChecker,
    read_blueprint,
    read_entity,
    read_query,
    read_scorecard,
    sound_part,
)
from levelmark.operators import levelmark_operators

OPERATORS: Final = {operator.name: operator for operator in levelmark_operators()}
BLUEPRINT: Final = to_blueprint(
    {
        "identifier": "service",
        "title": "Service",
        "schema": {
            "properties": {
                "language": {"type": "string", "enum": ["Go", "Rust"]},
                "stars": {"type": "number"},
                "archived": {"type": "boolean"},
                "tags": {"type": "array", "items": {"type": "string"}, "maxItems": 3, "uniqueItems": True},
                "settings": {
                    "type": "object",
                    "properties": {"replicas": {"type": "integer"}, "$where": {}},
                    "additionalProperties": False,
                },
                "deployed_at": {"type": "string", "format": "date-time"},
                "due": {"type": "string", "format": "date"},
                "homepage": {"type": "string", "format": "url"},
                "code": {"type": "string", "pattern": "^[A-Z]+$"},
                "cost": {"type": "number", "minimum": 0},
                "owner_mail": {"type": "string", "format": "email"},
                "anything": {},
            },
            "required": ["cost", "owner_mail"],
        },
        "relations": {"owner": {"target": "team"}, "uses": {"target": "service", "many": True}},
        "mirrorProperties": {"slack": {"path": "owner.slack"}},
        "aggregationProperties": {
            "incidents": {"target": "incident", "calculationSpec": {"func": "count"}},
            "worst": {"target": "incident", "calculationSpec": {"func": "max", "property": "severity"}},
        },
    }
)


class Expected(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An issue as a case has it."""

    at: str
    code: str
    is_: str = msgspec.field(name="is", default="ERROR")
    meant: str | None = None


class Case(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A document, and all its issues."""

    id: str
    document: Any
    issues: list[Expected]


def judge_entity(document: Json) -> Checked[Any]:
    """What judging an entity comes to when it is new."""
    checked = read_entity(document)
    sent = checked.value or sound_part(document)
    if sent is None:
        return checked
    entity = Entity(sent.blueprint, sent.identifier, properties=sent.properties, relations=sent.relations)
    return Checked(checked.value, (*checked.issues, *EntityChecker(BLUEPRINT).issues(entity, sent)))


def judge_property(document: Json) -> Checked[Any]:
    """What judging a property comes to, and the value that an entity has of it."""
    declared = {
        "identifier": "service",
        "title": "Service",
        "schema": {"properties": {"p": document["schema"]}},
    }
    checked = read_blueprint(declared)
    if checked.value is None or "value" not in document:
        return checked
    sent = EntityInput("service", "api", properties={"p": document["value"]})
    entity = Entity(sent.blueprint, sent.identifier, properties=sent.properties)
    found = tuple(EntityChecker(checked.value).issues(entity, sent))
    return Checked(None if found else checked.value, (*checked.issues, *found))


JUDGES: Final[Mapping[str, Callable[[Json], Checked[Any]]]] = {
    "blueprint": read_blueprint,
    "scorecard": lambda document: read_scorecard(document, BLUEPRINT, OPERATORS),
    "query": lambda document: read_query(document, BLUEPRINT, OPERATORS),
    "entity": judge_entity,
    "property": judge_property,
}


def cases() -> Iterator[Any]:
    for path in sorted((Path(__file__).parent / "cases").glob("*.yaml")):
        loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
        for raw in loaded["cases"]:
            case = msgspec.convert(raw, Case)
            document = case.document
            whole = loaded["base"] | document if isinstance(document, dict) else document
            yield pytest.param(loaded["read"], whole, case.issues, id=f"{path.stem}-{case.id}")


@pytest.mark.parametrize(("kind", "document", "expected"), list(cases()))
def test_a_document_has_all_its_issues_at_once(kind: str, document: Json, expected: list[Expected]) -> None:
    checked = JUDGES[kind](document)
    found = [Expected(one.path, one.code, one.severity.value, one.suggestion) for one in checked.issues]
    assert sorted(found, key=order) == sorted(expected, key=order)
    if kind != "entity":  # one that is sound by itself may be wrong for its blueprint
        assert (checked.value is None) is any(one.is_ == "ERROR" for one in expected)
    for issue in checked.issues:
        assert_readable(issue)


def order(issue: Expected) -> tuple[str, str]:
    return issue.at, issue.code


def assert_readable(issue: Issue) -> None:
    """A message is one line of bounded length that speaks JSON, not Python, and no schema's jargon."""
    assert 5 <= len(issue.message) <= 300
    assert "\n" not in issue.message
    assert not {"None", "True", "False"} & set(issue.message.replace("`", " ").split()), issue.message
    assert "Additional properties" not in issue.message
    assert "is not of type" not in issue.message
    assert issue.severity in Severity


def test_there_are_many_cases_of_each_kind() -> None:
    bad = [case for case in cases() if any(one.is_ == "ERROR" for one in case.values[2])]
    assert len(bad) >= 40
    assert {case.values[0] for case in bad} == JUDGES.keys()
