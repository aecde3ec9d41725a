"""A stored definition: a blueprint or scorecard with what the store knows of it."""

from typing import Generic, TypeVar

from msgspec import Struct

from levelmark.domain.blueprint import Blueprint
from levelmark.domain.naming import OwnNames
from levelmark.domain.scorecard import Scorecard

Value = TypeVar("Value", Blueprint, Scorecard)


class Versioned(Struct, Generic[Value], frozen=True):
    """A `value` as stored, in keys; `names` are those that it keeps.

    `version` grows with every write, `uid` is another after a deletion.
    Instants are ISO 8601 texts in UTC.
    """

    value: Value
    uid: str
    version: int
    created_at: str
    updated_at: str
    names: OwnNames = OwnNames()

    @property
    def name(self) -> str:
        """What the definition is called now."""
        return self.names.name or self.value.identifier
