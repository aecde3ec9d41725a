"""A stored definition: a blueprint or scorecard with what the store knows of it."""

from typing import Generic, TypeVar

from msgspec import Struct

Value = TypeVar("Value")


class Versioned(Struct, Generic[Value], frozen=True):
    """A `value` as stored; `version` grows with every write, `uid` is another after a deletion.

    Instants are ISO 8601 texts in UTC.
    """

    value: Value
    uid: str
    version: int
    created_at: str
    updated_at: str
