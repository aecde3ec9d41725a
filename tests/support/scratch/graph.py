"""The graph: who points at whom, both ways. What points at nothing that exists leads nowhere."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from tests.support.scratch.values import Document, Key

Chain: TypeAlias = tuple[tuple[str, ...], bool]
"""Relations one after the other; followed as they point, or else from their end to their beginning."""


class Graph:
    """The blueprints and entities of a catalogue with their links."""

    def __init__(self, blueprints: Iterable[Document], entities: Iterable[Document]) -> None:
        self.blueprints = {one["identifier"]: one for one in blueprints}
        self.entities: dict[Key, Document] = {(one["blueprint"], one["identifier"]): one for one in entities}
        self._pointing: dict[tuple[Key, str], list[Key]] = {}
        for key in self.entities:
            for link in self.relations(key[0]):
                for end in self.pointed(key, link):
                    self._pointing.setdefault((end, link), []).append(key)

    def relations(self, blueprint: str) -> Mapping[str, Document]:
        """The relations that a blueprint declares."""
        declared: Mapping[str, Document] = self.blueprints[blueprint].get("relations") or {}
        return declared

    def pointed(self, key: Key, link: str) -> list[Key]:
        """The entities that exist and that one points at, in the order of its links."""
        value = (self.entities[key].get("relations") or {}).get(link)
        names = [value] if isinstance(value, str) else list(value or ())
        target = self.relations(key[0])[link]["target"]
        return [(target, name) for name in names if (target, name) in self.entities]

    def related(self, key: Key, target: str, paths: Sequence[Document]) -> list[Key]:
        """The entities of `target` that any path leads to, or else any of the shortest chains; each once."""
        chains = [self._chain(path, target) for path in paths] or self._shortest(key[0], target)
        found: set[Key] = set()
        for path, forwards in chains:
            found |= self._forwards(key, path) if forwards else self._backwards(key, target, path)
        return sorted(found)

    def _chain(self, path: Document, target: str) -> Chain:
        return tuple(path["path"]), path.get("fromBlueprint") != target

    def _forwards(self, key: Key, path: Sequence[str]) -> set[Key]:
        ends = {key}
        for link in path:
            ends = {end for one in ends for end in self.pointed(one, link)}
        return ends

    def _backwards(self, key: Key, start: str, path: Sequence[str]) -> set[Key]:
        # Other blueprints may have relations of the same name: only those on the way count.
        stations = [start]
        for link in path[:-1]:
            stations.append(self.relations(stations[-1])[link]["target"])
        ends = {key}
        for station, link in zip(reversed(stations), reversed(path), strict=True):
            pointing = (end for one in ends for end in self._pointing.get((one, link), ()))
            ends = {end for end in pointing if end[0] == station}
        return ends

    def _shortest(self, one: str, other: str) -> list[Chain]:
        for length in range(1, len(self.blueprints) + 1):
            ways = [(path, True) for path in self._chains(one, other, length)]
            ways += [(path, False) for path in self._chains(other, one, length)]
            if ways:
                return ways
        return []

    def _chains(self, start: str, end: str, length: int) -> Iterator[tuple[str, ...]]:
        if length == 0:
            yield from ((),) if start == end else ()
            return
        for link, relation in self.relations(start).items():
            if relation["target"] in self.blueprints:
                rests = self._chains(relation["target"], end, length - 1)
                yield from ((link, *rest) for rest in rests)
