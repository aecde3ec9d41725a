"""What judging a document gives: its value, if it has no errors, and all its issues."""

from typing import Generic, TypeVar

from msgspec import Struct

from levelmark.domain.issue import Issue

Value = TypeVar("Value")


class Checked(Struct, Generic[Value], frozen=True):
    """A `value`, None where an issue forbids it, and the issues, warnings included."""

    value: Value | None
    issues: tuple[Issue, ...] = ()
