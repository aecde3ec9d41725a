"""The edits: what people and machines do to a catalogue, each a merge of one entity or its deletion."""

from collections.abc import Callable, Iterator
from enum import StrEnum
from random import Random
from typing import Final, TypeAlias

from msgspec import Struct

from benchmarks.organisation.catalogue import (
    ALWAYS,
    LINKS,
    PROPERTIES,
    Catalogue,
    Document,
    Key,
    Names,
    Sizes,
    entity,
    name,
)
from levelmark.domain.json import Json


class EditKind(StrEnum):
    """What an edit does."""

    CHANGE = "change"
    RENAME = "rename"
    MOVE = "move"
    CREATE = "create"
    EMPTY = "empty"
    DELETE = "delete"


WEIGHTS: Final = {
    EditKind.CHANGE: 45,
    EditKind.RENAME: 5,
    EditKind.MOVE: 20,
    EditKind.CREATE: 12,
    EditKind.EMPTY: 8,
    EditKind.DELETE: 10,
}
"""How often each kind is drawn, of a hundred."""

_BLUEPRINTS: Final = {"team": 6, "service": 30, "repository": 24, "incident": 40}
"""How often an entity of each blueprint is edited, of a hundred."""

State: TypeAlias = dict[Key, Document]
"""The entities that there are."""


class Edit(Struct, frozen=True):
    """One edit: `document` is to be merged into the entity; None deletes it."""

    kind: EditKind
    blueprint: str
    identifier: str
    document: Document | None

    @property
    def key(self) -> Key:
        """The entity that is edited."""
        return self.blueprint, self.identifier

    def apply(self, state: State) -> None:
        """Makes the edit in memory."""
        if self.document is None:
            del state[self.key]
            return
        before = state.get(self.key, {})
        merged = {part: {**before.get(part, {}), **self.document.get(part, {})}
                  for part in ("properties", "relations")}  # fmt: skip
        state[self.key] = {**before, **self.document, **merged}


def state_of(catalogue: Catalogue) -> State:
    """The catalogue's entities by key, to apply edits to."""
    return {(one["blueprint"], one["identifier"]): one for one in catalogue.entities}


def edits(seed: int, catalogue: Catalogue, count: int) -> Iterator[Edit]:
    """That many edits, each possible once those before it are made."""
    draw, state = Random(f"edits {seed}"), state_of(catalogue)
    maker = _Maker(draw, Names(_sizes(catalogue)), catalogue, state)
    for _ in range(count):
        kind = draw.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        edit = maker.make(kind)
        edit.apply(state)
        yield edit


def _sizes(catalogue: Catalogue) -> Sizes:
    return Sizes.of(len(catalogue.entities))


class _Maker:
    """Draws edits that fit the entities that there are."""

    def __init__(self, draw: Random, names: Names, catalogue: Catalogue, state: State) -> None:
        self._draw = draw
        self._names = names
        self._now = catalogue.now
        self._state = state
        # Lists to draw from: a deleted entity leaves its list, so that every draw finds one that is there.
        self._present = {kind: [one for of, one in state if of == kind] for kind in _BLUEPRINTS}
        self._next = len(catalogue.entities)

    def make(self, kind: EditKind) -> Edit:
        of = self._draw.choices(list(_BLUEPRINTS), list(_BLUEPRINTS.values()))[0]
        if kind is EditKind.MOVE and not LINKS[of]:
            of = "incident"
        makers: dict[EditKind, Callable[[str], Edit]] = {
            EditKind.CHANGE: self._change,
            EditKind.RENAME: self._rename,
            EditKind.MOVE: self._move,
            EditKind.CREATE: self._create,
            EditKind.EMPTY: self._empty,
            EditKind.DELETE: self._delete,
        }
        return makers[kind](of)

    def _change(self, of: str) -> Edit:
        """One to three properties get other values."""
        identifier, drawn = self._one(of), PROPERTIES[of](self._draw, self._now)
        changed = self._draw.sample(sorted(drawn), min(len(drawn), self._draw.randint(1, 3)))
        return self._merge(EditKind.CHANGE, of, identifier, properties={key: drawn[key] for key in changed})

    def _rename(self, of: str) -> Edit:
        """The title becomes another, or none."""
        title = self._draw.choice((f"{of.capitalize()} {self._draw.randrange(99)}", "Renamed", None))
        return self._merge(EditKind.RENAME, of, self._one(of), title=title)

    def _move(self, of: str) -> Edit:
        """A relation points elsewhere."""
        link = self._draw.choice(list(LINKS[of]))
        target = LINKS[of][link](self._names, self._draw)
        return self._merge(EditKind.MOVE, of, self._one(of), relations={link: target})

    def _create(self, of: str) -> Edit:
        """A new entity, or one anew that links may point at still."""
        missing = [name(of, place) for place in range(40) if (of, name(of, place)) not in self._state]
        identifier = missing[0] if missing and self._draw.random() < 0.5 else name(of, self._next)
        self._next += 1
        self._present[of].append(identifier)
        return Edit(EditKind.CREATE, of, identifier,
                    entity(self._draw, of, identifier, self._names, self._now))  # fmt: skip

    def _empty(self, of: str) -> Edit:
        """A property becomes null."""
        chosen = self._draw.choice(sorted(PROPERTIES[of](self._draw, self._now).keys() - ALWAYS))
        return self._merge(EditKind.EMPTY, of, self._one(of), properties={chosen: None})

    def _delete(self, of: str) -> Edit:
        """An entity goes; links to it stay and point at nothing. One of each blueprint is left."""
        present = self._present[of]
        if len(present) == 1:
            return self._change(of)
        place = self._draw.randrange(len(present))
        present[place], present[-1] = present[-1], present[place]
        return Edit(EditKind.DELETE, of, present.pop(), None)

    def _one(self, of: str) -> str:
        return self._draw.choice(self._present[of])

    def _merge(self, kind: EditKind, of: str, identifier: str, **parts: Json) -> Edit:
        return Edit(kind, of, identifier, {"identifier": identifier, "blueprint": of, **parts})
