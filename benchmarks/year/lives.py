"""The lives: which entities there are, from when until when, and at which instants they change.

Most stand before the year begins; the others come within it, and some of all leave within it. Few change
often, many seldom, and a tenth never.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from random import Random
from typing import Final

from msgspec import Struct

YEAR: Final = timedelta(days=365)

_LOADED: Final = timedelta(days=30)  # before the year begins
_COMING: Final = 0.15
_LEAVING: Final = 0.08
_STILL: Final = 0.1
_MOVES: Final = 1.86  # of levels and results, that a step brings
_SECOND: Final = 1_000


class Sizes(Struct, frozen=True):
    """How much there is: `entities` that live at the end, and about so many `changes` in the year.

    The first results of an entity and the farewell to its last ones come on top of these changes.
    """

    entities: int = 100_000
    changes: int = 2_000_000
    seed: int = 20260101
    until: datetime = datetime(2025, 12, 1, tzinfo=UTC)

    @property
    def since(self) -> datetime:
        """When the year begins."""
        return self.until - YEAR

    @property
    def loaded(self) -> datetime:
        """When the first entities came."""
        return self.since - _LOADED


class Life(Struct, frozen=True):
    """From when and until when an entity is there, and when it changes: in milliseconds since 1970."""

    number: int
    born: int
    steps: tuple[int, ...]
    gone: int | None

    @property
    def instants(self) -> tuple[int, ...]:
        """All of these, in order."""
        return (self.born, *self.steps) if self.gone is None else (self.born, *self.steps, self.gone)


def lives(sizes: Sizes) -> list[Life]:
    """All lives, those that end included."""
    draw = Random(sizes.seed)
    begin, end = _milliseconds(sizes.since), _milliseconds(sizes.until)
    leaving = round(sizes.entities * _LEAVING)
    spans = [_span(draw, begin, end, leaves=number < leaving) for number in range(sizes.entities + leaving)]
    shares = list(accumulate(_share(draw) for _ in spans))
    steps: list[set[int]] = [set() for _ in spans]
    for number in draw.choices(range(len(spans)), cum_weights=shares, k=round(sizes.changes / _MOVES)):
        born, gone = spans[number]
        steps[number].add(draw.randint(max(born, begin) + _SECOND, (gone or end) - _SECOND))
    names = draw.sample(range(len(spans)), len(spans))
    return [
        Life(name, born, tuple(sorted(own)), gone)
        for name, (born, gone), own in zip(names, spans, steps, strict=True)
    ]


def _share(draw: Random) -> float:
    return 0.0 if draw.random() < _STILL else min(draw.paretovariate(1.2), 50.0)


def _span(draw: Random, begin: int, end: int, *, leaves: bool) -> tuple[int, int | None]:
    earliest = begin if draw.random() < _COMING else begin - _LOADED // timedelta(milliseconds=1)
    day = 86_400 * _SECOND
    born = draw.randint(earliest, (end if earliest == begin else begin) - 2 * day)
    return born, draw.randint(max(born, begin) + day, end - day // 2) if leaves else None


def in_order(found: list[Life]) -> Iterator[tuple[int, int, int]]:
    """Every instant of every life as the instant, the place of the life in the list, and its step there."""
    events = [(at, place, step) for place, life in enumerate(found) for step, at in enumerate(life.instants)]
    events.sort()
    return iter(events)


def _milliseconds(at: datetime) -> int:
    return round(at.timestamp() * 1_000)
