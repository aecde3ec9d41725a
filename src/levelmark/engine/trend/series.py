"""Series: what stood at the beginning, and all that happened since, folded into points.

A series holds what has changed at which point, never the changes themselves.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from msgspec import Struct, field

from levelmark.domain.score import Result
from levelmark.domain.tally import Tally
from levelmark.engine.trend.events import Event, Origin, What
from levelmark.engine.trend.intervals import Span
from levelmark.engine.trend.tags import Group


class Movement(Struct):
    """What became of rule results within an interval, of one origin.

    Results of entities that stay `began` to pass or `ceased`, `appeared` or `went`; with entities whose tags
    have changed they `arrived` or `left`. Those called `…_passed` are the ones among them that pass. So
    passed grows by began - ceased + appeared_passed - went_passed + arrived_passed - left_passed, and tested
    by appeared - went + arrived - left.
    """

    began: int = 0
    ceased: int = 0
    appeared: int = 0
    appeared_passed: int = 0
    went: int = 0
    went_passed: int = 0
    arrived: int = 0
    arrived_passed: int = 0
    left: int = 0
    left_passed: int = 0

    def add(self, event: Event, times: int) -> None:
        """Counts an event of a result."""
        was, is_ = (one == Result.PASSED for one in (event.before, event.after))
        if event.before is None:
            self._come(times, passed=is_, across=event.across)
        elif event.after is None:
            self._go(times, passed=was, across=event.across)
        else:
            self.began += times * (is_ and not was)
            self.ceased += times * (was and not is_)

    def _come(self, times: int, *, passed: bool, across: bool) -> None:
        if across:
            self.arrived += times
            self.arrived_passed += times * passed
        else:
            self.appeared += times
            self.appeared_passed += times * passed

    def _go(self, times: int, *, passed: bool, across: bool) -> None:
        if across:
            self.left += times
            self.left_passed += times * passed
        else:
            self.went += times
            self.went_passed += times * passed


class Traffic(Struct):
    """Entities within an interval: `created`, `deleted`, and those that `arrived` or `left` by their tags."""

    created: int = 0
    deleted: int = 0
    arrived: int = 0
    left: int = 0

    def add(self, event: Event, times: int) -> None:
        """Counts an event of an entity."""
        if event.before is None:
            self.arrived += times * event.across
            self.created += times * (not event.across)
        else:
            self.left += times * event.across
            self.deleted += times * (not event.across)


class _Stock(Struct):
    """How many there are, or how many more: entities, entities by level, results by result."""

    entities: int = 0
    levels: Counter[str] = field(default_factory=Counter)
    results: Counter[str] = field(default_factory=Counter)

    def add(self, what: What, value: str | None, times: int) -> None:
        if value is None:
            return
        if what is What.ENTITY:
            self.entities += times
        else:
            (self.levels if what is What.LEVEL else self.results)[value] += times

    def merge(self, other: "_Stock") -> None:
        self.entities += other.entities
        self.levels.update(other.levels)
        self.results.update(other.results)


class _Cell(Struct):
    """What happened until one point since the one before."""

    gained: _Stock = field(default_factory=_Stock)
    traffic: Traffic = field(default_factory=Traffic)
    moved: dict[Origin, Movement] = field(default_factory=dict)

    def add(self, event: Event, times: int) -> None:
        self.gained.add(event.what, event.before, -times)
        self.gained.add(event.what, event.after, times)
        if event.what is What.ENTITY:
            self.traffic.add(event, times)
        elif event.what is What.RESULT:
            self.moved.setdefault(event.origin, Movement()).add(event, times)


class Point(Struct, frozen=True):
    """What stands at `span.at`, and what happened since the point before, or since the beginning.

    `levels` are the entities by level; those that are on none have no score.
    """

    span: Span
    tally: Tally
    entities: int
    levels: dict[str, int]
    traffic: Traffic
    moved: dict[Origin, Movement]


class Series:
    """One series for each group, over the same spans."""

    def __init__(self, spans: Sequence[Span]) -> None:
        self._spans = tuple(spans)
        self._base: dict[Group, _Stock] = {}
        self._cells: dict[Group, dict[int, _Cell]] = {}

    def begin(self, group: Group, what: What, value: str, times: int) -> None:
        """Says that so many of a value stood in the group at the beginning."""
        self._base.setdefault(group, _Stock()).add(what, value, times)

    def add(self, place: int, group: Group, event: Event, times: int = 1) -> None:
        """Says that an event befell the group so many times, to be seen from the point at `place` on."""
        self._cells.setdefault(group, {}).setdefault(place, _Cell()).add(event, times)

    @property
    def has_results(self) -> bool:
        """Whether any rule result stood or moved."""
        moved = any(cell.moved for cells in self._cells.values() for cell in cells.values())
        return moved or any(stock.results for stock in self._base.values())

    @property
    def groups(self) -> frozenset[Group]:
        """The groups in which there was anything."""
        return frozenset(self._base.keys() | self._cells.keys())

    @property
    def size(self) -> int:
        """How many groups there are, at least: it costs nothing to know."""
        return max(len(self._base), len(self._cells))

    def peak(self, group: Group) -> int:
        """How many entities the group had when it had most of them, at the beginning or at a point."""
        stock = most = self._base[group].entities if group in self._base else 0
        for _, cell in sorted(self._cells.get(group, {}).items()):
            stock += cell.gained.entities
            most = max(most, stock)
        return most

    def points(self, group: Group) -> Iterator[Point]:
        """The points of a group, all zero where there was nothing in it."""
        stock, cells = _Stock(), self._cells.get(group, {})
        if group in self._base:
            stock.merge(self._base[group])
        for place, span in enumerate(self._spans):
            cell = cells.get(place) or _Cell()
            stock.merge(cell.gained)
            levels = {level: number for level, number in stock.levels.items() if number}
            tally = Tally(*(stock.results[one] for one in Result))
            yield Point(span, tally, stock.entities, levels, cell.traffic, cell.moved)
