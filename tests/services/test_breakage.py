"""Breakage: what others read of a blueprint is asked for where a change may break it, and only there."""

from collections.abc import Sequence
from typing import Any

import pytest

from levelmark.domain.blueprint import Blueprint
from levelmark.domain.documents import to_blueprint
from levelmark.domain.issue import Issue, Severity
from levelmark.domain.json import Json
from levelmark.services import Services
from levelmark.services.breakage import Breakage, forced
from tests.support.documents import blueprint

OWNED: dict[str, Any] = {"owner": {"target": "team"}}
LOST = Issue.error((), "BREAKS_BLUEPRINT", "blueprint `team`: mirrors what goes")


@pytest.mark.parametrize(
    ("extra", "asked"),
    [
        ({"title": "Another"}, False),
        ({"relations": OWNED | {"more": {"target": "team"}}}, False),
        ({"schema": {"properties": {}}}, True),
        ({"relations": {}}, True),
        ({"relations": {"owner": {"target": "person"}}}, True),
        ({"schema": {"properties": {"stars": {"type": "string"}}}}, True),
    ],
    ids=["texts", "additions", "property", "relation", "target", "type"],
)
async def test_readers_are_asked_where_they_may_break(
    services: Services, extra: dict[str, Json], asked: bool
) -> None:
    async def readers(_before: Blueprint, _after: Blueprint) -> Sequence[Issue]:
        return [LOST]

    before = to_blueprint(blueprint(relations=OWNED))
    after = to_blueprint(blueprint(relations=OWNED) | extra)
    found = await Breakage(services.storage, services.catalogue, readers).issues(before, after)
    assert found == ([LOST] if asked else [])


def test_force_makes_warnings_and_its_absence_asks_for_it() -> None:
    assert [(one.code, one.severity) for one in forced([LOST], force=True)] == [
        ("BREAKS_BLUEPRINT", Severity.WARNING)
    ]
    assert [one.code for one in forced([LOST], force=False)] == ["BREAKS_BLUEPRINT", "NEEDS_FORCE"]
    assert forced([], force=False) == []
