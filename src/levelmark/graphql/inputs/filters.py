"""The inputs that narrow rule results and changes."""

import strawberry

from levelmark.graphql.types.enums import Result


@strawberry.input(description="Which rule results are listed; what is null does not restrict.")
class RuleResultFilterInput:
    """What rule results can be narrowed by."""

    blueprint: str | None = strawberry.field(default=None, description="The entities' blueprint.")
    entity: str | None = strawberry.field(default=None, description="The entity's identifier.")
    teams: list[str] | None = strawberry.field(
        default=None, description="Teams of which the entity is in one."
    )
    scorecard: str | None = strawberry.field(default=None, description="The scorecard's identifier.")
    rule: str | None = strawberry.field(default=None, description="The rule's identifier.")
    level: str | None = strawberry.field(default=None, description="The level that the rule stands on.")
    result: Result | None = strawberry.field(default=None, description="What became of the rule.")


@strawberry.input(description="Which changes are told; what is null does not restrict.")
class ChangeFilterInput:
    """What changes can be narrowed by."""

    blueprint: str | None = strawberry.field(default=None, description="The entity's blueprint.")
    entity: str | None = strawberry.field(default=None, description="The entity's identifier.")
    teams: list[str] | None = strawberry.field(
        default=None, description="Teams of which the entity was in one when it happened."
    )
    scorecard: str | None = strawberry.field(default=None, description="The scorecard's identifier.")
    rule: str | None = strawberry.field(
        default=None, description="The rule's identifier; changes of levels are of no rule."
    )
