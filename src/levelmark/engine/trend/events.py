"""Events: what one new state of an entity means for the groups that it is in, was in, or both.

Within a group, results change as the moves say. Where an entity comes into a group, or leaves it, because
a tag has changed, all that it has comes or goes `across`: nothing of it has become better or worse.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Final, TypeAlias

from msgspec import Struct

from levelmark.domain.change import CauseKind
from levelmark.engine.trend.tags import Group


class What(StrEnum):
    """What an event is about: a whole entity, the level that it has, or one rule result."""

    ENTITY = "ENTITY"
    LEVEL = "LEVEL"
    RESULT = "RESULT"


class Origin(StrEnum):
    """Whether the entities have changed, the rules, or nothing but the time."""

    ENTITY = "ENTITY"
    RULE = "RULE"
    TIME = "TIME"


ORIGINS: Final = {
    CauseKind.ENTITY_WRITTEN: Origin.ENTITY,
    CauseKind.ENTITY_DELETED: Origin.ENTITY,
    CauseKind.RELATED_ENTITY_WRITTEN: Origin.ENTITY,
    CauseKind.SCORECARD_WRITTEN: Origin.RULE,
    CauseKind.SCORECARD_DELETED: Origin.RULE,
    CauseKind.BLUEPRINT_WRITTEN: Origin.RULE,
    CauseKind.PLUGINS_CHANGED: Origin.RULE,
    CauseKind.TIME_PASSED: Origin.TIME,
    CauseKind.REQUESTED: Origin.TIME,
}
"""The origin of everything that has a cause."""


class Event(Struct, frozen=True):
    """Something in a group was `before` and is `after`: a result, a level, or "" for an entity.

    None stands for «there is none».
    """

    what: What
    before: str | None
    after: str | None
    origin: Origin
    across: bool = False


class Standing(Struct, frozen=True):
    """An entity in a state: the groups that it is in, its level, and its results by scorecard and rule.

    `scorecards` are those in which it has a score.
    """

    groups: frozenset[Group]
    level: str | None
    results: Mapping[tuple[str, str], str]
    scorecards: frozenset[str]


Befallen: TypeAlias = tuple[Group, Event, int]
"""What befell a group, and how many times."""


def events(before: Standing | None, after: Standing | None, origin: Origin) -> Iterator[Befallen]:
    """What becoming `after` means for each group; None stands for an entity that does not exist."""
    groups_before = before.groups if before else frozenset[Group]()
    groups_after = after.groups if after else frozenset[Group]()
    if before and after:
        within = list(_within(before, after, origin))
        yield from ((group, event, 1) for group in groups_before & groups_after for event in within)
    if before:
        left = list(_left(before, origin, across=after is not None))
        yield from ((group, *event) for group in groups_before - groups_after for event in left)
    if after:
        come = list(_come(after, origin, across=before is not None))
        yield from ((group, *event) for group in groups_after - groups_before for event in come)


def _within(before: Standing, after: Standing, origin: Origin) -> Iterator[Event]:
    if before.level != after.level:
        yield Event(What.LEVEL, before.level, after.level, origin)
    for place in _either(before.results, after.results):
        was, is_ = before.results.get(place), after.results.get(place)
        if was != is_:
            # A score that stays gets or loses a result by nothing but its rules.
            stays = place[0] in before.scorecards and place[0] in after.scorecards
            ruled = stays and (was is None or is_ is None)
            yield Event(What.RESULT, was, is_, Origin.RULE if ruled else origin)


def _either(
    one: Mapping[tuple[str, str], str], other: Mapping[tuple[str, str], str]
) -> Iterable[tuple[str, str]]:
    return dict.fromkeys([*one, *other])


def _left(standing: Standing, origin: Origin, *, across: bool) -> Iterator[tuple[Event, int]]:
    yield Event(What.ENTITY, "", None, origin, across), 1
    if standing.level is not None:
        yield Event(What.LEVEL, standing.level, None, origin, across), 1
    for result, times in Counter(standing.results.values()).items():
        yield Event(What.RESULT, result, None, origin, across), times


def _come(standing: Standing, origin: Origin, *, across: bool) -> Iterator[tuple[Event, int]]:
    for event, times in _left(standing, origin, across=across):
        yield Event(event.what, None, event.before, origin, across), times
