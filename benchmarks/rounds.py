"""Rounds: contestants take turns, so that what else the machine does meets all of them alike."""

import time
from collections.abc import Callable, Mapping
from statistics import median

from msgspec import Struct


class Figure(Struct, frozen=True):
    """The median of a contestant's rounds and the fastest of them, in seconds for the whole work."""

    median: float
    fastest: float


def take_turns(contestants: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, Figure]:
    """Every contestant's figure; each call tells how many seconds it took. A first round is not counted."""
    taken: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds + 1):
        for name, run in contestants.items():
            taken[name].append(run())
    return {name: Figure(median(seconds[1:]), min(seconds[1:])) for name, seconds in taken.items()}


def timed(work: Callable[[], object], repeats: int) -> Callable[[], float]:
    """A contestant that does the work so many times and tells how long one time takes."""

    def run() -> float:
        start = time.perf_counter()
        for _ in range(repeats):
            work()
        return (time.perf_counter() - start) / repeats

    return run
