"""A family: series of one name that differ by their labels, folded where they would be too many.

Folding puts the smallest of what one label tells apart together, under the value `(others)`; as many as are
needed, and no more. Where that does not do, the next label is folded, too.
"""

from collections.abc import Sequence
from typing import Final, TypeAlias

from msgspec import Struct

OTHERS: Final = "(others)"
"""The value of a label under which the small ones stand together."""

Labels: TypeAlias = tuple[str, ...]
Numbers: TypeAlias = tuple[int, ...]


class Table(Struct, frozen=True):
    """Numbers by the values of labels; the last number of each is what tells small from large."""

    labels: Labels
    rows: dict[Labels, Numbers]
    folded: tuple[tuple[str, int], ...] = ()

    def within(self, most: int) -> "Table":
        """The table with `most` rows at most; `folded` tells of which labels how many values were folded."""
        table = self
        for place in reversed(range(len(self.labels))):
            if len(table.rows) <= most:
                break
            table = _folded(table, place, most)
        return table


class Family(Struct, frozen=True):
    """A metric: its name, what it means (one line without quotes), and its samples, all of them gauges."""

    name: str
    meaning: str
    labels: Labels
    samples: tuple[tuple[Labels, float], ...]


def tabled(labels: Labels, rows: Sequence[tuple[Labels, Numbers]]) -> Table:
    """A table; numbers of the same labels are added up."""
    found: dict[Labels, Numbers] = {}
    for key, numbers in rows:
        found[key] = _added(found[key], numbers) if key in found else numbers
    return Table(labels, found)


def _folded(table: Table, place: int, most: int) -> Table:
    weights: dict[str, int] = {}
    for key, numbers in table.rows.items():
        weights[key[place]] = weights.get(key[place], 0) + numbers[-1]
    largest = sorted(weights, key=lambda value: (-weights[value], value))
    few, many = 0, len(largest) - 1  # one kept more never makes fewer rows
    while few < many:
        middle = (few + many + 1) // 2
        few, many = (middle, many) if _size(table, place, largest[:middle]) <= most else (few, middle - 1)
    kept = set(largest[:few])
    rows = [(_key(key, place, kept), numbers) for key, numbers in table.rows.items()]
    told = (table.labels[place], len(largest) - few)
    return Table(table.labels, tabled(table.labels, rows).rows, (*table.folded, told))


def _size(table: Table, place: int, kept: Sequence[str]) -> int:
    values = set(kept)
    return len({_key(key, place, values) for key in table.rows})


def _key(key: Labels, place: int, kept: set[str]) -> Labels:
    return key if key[place] in kept else (*key[:place], OTHERS, *key[place + 1 :])


def _added(one: Numbers, other: Numbers) -> Numbers:
    return tuple(map(sum, zip(one, other, strict=True)))
