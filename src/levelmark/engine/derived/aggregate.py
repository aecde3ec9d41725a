"""Aggregating: what several entities come to."""

import statistics
from collections.abc import Callable, Sequence
from math import fsum, inf, isfinite
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from levelmark.domain.instant import instant
from levelmark.domain.json import MAX_INTEGER, Json

_HOUR: Final = 3_600_000_000
UNITS: Final = {"hour": _HOUR, "day": 24 * _HOUR, "week": 7 * 24 * _HOUR, "month": 30 * 24 * _HOUR}
"""What an average can be taken per, in microseconds; a month has 30 days."""


class Figure(Struct, frozen=True):
    """A number, None where there is nothing to calculate it from; `until` when it can next be another."""

    value: Json = None
    until: int | None = None
    reason: str | None = None

    def before(self, until: int | None) -> "Figure":
        """The same, no longer sure than that."""
        if until is None:
            return self
        return replace(self, until=until if self.until is None else min(until, self.until))


def numbers(values: Sequence[Json]) -> list[float]:
    """The numbers among the values; truth values are none."""
    return [value for value in values if type(value) in (int, float)]


def figure(func: str, found: list[float]) -> Figure:
    """Sum, average, median, min or max of the numbers; the order in which they stand never matters."""
    if not found:
        return Figure(0) if func == "sum" else Figure()
    return bounded(_FUNCTIONS[func](_in_order(found)))


def total(found: Sequence[float]) -> float:
    """The sum: exact for integers, the nearest float to the exact one for others."""
    if all(type(one) is int for one in found):
        return sum(found)
    try:
        return fsum(_in_order(found))
    except OverflowError:
        return inf


def bounded(value: float) -> Figure:
    """The figure, unless it is no number that can be kept."""
    fits = isfinite(value) and (type(value) is float or abs(value) <= MAX_INTEGER)
    return Figure(value) if fits else Figure(reason="the result is too large a number")


def per_unit(amount: float, times: Sequence[Json], unit: int, now: int) -> Figure:
    """`amount` per unit of the time that has begun since the earliest of `times`; one unit at least.

    Figures change when another unit begins, and not in between.
    """
    instants = [at for at in map(instant, times) if at is not None]
    if not instants:
        return Figure()
    earliest = min(instants)
    count = max(1, -((earliest - now) // unit))
    return bounded(amount / count).before(earliest + count * unit + 1)


def _in_order(found: Sequence[float]) -> list[float]:
    # `1` and `1.0` are equal and yet are written differently: their texts tell which comes first.
    return sorted(found, key=lambda one: (one, repr(one)))


_FUNCTIONS: Final[dict[str, Callable[[list[float]], float]]] = {
    "sum": total,
    "average": lambda found: total(found) / len(found),
    "median": statistics.median,
    "min": min,
    "max": max,
}
