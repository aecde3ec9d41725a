"""Judging scorecards: levels, rules and the filter, each against the blueprint they are for.

What is in the right shape is judged even where something beside it is not, so that all comes at once.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from levelmark.domain.blueprint import Blueprint
from levelmark.domain.documents import to_scorecard
from levelmark.domain.issue import Issue, has_errors, nearest
from levelmark.domain.json import Json, json_issues
from levelmark.domain.operator import Operator
from levelmark.domain.scorecard import DEFAULT_LEVELS, Scorecard
from levelmark.engine.validation.checked import Checked
from levelmark.engine.validation.queries import query_issues
from levelmark.engine.validation.shape import Shape
from levelmark.engine.validation.shapes import LEVELS, SCORECARD

_SHAPE: Final = Shape(SCORECARD)
_LEVELS_SHAPE: Final = Shape(LEVELS)


def read_scorecard(
    document: Json, blueprint: Blueprint | None, operators: Mapping[str, Operator]
) -> Checked[Scorecard]:
    """The scorecard of a document, judged against the blueprint whose entities it evaluates.

    Without a blueprint, properties and relations are not judged.
    """
    issues = [*json_issues(document, ())]
    if not issues:
        issues = [*_SHAPE.issues(document), *_meaning_issues(document, blueprint, operators)]
    return Checked(None if has_errors(issues) else to_scorecard(document), tuple(issues))


def _meaning_issues(
    document: Json, blueprint: Blueprint | None, operators: Mapping[str, Operator]
) -> Iterator[Issue]:
    if not isinstance(document, dict):
        return
    titles, rules = _titles(document), _rules(document)
    yield from _duplicates(dict(enumerate(titles)), "levels", "title")
    names = {place: rule.get("identifier") for place, rule in rules.items()}
    yield from _duplicates(names, "rules", "identifier")
    for place, rule in rules.items():
        if titles and isinstance(rule.get("level"), str):
            yield from _level_issues(rule["level"], titles, place)
        yield from query_issues(rule.get("query"), blueprint, operators, ("rules", place, "query"))
    yield from query_issues(document.get("filter"), blueprint, operators, ("filter",))
    yield from _unused_levels(titles, [rule.get("level") for rule in rules.values()])


def _titles(document: dict[str, Any]) -> list[str]:
    """The titles of the levels; none where the levels' shape is wrong."""
    levels = document.get("levels")
    if levels is None:
        return [level.title for level in DEFAULT_LEVELS]
    return [level["title"] for level in levels] if _LEVELS_SHAPE.fits(levels) else []


def _rules(document: dict[str, Any]) -> dict[int, dict[str, Any]]:
    """The rules by their places, as far as they are objects."""
    rules = document.get("rules")
    listed = rules if isinstance(rules, list) else []
    return {place: rule for place, rule in enumerate(listed) if isinstance(rule, dict)}


def _level_issues(level: str, titles: list[str], place: int) -> Iterator[Issue]:
    here = ("rules", place, "level")
    if level not in titles:
        message = f"there is no level `{level}`; the levels are {', '.join(titles)}"
        yield Issue.error(here, "UNKNOWN_LEVEL", message, nearest(level, titles[1:]))
    elif level == titles[0]:
        message = f"`{level}` is the base level, where every entity starts; no rule may stand on it"
        another = next((title for title in titles if title != level), None)
        yield Issue.error(here, "RULE_ON_BASE_LEVEL", message, another)


def _unused_levels(titles: list[str], used: list[Json]) -> Iterator[Issue]:
    for place, title in enumerate(titles[1:], start=1):
        if title not in used:
            message = f"no rule stands on `{title}`, so no entity reaches it"
            yield Issue.warning(("levels", place), "LEVEL_WITHOUT_RULES", message)


def _duplicates(names: Mapping[int, Json], part: str, field: str) -> Iterator[Issue]:
    first: dict[str, int] = {}
    for place, name in names.items():
        if isinstance(name, str) and first.setdefault(name, place) != place:
            message = f"`{name}` stands already at {part}[{first[name]}]; each needs its own {field}"
            yield Issue.error((part, place, field), "DUPLICATE", message)
