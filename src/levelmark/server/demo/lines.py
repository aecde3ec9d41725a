"""The demo's lines: how the sample stands, what is done to it, and what changes because of that."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from levelmark.domain.json import Json
from levelmark.server.demo.console import clock, faint, level, strong
from levelmark.server.demo.story import Step

STANDING: Final = """
{
  scorecards(blueprint: "service", first: 500) { edges { node { identifier title levels { title color } } } }
  entities(blueprint: "service", first: 500) {
    edges { node { scores { level { title } scorecard { identifier } } } }
  }
  levelChanges(first: 1) { edges { node { cursor } } }
}
"""
"""Asks for what `standing_lines` wants, and for the cursor of the latest change."""

CHANGES: Final = """
subscription ($after: String) {
  levelChanges(after: $after) {
    at entityIdentifier teams fromLevel toLevel
    scorecardIdentifier scorecard { title levels { title color } }
    cause { kind }
  }
}
"""
"""Asks for what `change_line` wants."""


def standing_lines(standing: Mapping[str, Any]) -> Iterator[str]:
    """A line for each scorecard: how many entities stand on which level."""
    entities = [edge["node"] for edge in standing["entities"]["edges"]]
    scores = Counter(
        (score["scorecard"]["identifier"], score["level"]["title"])
        for entity in entities
        for score in entity["scores"]
    )
    for scorecard in (edge["node"] for edge in standing["scorecards"]["edges"]):
        counts = [(scores[scorecard["identifier"], one["title"]], one) for one in scorecard["levels"]]
        parts = [f"{count} {level(one['title'], one['color'])}" for count, one in counts]
        left_out = len(entities) - sum(count for count, _ in counts)
        parts += [f"{left_out} {level(None, None)}"] if left_out else []
        yield f"{strong(scorecard['title'])}: {', '.join(parts)}"


def step_line(step: Step) -> str:
    """What happens: to which entity, in people's words, and what is written."""
    written = ", ".join(f"{name}: {_shown(value)}" for name, value in step.set.items())
    return f"{clock(datetime.now(UTC))} {strong(step.entity)}: {step.says} {faint(f'({written})')}"


def change_line(change: Mapping[str, Any]) -> str:
    """One level change: who, in which scorecard, from where to where, and why."""
    scorecard = change["scorecard"] or {"title": change["scorecardIdentifier"], "levels": []}
    colors = {one["title"]: one["color"] for one in scorecard["levels"]}
    before, after = (level(change[side], colors.get(change[side])) for side in ("fromLevel", "toLevel"))
    teams = f" ({', '.join(change['teams'])})" if change["teams"] else ""
    cause = faint(f"[{change['cause']['kind'].replace('_', ' ').lower()}]")
    who = f"{strong(change['entityIdentifier'])}{teams}"
    moment = clock(datetime.fromisoformat(change["at"]))
    return f"{moment}   {who} {scorecard['title']}: {before} → {after} {cause}"


def _shown(value: Json) -> str:
    match value:
        case None:
            return "nothing"
        case list():
            return ", ".join(map(str, value))
        case bool():
            return str(value).lower()
    return str(value)
