"""A subject: what one side of a condition looks at in an entity."""

from enum import StrEnum
from typing import Final

from msgspec import Struct

from levelmark.domain.blueprint import META_PROPERTIES, Blueprint
from levelmark.domain.entity import Entity
from levelmark.domain.json import Json

ATTRIBUTES: Final = {
    "$identifier": "identifier",
    "$title": "title",
    "$icon": "icon",
    "$blueprint": "blueprint",
    "$createdAt": "created_at",
    "$updatedAt": "updated_at",
    "$createdBy": "created_by",
    "$updatedBy": "updated_by",
}
"""Where an entity holds its meta-properties, `$team` apart."""


class Place(StrEnum):
    """Where in an entity a value stands."""

    RELATION = "RELATION"
    TEAM = "TEAM"
    META = "META"
    DERIVED = "DERIVED"
    PROPERTY = "PROPERTY"


class Subject(Struct, frozen=True):
    """A place and a name in it; of teams and relations, one name arrives as a list of one with `listed`."""

    place: Place
    name: str
    listed: bool = False

    def read(self, entity: Entity) -> Json:
        """The entity's value, or None where it has none."""
        if self.place is Place.RELATION:
            return related(entity.relations.get(self.name), listed=self.listed)
        if self.place is Place.TEAM:
            return _team(entity, listed=self.listed)
        if self.place is Place.META:
            return getattr(entity, ATTRIBUTES[self.name])
        return (entity.derived if self.place is Place.DERIVED else entity.properties).get(self.name)


def meta_value(entity: Entity, name: str) -> Json:
    """The value of a meta-property, `$team` as it was sent."""
    return entity.sent_team if name == "$team" else getattr(entity, ATTRIBUTES[name])


def of_property(name: str, blueprint: Blueprint, *, listed: bool) -> Subject:
    """The property, a meta-property or a derived one."""
    if name == "$team":
        return Subject(Place.TEAM, name, listed)
    if name in META_PROPERTIES:
        return Subject(Place.META, name)
    return Subject(Place.DERIVED if name in blueprint.derived else Place.PROPERTY, name)


def of_relation(name: str, blueprint: Blueprint, *, listed: bool) -> Subject:
    """The relation; one to many always arrives as a list, though its entity may be older than that."""
    relation = blueprint.relations.get(name)
    return Subject(Place.RELATION, name, listed or (relation is not None and relation.many is True))


def related(value: str | list[str] | None, *, listed: bool) -> Json:
    """What a relation holds, None where it points at nothing."""
    if listed and isinstance(value, str) and value:
        return [value]
    return value or None


def _team(entity: Entity, *, listed: bool) -> Json:
    # One team may be sent as a name or as a list of one: operators must not tell these apart.
    teams = list(entity.teams)
    return teams[0] if len(teams) == 1 and not listed else teams or None
