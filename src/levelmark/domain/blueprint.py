"""A blueprint: a type of entity, its properties by JSON Schema."""

from typing import Any, Final

from msgspec import UNSET, Struct, UnsetType, field

from levelmark.domain.json import SCHEMA_TYPES, Json, JsonType

META_PROPERTIES: Final[dict[str, frozenset[JsonType]]] = {
    "$identifier": frozenset({JsonType.STRING}),
    "$title": frozenset({JsonType.STRING}),
    "$team": frozenset({JsonType.STRING, JsonType.ARRAY}),
    "$icon": frozenset({JsonType.STRING}),
    "$blueprint": frozenset({JsonType.STRING}),
    "$createdAt": frozenset({JsonType.STRING}),
    "$updatedAt": frozenset({JsonType.STRING}),
    "$createdBy": frozenset({JsonType.STRING}),
    "$updatedBy": frozenset({JsonType.STRING}),
}
"""What every entity has besides its blueprint's properties, and of which types."""

INSTANT_FORMATS: Final = frozenset({"date-time", "date"})
"""Formats whose values the ordering operators compare as instants."""

RESERVED: Final = frozenset({"_scorecard", "_rule", "_rule_result"})
"""Blueprint identifiers that the server keeps for itself."""


class Relation(Struct, frozen=True):
    """A link from entities of this blueprint to one (or, with `many`, several) of `target`."""

    target: str
    title: str | UnsetType | None = UNSET
    description: str | UnsetType | None = UNSET
    required: bool | UnsetType = UNSET
    many: bool | UnsetType = UNSET


class Schema(Struct, frozen=True):
    """The properties of an entity: a JSON Schema for each, and which must be there."""

    properties: dict[str, dict[str, Json]] = field(default_factory=dict)
    required: tuple[str, ...] | UnsetType = UNSET


class Blueprint(Struct, frozen=True):
    """A type of entity: what it may hold, and what it may point at."""

    identifier: str
    title: str
    schema: Schema = field(default_factory=Schema)
    icon: str | None = None
    description: str | None = None
    relations: dict[str, Relation] = field(default_factory=dict)
    mirror_properties: dict[str, Any] = field(default_factory=dict, name="mirrorProperties")
    calculation_properties: dict[str, Any] = field(default_factory=dict, name="calculationProperties")
    aggregation_properties: dict[str, Any] = field(default_factory=dict, name="aggregationProperties")

    @property
    def derived(self) -> frozenset[str]:
        """Names of the properties that are declared as derived from others."""
        return frozenset(
            {*self.mirror_properties, *self.calculation_properties, *self.aggregation_properties}
        )

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that a condition may use as `property`."""
        return (*self.schema.properties, *self.derived, *META_PROPERTIES)

    def requires(self, name: str) -> bool:
        """Whether every entity must have a value of the property."""
        return name in (self.schema.required or ())

    def types(self, name: str) -> frozenset[JsonType]:
        """The types that values of the property may have; all of them where the schema does not say."""
        if name in META_PROPERTIES:
            return META_PROPERTIES[name]
        declared = self.schema.properties.get(name, {}).get("type")
        listed = declared if isinstance(declared, list) else [declared]
        known = frozenset(SCHEMA_TYPES[one] for one in listed if one in SCHEMA_TYPES)
        return known or frozenset(JsonType)

    def is_instant(self, name: str) -> bool:
        """Whether values of the property are points in time."""
        if name in {"$createdAt", "$updatedAt"}:
            return True
        return self.schema.properties.get(name, {}).get("format") in INSTANT_FORMATS
