"""What queries and mutations are given, and the arguments that many of them take."""

from typing import Annotated, Any, TypeAlias

import strawberry
from strawberry import Info

from levelmark.graphql.context import Context
from levelmark.graphql.scalars import DateTime

Request: TypeAlias = Info[Context, Any]
Identifier = Annotated[str, strawberry.argument(description="Its identifier.")]
OfBlueprint = Annotated[str, strawberry.argument(description="The blueprint's identifier.")]
OfScorecard = Annotated[str, strawberry.argument(description="The scorecard's identifier.")]
OnlyOfBlueprint = Annotated[
    str | None, strawberry.argument(description="Only those of the blueprint of this identifier.")
]
AsOf = Annotated[
    DateTime | None,
    strawberry.argument(description="A past instant: all is told as it stood then; as it stands where null."),
]
