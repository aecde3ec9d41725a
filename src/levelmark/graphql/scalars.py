"""The scalars of the API besides GraphQL's own."""

from typing import Final, NewType

import strawberry
from strawberry.scalars import JSON
from strawberry.types.scalar import ScalarDefinition

DateTime = NewType("DateTime", str)

SCALARS: Final[dict[object, ScalarDefinition]] = {
    DateTime: strawberry.scalar(
        name="DateTime",
        description="An instant as ISO 8601 text in UTC, to the millisecond: `2026-01-31T12:00:00.000Z`.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
        serialize=str,
        parse_value=str,
    ),
}

__all__ = ["JSON", "SCALARS", "DateTime"]
