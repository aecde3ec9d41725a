"""Judging scorecards: levels, rules and the filter, each against the blueprint they are for."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from levelmark.domain.blueprint import Blueprint
from levelmark.domain.documents import to_rule, to_scorecard
from levelmark.domain.issue import Issue, Path, has_errors, nearest
from levelmark.domain.json import Json, json_issues
from levelmark.domain.operator import Operator
from levelmark.domain.scorecard import Level, Rule, Scorecard
from levelmark.engine.validation.checked import Checked
from levelmark.engine.validation.queries import query_issues
from levelmark.engine.validation.shape import Shape
from levelmark.engine.validation.shapes import RULE, SCORECARD

_SHAPE: Final = Shape(SCORECARD)
_RULE_SHAPE: Final = Shape(RULE)


def read_scorecard(
    document: Json, blueprint: Blueprint, operators: Mapping[str, Operator]
) -> Checked[Scorecard]:
    """The scorecard of a document, judged against the blueprint whose entities it evaluates."""
    issues = [*json_issues(document, ())] or [*_SHAPE.issues(document)]
    if not isinstance(document, dict):
        return Checked(None, tuple(issues))
    if has_errors(issues):
        issues += _issues_of_sound_parts(document, blueprint, operators)
        return Checked(None, tuple(issues))
    scorecard = to_scorecard(document)
    issues += _scorecard_issues(scorecard, blueprint, operators)
    return Checked(None if has_errors(issues) else scorecard, tuple(issues))


def read_rule(document: Json, scorecard: Scorecard) -> Checked[Rule]:
    """The rule of a document, judged by its shape; reading the scorecard with it judges the rest."""
    issues = [*json_issues(document, ())] or [*_RULE_SHAPE.issues(document)]
    if has_errors(issues):
        return Checked(None, tuple(issues))
    rule = to_rule(document)
    issues += _level_issues(rule, scorecard.levels, ())
    return Checked(None if has_errors(issues) else rule, tuple(issues))


def _issues_of_sound_parts(
    document: dict[str, Any], blueprint: Blueprint, operators: Mapping[str, Operator]
) -> Iterator[Issue]:
    """What is wrong with the rules whose own shape is right, in a document where something else is not."""
    levels = _sound_levels(document)
    rules = document.get("rules")
    for index, rule in enumerate(rules if isinstance(rules, list) else ()):
        if any(json_issues(rule, ())) or any(_RULE_SHAPE.issues(rule)):
            continue
        decoded = to_rule(rule)
        if levels is not None:
            yield from _level_issues(decoded, levels, ("rules", index))
        yield from query_issues(decoded.query, blueprint, operators, ("rules", index, "query"))


def _sound_levels(document: dict[str, Any]) -> tuple[Level, ...] | None:
    bare = {"identifier": "-", "title": "-", "blueprint": "-", "levels": document.get("levels")}
    return None if any(_SHAPE.issues(bare)) else to_scorecard(bare).levels


def _scorecard_issues(
    scorecard: Scorecard, blueprint: Blueprint, operators: Mapping[str, Operator]
) -> Iterator[Issue]:
    yield from _duplicates([level.title for level in scorecard.levels], "levels", "title")
    yield from _duplicates([rule.identifier for rule in scorecard.rules], "rules", "identifier")
    for index, rule in enumerate(scorecard.rules):
        yield from _level_issues(rule, scorecard.levels, ("rules", index))
        yield from query_issues(rule.query, blueprint, operators, ("rules", index, "query"))
    if scorecard.filter is not None:
        yield from query_issues(scorecard.filter, blueprint, operators, ("filter",))
    yield from _empty_levels(scorecard)


def _level_issues(rule: Rule, levels: tuple[Level, ...], path: Path) -> Iterator[Issue]:
    titles = [level.title for level in levels]
    here = (*path, "level")
    if rule.level not in titles:
        message = f"there is no level `{rule.level}`; the levels are {', '.join(titles)}"
        yield Issue.error(here, "UNKNOWN_LEVEL", message, nearest(rule.level, titles[1:]))
    elif rule.level == titles[0]:
        message = f"`{rule.level}` is the base level, where every entity starts; no rule may stand on it"
        yield Issue.error(here, "RULE_ON_BASE_LEVEL", message, titles[1] if len(titles) > 1 else None)


def _empty_levels(scorecard: Scorecard) -> Iterator[Issue]:
    used = {rule.level for rule in scorecard.rules}
    for index, level in enumerate(scorecard.levels[1:], start=1):
        if level.title not in used:
            message = f"no rule stands on `{level.title}`, so no entity reaches it"
            yield Issue.warning(("levels", index), "LEVEL_WITHOUT_RULES", message)


def _duplicates(names: list[str], part: str, field: str) -> Iterator[Issue]:
    first: dict[str, int] = {}
    for index, name in enumerate(names):
        if first.setdefault(name, index) != index:
            message = f"`{name}` stands already at {part}[{first[name]}]"
            yield Issue.error((part, index, field), "DUPLICATE", message)
