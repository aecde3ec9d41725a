"""The inputs of queries: what must be true of an entity."""

import strawberry
from strawberry import UNSET

from levelmark.graphql.scalars import JSON
from levelmark.graphql.types.enums import Combinator


@strawberry.input(
    description="A condition (`property` or `relation`, `operator`, `value`), or a query (`combinator`, "
    "`conditions`) in the place of one."
)
class ConditionInput:
    """One part of a query."""

    property: str | None = strawberry.field(
        default=UNSET, description="The property on the left: `open_incidents`, or `$team`."
    )
    relation: str | None = strawberry.field(default=UNSET, description="The relation on the left.")
    operator: str | None = strawberry.field(default=UNSET, description="How to test: `<`, `isNotEmpty` …")
    value: JSON | None = strawberry.field(
        default=UNSET,
        description="The rule's value on the right; `{property: …}` stands for what the entity has there.",
    )
    negated: bool | None = strawberry.field(
        name="not", default=UNSET, description="With `true`, `isEmpty` and `isNotEmpty` are turned round."
    )
    combinator: Combinator | None = strawberry.field(
        default=UNSET, description="How the conditions inside are joined."
    )
    conditions: list["ConditionInput"] | None = strawberry.field(
        default=UNSET, description="The conditions inside."
    )


@strawberry.input(description="Conditions joined by `and` or `or`; a condition may itself be a query.")
class QueryInput:
    """A query as the field's documents have it."""

    combinator: Combinator = strawberry.field(description="How the conditions are joined.")
    conditions: list[ConditionInput] = strawberry.field(description="What is tested; at least one.")
