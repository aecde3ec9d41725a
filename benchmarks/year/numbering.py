"""The numbering: the changes of all parts get the places in the log that their instants give them.

The parts tell of each day at once, what came when with how many changes, and hear the first number of each.
"""

from collections.abc import Iterable, Sequence
from heapq import merge
from multiprocessing.connection import Connection
from typing import TypeAlias

Arrival: TypeAlias = tuple[float, int]
"""When something came, in seconds since 1970, and with how many changes."""


def number(parts: Sequence[Connection]) -> int:
    """Numbers the changes of all parts until these have told all; how many there are."""
    last = 0
    while True:
        days: list[list[Arrival] | None] = [part.recv() for part in parts]
        if None in days:
            return last
        last, firsts = _numbered([day or [] for day in days], last)
        for part, own in zip(parts, firsts, strict=True):
            part.send(own)


def _numbered(days: list[list[Arrival]], last: int) -> tuple[int, list[list[int]]]:
    firsts: list[list[int]] = [[] for _ in days]
    for _, part, count in merge(*(_of_part(day, part) for part, day in enumerate(days))):
        firsts[part].append(last + 1)
        last += count
    return last, firsts


def _of_part(day: Iterable[Arrival], part: int) -> list[tuple[float, int, int]]:
    return [(at, part, count) for at, count in day]
