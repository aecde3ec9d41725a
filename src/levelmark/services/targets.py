"""Targets: whether what entities point at exists, as they are written.

The answer is as of the moment of the write: who deletes a target in that moment leaves a relation that points
at nothing, which is legal, and which `danglingTargets` shows.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Final, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from levelmark.domain.blueprint import RESERVED
from levelmark.domain.entity import Entity
from levelmark.domain.issue import Issue, Path, has_errors
from levelmark.services.catalogue import Catalogue, Definitions
from levelmark.services.outcome import Outcome, Written
from levelmark.services.system.reading import SystemReading
from levelmark.services.writing import Draft
from levelmark.storage import Storage
from levelmark.storage.entities import EntityKey

Node = TypeVar("Node")

DANGLING: Final = "DANGLING"
"""The code of the issue that a relation points at nothing."""


class Target(Struct, frozen=True):
    """An entity that a document points at, what its blueprint is called, and where the document says so."""

    path: Path
    key: EntityKey
    blueprint: str

    @property
    def message(self) -> str:
        """What is to be said where there is no such entity."""
        _, identifier = self.key
        return f"blueprint `{self.blueprint}` has no entity `{identifier}`: write it, or point at another"


class Lacking(Struct, frozen=True):
    """Targets that a request's drafts name and the database has not, by the place of the draft.

    `coming` are those of them that the request itself writes, as far as that can be told beforehand.
    """

    targets: Mapping[int, tuple[Target, ...]]
    coming: frozenset[EntityKey] = frozenset()

    def refused(self, drafts: Sequence[Draft]) -> list[Draft]:
        """The drafts, with an error on each that would point at nothing, or at one that is refused for it."""
        pointing: dict[EntityKey, list[EntityKey]] = {}
        for place, targets in self.targets.items():
            for target in targets:
                pointing.setdefault(target.key, []).append(drafts[place].key)
        absent = reached(pointing.keys() - self.coming, pointing)
        return [self._judged(place, draft, absent) for place, draft in enumerate(drafts)]

    def _judged(self, place: int, draft: Draft, absent: AbstractSet[EntityKey]) -> Draft:
        wrong = [one for one in self.targets.get(place, ()) if one.key in absent]
        errors = [Issue.error(one.path, DANGLING, one.message) for one in wrong]
        return replace(draft, issues=(*draft.issues, *errors))

    def warned(self, drafts: Sequence[Draft], written: Sequence[Written[Entity]]) -> list[Written[Entity]]:
        """The answers, with a warning on each that points at what does not exist after the write either."""
        there = {
            draft.key for draft, one in zip(drafts, written, strict=True)
            if one.outcome is not Outcome.INVALID
        }  # fmt: skip
        return [self._told(place, one, there) for place, one in enumerate(written)]

    def _told(self, place: int, written: Written[Entity], there: AbstractSet[EntityKey]) -> Written[Entity]:
        if any(issue.code == DANGLING for issue in written.issues):
            return written  # it was refused for that
        wrong = [one for one in self.targets.get(place, ()) if one.key not in there]
        warnings = [Issue.warning(one.path, DANGLING, one.message) for one in wrong]
        return replace(written, issues=(*written.issues, *warnings))


class Targets:
    """Looks for what entities point at."""

    def __init__(self, storage: Storage, catalogue: Catalogue, system: SystemReading) -> None:
        self._store = storage.relations
        self._catalogue = catalogue
        self._system = system

    async def existing(self, keys: Iterable[EntityKey]) -> set[EntityKey]:
        """Those of the keys that entities have."""
        wanted = list(keys)
        system = await self._system.existing(key for key in wanted if key[0] in RESERVED)
        return system | await self._store.existing(key for key in wanted if key[0] not in RESERVED)

    async def lacking(self, drafts: Sequence[Draft]) -> Lacking:
        """What the drafts say that they point at and the database has not; costs nothing if they say none."""
        pointing = {draft.input.blueprint for draft in drafts if any(draft.input.relations.values())}
        if not pointing:
            return Lacking({})
        definitions = await self._catalogue.current(pointing)
        named = {place: tuple(_targets(draft, definitions)) for place, draft in enumerate(drafts)}
        wanted = {one.key for targets in named.values() for one in targets}
        absent = wanted - await self.existing(wanted)
        lacking = {
            place: tuple(one for one in targets if one.key in absent) for place, targets in named.items()
        }
        return Lacking(lacking, await self._coming([one for one in drafts if one.key in absent]))

    async def _coming(self, new: Sequence[Draft]) -> frozenset[EntityKey]:
        if not new:
            return frozenset()
        definitions = await self._catalogue.current({one.input.blueprint for one in new})
        return frozenset(one.key for one in new if _is_sound(one, definitions.get(one.input.blueprint)))


def _targets(draft: Draft, definitions: Mapping[str, Definitions]) -> Iterator[Target]:
    """What a document points at; the same target by the same relation once, where it stands first."""
    sent, naming = draft.input, draft.naming
    if sent.blueprint not in definitions:
        return
    for key, relation in definitions[sent.blueprint].blueprint.relations.items():
        value, name = sent.relations.get(key), naming.properties_of(sent.blueprint).name(key)
        called = naming.blueprints.name(relation.target)
        if isinstance(value, list):
            first = {one: place for place, one in reversed([*enumerate(value)])}
            yield from (
                Target(("relations", name, place), (relation.target, one), called)
                for one, place in sorted(first.items(), key=lambda item: item[1])
            )
        elif value:
            yield Target(("relations", name), (relation.target, value), called)


def _is_sound(new: Draft, definitions: Definitions | None) -> bool:
    """Whether an entity that does not exist yet can be written."""
    sent = new.input
    if definitions is None or has_errors(new.issues):
        return False
    entity = Entity(
        sent.blueprint, sent.identifier, properties=dict(sent.properties), relations=dict(sent.relations)
    )
    return not has_errors(definitions.checker.issues(entity, sent))


def reached(seeds: Iterable[Node], ways: Mapping[Node, Iterable[Node]]) -> set[Node]:
    """What can be reached from the seeds, these included.

    >>> sorted(reached([1], {1: [2], 2: [3, 1], 4: [5]}))
    [1, 2, 3]
    """
    found = set(seeds)
    waiting = list(found)
    while waiting:
        new = set(ways.get(waiting.pop(), ())) - found
        found |= new
        waiting += new
    return found
