"""The inputs of scorecards and rules."""

import strawberry
from strawberry import UNSET

from levelmark.graphql.inputs.query import QueryInput


@strawberry.input(description="A level of a scorecard.")
class LevelInput:
    """A level as it is sent."""

    title: str = strawberry.field(description="What the level is called; its key within the scorecard.")
    color: str = strawberry.field(description="The colour to show it in: `paleBlue`, `bronze`, `gold` …")


@strawberry.input(description="A rule's document, as the field writes it.")
class RuleInput:
    """A rule as it is sent."""

    identifier: str = strawberry.field(description="What the rule is to be known by within its scorecard.")
    title: str = strawberry.field(description="What people call it.")
    description: str | None = strawberry.field(
        default=UNSET, description="What it asks for and why, in Markdown."
    )
    level: str = strawberry.field(description="The level that it stands on: any but the first.")
    query: QueryInput = strawberry.field(description="What must be true of an entity.")


@strawberry.input(description="A scorecard's document, as the field writes it, with the blueprint it is for.")
class ScorecardInput:
    """A scorecard as it is sent."""

    identifier: str = strawberry.field(description="What the scorecard is to be known by; no other has it.")
    title: str = strawberry.field(description="What people call it.")
    blueprint: str = strawberry.field(description="The blueprint whose entities are evaluated.")
    filter: QueryInput | None = strawberry.field(
        default=UNSET, description="Which entities are evaluated; all of them where it is left out."
    )
    levels: list[LevelInput] | None = strawberry.field(
        default=UNSET,
        description="The levels, the base level first: Basic, Bronze, Silver, Gold unless sent.",
    )
    rules: list[RuleInput] | None = strawberry.field(default=UNSET, description="The rules, 200 at most.")


@strawberry.input(description="Which scorecard to delete.")
class DeleteScorecardInput:
    """A scorecard by its identifier."""

    identifier: str = strawberry.field(description="The scorecard's identifier.")
    force: bool = strawberry.field(
        default=False, description="Delete the scores and rule results with it, where there are any."
    )


@strawberry.input(description="A rule to write into a scorecard.")
class UpsertRuleInput:
    """A rule and where it belongs."""

    scorecard: str = strawberry.field(description="The scorecard's identifier.")
    rule: RuleInput = strawberry.field(
        description="The rule: in the place of the one of its identifier, else behind the others."
    )


@strawberry.input(description="Which rule to delete.")
class DeleteRuleInput:
    """A rule by its scorecard and identifier."""

    scorecard: str = strawberry.field(description="The scorecard's identifier.")
    identifier: str = strawberry.field(description="The rule's identifier.")
