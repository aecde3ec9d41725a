"""The clock: where the time comes from, so that tests can move it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeAlias

from levelmark.domain.entity import Entity
from levelmark.domain.instant import instant_text

Clock: TypeAlias = Callable[[], datetime]


def wall_clock() -> datetime:
    """The present instant."""
    return datetime.now(UTC)


def now_text(clock: Clock) -> str:
    """The present instant as it is stored: ISO 8601 in UTC, to the millisecond."""
    return instant_text(clock())


def not_before(entity: Entity, now: str) -> str:
    """`now`, or the latest instant that the entity tells of where that is later.

    Clocks of processes differ; an entity's own times never run backwards.
    """
    times = [result.since for score in entity.scores for result in score.results]
    return max(now, entity.updated_at or now, *times, *(score.since for score in entity.scores))
