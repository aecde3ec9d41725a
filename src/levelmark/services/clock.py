"""The clock: where the time comes from, so that tests can move it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeAlias

from levelmark.domain.instant import instant_text

Clock: TypeAlias = Callable[[], datetime]


def wall_clock() -> datetime:
    """The present instant."""
    return datetime.now(UTC)


def now_text(clock: Clock) -> str:
    """The present instant as it is stored: ISO 8601 in UTC, to the millisecond."""
    return instant_text(clock())
