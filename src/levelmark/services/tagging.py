"""Tagging: the tags by which entities are told apart over time, from what they are called now."""

from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from levelmark.domain.blueprint import META_PROPERTIES
from levelmark.domain.errors import InvalidInputError
from levelmark.domain.json import Json, JsonType
from levelmark.domain.naming import Naming
from levelmark.engine.trend.tags import NONE, Group, Tag, TagKind, TagValue, tag_value
from levelmark.services.catalogue import Definitions
from levelmark.services.lookup import known_property, known_relation

_META: Final = {"$team": TagKind.TEAM, "$identifier": TagKind.IDENTIFIER}


class TagName(Struct, frozen=True):
    """A tag by what it is called: exactly one of a property, a relation, and a scorecard for its levels."""

    property: str | None = None
    relation: str | None = None
    scorecard: str | None = None


class Tagger(Struct, frozen=True):
    """Translates tags and their values between names and keys, for entities of one blueprint."""

    definitions: Definitions
    naming: Naming

    def tag(self, name: TagName) -> Tag:
        """The tag of that name; raises InvalidInputError where there is none."""
        if sum(one is not None for one in (name.property, name.relation, name.scorecard)) != 1:
            raise InvalidInputError("a tag is exactly one of `property`, `relation` and `scorecard`")
        if name.scorecard is not None:
            return Tag(TagKind.LEVEL, name.scorecard)
        names = self.naming.properties_of(self.definitions.blueprint.identifier)
        if name.relation is not None:
            key = known_relation(self.definitions, names.key(name.relation), self.naming)
            return Tag(TagKind.RELATION, key)
        return self._property(name.property or "", names.key(name.property or ""))

    def _property(self, name: str, key: str) -> Tag:
        if name in _META:
            return Tag(_META[name])
        known_property(self.definitions, key, self.naming)
        if name in META_PROPERTIES:
            raise InvalidInputError(f"`{name}` is no tag; of those that all entities have, `$team` and "
                                    "`$identifier` are")  # fmt: skip
        if self.definitions.blueprint.types(key) == {JsonType.OBJECT}:
            raise InvalidInputError(f"the values of `{name}` are objects, which are no tags")
        return Tag(TagKind.PROPERTY, key)

    def values(self, tag: Tag, values: Iterable[Json]) -> frozenset[TagValue]:
        """These values of the tag; null stands for none."""
        return frozenset(self._value(tag, value) for value in values)

    def _value(self, tag: Tag, value: Json) -> TagValue:
        if tag.kind is TagKind.LEVEL and isinstance(value, str):
            return tag_value(self.naming.levels_of(tag.name).key(value))
        found = tag_value(value)
        if found == NONE and value is not None:
            raise InvalidInputError("values of tags are texts, numbers, booleans, or null for none")
        return found

    def told(self, tags: Iterable[Tag], group: Group) -> tuple[Json, ...]:
        """The values of a group as people read them."""
        return tuple(
            self.naming.levels_of(tag.name).name(value)
            if tag.kind is TagKind.LEVEL and isinstance(value, str)
            else value
            for tag, (_, value) in zip(tags, group, strict=True)
        )
