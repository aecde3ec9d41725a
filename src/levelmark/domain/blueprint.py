"""A blueprint: a type of entity, its properties by JSON Schema."""

from typing import Any, Final

from msgspec import UNSET, Struct, UnsetType, field

from levelmark.domain.issue import Path
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

INSTANT_FORMATS: Final = frozenset({"date-time", "date", "timer"})
"""Formats whose values the ordering operators compare as instants."""

INSTANTS: Final = frozenset({"$createdAt", "$updatedAt"})
"""Meta-properties that are points in time."""

RESERVED: Final = frozenset({"_scorecard", "_rule", "_rule_result"})
"""Blueprint identifiers that the server keeps for itself."""


class Relation(Struct, frozen=True):
    """A link from entities of this blueprint to one (or, with `many`, several) of `target`."""

    target: str
    title: str | UnsetType | None = UNSET
    icon: str | UnsetType | None = UNSET
    description: str | UnsetType | None = UNSET
    required: bool | UnsetType = UNSET
    many: bool | UnsetType = UNSET


class Schema(Struct, frozen=True):
    """The properties of an entity: a JSON Schema for each, and which must be there."""

    properties: dict[str, dict[str, Json]] = field(default_factory=dict)
    required: tuple[str, ...] | UnsetType = UNSET


class Blueprint(Struct, frozen=True):
    """A type of entity: what it may hold, and what it may point at.

    `ownership` is kept for other tools that read the document: an entity's team is the one that was sent.
    """

    identifier: str
    title: str
    schema: Schema = field(default_factory=Schema)
    icon: str | None = None
    description: str | None = None
    relations: dict[str, Relation] = field(default_factory=dict)
    mirror_properties: dict[str, Any] = field(default_factory=dict, name="mirrorProperties")
    calculation_properties: dict[str, Any] = field(default_factory=dict, name="calculationProperties")
    aggregation_properties: dict[str, Any] = field(default_factory=dict, name="aggregationProperties")
    ownership: dict[str, Any] | UnsetType = UNSET

    @property
    def derived(self) -> frozenset[str]:
        """Names of the properties that are declared as derived from others."""
        return frozenset(
            {*self.mirror_properties, *self.calculation_properties, *self.aggregation_properties}
        )

    @property
    def own_names(self) -> tuple[str, ...]:
        """The names of all that is declared here: properties of every kind, and relations."""
        return (*self.schema.properties, *self.relations, *self.mirror_properties,
                *self.calculation_properties, *self.aggregation_properties)  # fmt: skip

    def place(self, name: str) -> Path:
        """Where the document declares a property of whatever kind, or a relation, of that name."""
        if name in self.schema.properties:
            return ("schema", "properties", name)
        groups = {
            "relations": self.relations,
            "mirrorProperties": self.mirror_properties,
            "calculationProperties": self.calculation_properties,
            "aggregationProperties": self.aggregation_properties,
        }
        return (next(group for group, names in groups.items() if name in names), name)

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that a condition may use as `property`."""
        return (*self.schema.properties, *self.derived, *META_PROPERTIES)

    def requires(self, name: str) -> bool:
        """Whether every entity must have a value of the property."""
        return name in (self.schema.required or ())

    def types(self, name: str) -> frozenset[JsonType]:
        """The types that values of the property may have; all of them where nothing says which."""
        if name in META_PROPERTIES:
            return META_PROPERTIES[name]
        if name in self.aggregation_properties:
            return frozenset({JsonType.NUMBER})
        declared = self.declaration(name).get("type")
        listed = declared if isinstance(declared, list) else [declared]
        known = frozenset(SCHEMA_TYPES[one] for one in listed if one in SCHEMA_TYPES)
        return known or frozenset(JsonType)

    def is_instant(self, name: str) -> bool:
        """Whether values of the property are points in time."""
        return name in INSTANTS or self.declaration(name).get("format") in INSTANT_FORMATS

    def declaration(self, name: str) -> dict[str, Json]:
        """The JSON Schema of an own property, or what a calculation says of its type and format."""
        own = self.schema.properties.get(name)
        return self.calculation_properties.get(name, {}) if own is None else own


class Kind(Struct, frozen=True):
    """What is known of a property's values: their types, and whether they are points in time."""

    types: frozenset[JsonType]
    instant: bool = False


class ResolvedBlueprint(Blueprint, frozen=True):
    """A blueprint in its surroundings: what its mirrors show is known from the blueprints that they reach.

    `kinds` are those of the mirror properties; `broken` says of derived properties why they have no data.
    """

    kinds: dict[str, Kind] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)

    def types(self, name: str) -> frozenset[JsonType]:
        """As of any blueprint; a mirror property's are those of what it shows."""
        kind = self.kinds.get(name)
        return kind.types if kind else super().types(name)

    def is_instant(self, name: str) -> bool:
        """As of any blueprint; a mirror property is what it shows."""
        kind = self.kinds.get(name)
        return kind.instant if kind else super().is_instant(name)
