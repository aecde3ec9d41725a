"""Readers: how the values of a property or a relation are told apart, in the database and in an entity."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from msgspec import Struct

from levelmark.domain.blueprint import Blueprint
from levelmark.domain.entity import Entity
from levelmark.domain.errors import InvalidInputError
from levelmark.domain.json import Json, JsonType
from levelmark.domain.naming import Naming
from levelmark.engine.subject import ATTRIBUTES
from levelmark.storage.facets import member_of, members_of
from levelmark.storage.tallies import Part
from levelmark.storage.values import level_value, property_field, relation_field


class Reader(Struct, frozen=True):
    """The values of an entity: as a part of a key over its row, and from the entity itself.

    A value is a text, a number or a boolean; of lists, these are the members. None stands for no value.
    """

    part: Part
    read: Callable[[Entity], Iterable[Json]]

    @property
    def members(self) -> Any:
        """The list of a row's values, as an expression over it."""
        value = self.part.value
        return value if self.part.listed else {"$cond": [{"$gt": [value, None]}, [value], []]}

    def values(self, entity: Entity) -> list[Json]:
        """Each value once; None alone where there is none."""
        told = {ranked(one): one for one in self.read(entity) if isinstance(one, str | int | float)}
        return [*told.values()] or [None]


def ranked(value: Json) -> tuple[int, Any]:
    """A value behind the place of its type in MongoDB's order, which also tells 1 from True."""
    if value is None:
        return 0, 0
    return (3 if isinstance(value, bool) else 2 if isinstance(value, str) else 1), value


def constant(value: Json) -> Reader:
    """The same value of every entity."""

    def read(entity: Entity) -> tuple[Json]:
        del entity
        return (value,)

    return Reader(Part({"$literal": value}), read)


NOTHING = constant(None)
"""What is read where there is no such property."""

IDENTIFIER = Reader(Part("$identifier"), lambda entity: (entity.identifier,))
TEAM = Reader(Part("$teams", listed=True), lambda entity: entity.teams)


def level_reader(scorecard: str) -> Reader:
    """The level that is reached in a scorecard."""

    def read(entity: Entity) -> Iterator[Json]:
        score = entity.score(scorecard)
        yield None if score is None else score.level

    return Reader(Part(level_value(scorecard)), read)


def relation_reader(name: str) -> Reader:
    """What a relation points at."""
    members = members_of(f"${relation_field(name)}", blank=False)
    return Reader(Part(members, listed=True), lambda entity: [one for one in entity.targets(name) if one])


def property_reader(name: str, blueprint: Blueprint, naming: Naming) -> Reader:
    """The values of a property of that key; raises InvalidInputError where these are objects."""
    types = blueprint.types(name)
    if types == {JsonType.OBJECT}:
        called = naming.properties_of(blueprint.identifier).name(name)
        raise InvalidInputError(f"the values of `{called}` are objects, which cannot be counted")
    if name == "$team":
        return TEAM
    field, listed = f"${property_field(name, blueprint)}", JsonType.ARRAY in types
    part = Part(members_of(field), listed=True) if listed else Part(member_of(field))
    return Reader(part, _reading(name, blueprint, listed=listed))


def _reading(name: str, blueprint: Blueprint, *, listed: bool) -> Callable[[Entity], Iterator[Json]]:
    def read(entity: Entity) -> Iterator[Json]:
        if name in ATTRIBUTES:
            yield getattr(entity, ATTRIBUTES[name])
            return
        value = (entity.derived if name in blueprint.derived else entity.properties).get(name)
        if listed and isinstance(value, list):
            yield from value
        else:
            yield value

    return read
