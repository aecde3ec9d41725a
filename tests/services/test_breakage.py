"""Breakage: what breaks asks for force."""

from levelmark.domain.issue import Issue, Severity
from levelmark.services.breakage import forced

LOST = Issue.error((), "BREAKS_BLUEPRINT", "blueprint `team`: mirrors what goes")


def test_force_makes_warnings_and_its_absence_asks_for_it() -> None:
    assert [(one.code, one.severity) for one in forced([LOST], force=True)] == [
        ("BREAKS_BLUEPRINT", Severity.WARNING)
    ]
    assert [one.code for one in forced([LOST], force=False)] == ["BREAKS_BLUEPRINT", "NEEDS_FORCE"]
    assert forced([], force=False) == []
