"""Crossings: states that brought an entity into other groups, with what it was before and is since."""

from collections.abc import Mapping
from typing import Any

from levelmark.domain.change import CauseKind
from levelmark.engine.trend.events import ORIGINS, Origin, Standing
from levelmark.engine.trend.scope import Scope
from levelmark.engine.trend.tags import NONE, Tag, TagKind, TagValue, tag_value
from levelmark.storage.happenings import FIRST_VERSION
from levelmark.storage.tags import tag_fields, values_after, values_before


def read_fields(scope: Scope) -> dict[str, int]:
    """The fields of a row that are needed."""
    own = ("from", "version", "gone", "cause", "changed", "before", "moves", "identifier", "scores")
    return dict.fromkeys((*own, *(field for tag in scope.tags for field in tag_fields(tag))), 1)


def origin_of(row: Mapping[str, Any]) -> Origin:
    """Whether it was the entity that changed, a rule, or the time."""
    return ORIGINS[CauseKind(row["cause"]["kind"])]


def standings(row: Mapping[str, Any], scope: Scope) -> tuple[Standing | None, Standing | None]:
    """What the entity was before the state, and is in it; None where it did not exist, or does not."""
    levels, results = _told(row)
    after = None if row.get("gone") else _standing(row, scope, levels, results, then=False)
    for move in row["moves"]:
        place = (move["scorecard"], move["rule"])
        _put(levels if move["rule"] is None else results, place, move["before"])
    first = row["version"] == FIRST_VERSION
    return None if first else _standing(row, scope, levels, results, then=True), after


_Told = dict[tuple[str, str | None], str]


def _told(row: Mapping[str, Any]) -> tuple[_Told, _Told]:
    """The levels and the results in a row."""
    levels: _Told = {(score["scorecard"], None): score["level"] for score in row["scores"]}
    results: _Told = {
        (score["scorecard"], one["rule"]): one["result"]
        for score in row["scores"]
        for one in score["results"]
    }
    return levels, results


def _put(held: _Told, place: tuple[str, str | None], value: str | None) -> None:
    if value is None:
        held.pop(place, None)
    else:
        held[place] = value


def _standing(row: Mapping[str, Any], scope: Scope, levels: _Told, results: _Told, *, then: bool) -> Standing:
    def values(tag: Tag) -> frozenset[TagValue]:
        if tag.kind is TagKind.LEVEL:
            level = levels.get((tag.name, None))
            return frozenset({NONE if level is None else tag_value(level)})
        return values_before(row, tag) if then else values_after(row, tag)

    wanted = {
        (scorecard, rule): result
        for (scorecard, rule), result in results.items()
        if rule is not None and scope.scorecard in (None, scorecard) and scope.rule in (None, rule)
    }
    level = None if scope.scorecard is None else levels.get((scope.scorecard, None))
    return Standing(scope.groups(values), level, wanted, frozenset(scorecard for scorecard, _ in levels))
