"""The two directions: from keys to the names that people read, and from names to keys."""

import re
from collections.abc import Mapping
from typing import Final, TypeVar

from msgspec.structs import replace

from levelmark.domain.blueprint import Blueprint
from levelmark.domain.entity import Entity, EntityInput
from levelmark.domain.naming import MARK, Names
from levelmark.engine.translating.blueprints import Translation

Value = TypeVar("Value")

_MARKED: Final = re.compile(rf"{MARK}\d+")


class ToNames(Translation):
    """From keys to names."""

    def word(self, names: Names, text: str) -> str:
        """The name of a key."""
        return names.name(text)

    def key(self, _names: Names, text: str) -> str:
        """The key itself."""
        return text

    def said(self, _names: Names, key: str) -> str:
        """The key itself."""
        return key

    def fields(self, names: Names, fields: Mapping[str, Value]) -> dict[str, Value]:
        """The same under names."""
        return names.named(fields)

    def entity(self, entity: Entity) -> Entity:
        """An entity without its scores."""
        names = self.naming.properties_of(entity.blueprint)
        return replace(
            entity,
            blueprint=self.naming.blueprints.name(entity.blueprint),
            properties=names.named(entity.properties),
            relations=names.named(entity.relations),
            derived=names.named(entity.derived),
            reasons={name: _without_marks(text) for name, text in names.named(entity.reasons).items()},
        )


class ToKeys(Translation):
    """From names to keys."""

    def word(self, names: Names, text: str) -> str:
        """The key of a name."""
        return names.key(text)

    def key(self, names: Names, text: str) -> str:
        """The key of a name."""
        return names.key(text)

    def said(self, names: Names, key: str) -> str:
        """The name of a key."""
        return names.name(key)

    def fields(self, names: Names, fields: Mapping[str, Value]) -> dict[str, Value]:
        """The same under keys."""
        return names.keyed(fields)

    def outline(self, value: Blueprint) -> Blueprint:
        """What paths need of a blueprint: its keys, and where its relations lead."""
        key = self.naming.blueprints.key(value.identifier)
        names = self.naming.properties_of(key)
        return replace(
            value,
            identifier=key,
            schema=replace(value.schema, properties=names.keyed(value.schema.properties)),
            relations=names.keyed({name: self.relation(one) for name, one in value.relations.items()}),
            mirror_properties=names.keyed(value.mirror_properties),
            calculation_properties=names.keyed(value.calculation_properties),
            aggregation_properties=names.keyed(value.aggregation_properties),
        )

    def written(self, sent: EntityInput) -> EntityInput:
        """An entity as it was sent."""
        blueprint = self.key(self.naming.blueprints, sent.blueprint)
        names = self.naming.properties_of(blueprint)
        properties, relations = names.keyed(sent.properties), names.keyed(sent.relations)
        return replace(sent, blueprint=blueprint, properties=properties, relations=relations)


def _without_marks(text: str) -> str:
    """A text for people as it was kept: what it names may be called otherwise by now."""
    return _MARKED.sub("", text) if MARK in text else text
