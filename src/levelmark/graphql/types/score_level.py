"""The types ScoreRule, ScoreLevel and NextLevel."""

import strawberry

from levelmark.graphql.types.level import Level
from levelmark.graphql.types.rule import Rule
from levelmark.graphql.types.rule_result import RuleResult


@strawberry.type(description="A rule of a scorecard, and what became of it on one entity.")
class ScoreRule:
    """A view of `levelmark.engine.progress.Check`."""

    rule: Rule = strawberry.field(description="The rule.")
    rule_result: RuleResult | None = strawberry.field(
        description="Its result on the entity; null until it is evaluated, right after the scorecard changed."
    )
    passed: bool = strawberry.field(
        description="Whether it counts as passed for the level: by its result, or by its `lastResult`."
    )


@strawberry.type(description="A level of a scorecard, as one entity stands to it.")
class ScoreLevel:
    """A view of `levelmark.engine.progress.Rung`."""

    level: Level = strawberry.field(description="The level.")
    reached: bool = strawberry.field(
        description="Whether the entity stands on it or above it. The base level is always reached."
    )
    rules: list[ScoreRule] = strawberry.field(
        description="The rules that stand on this level, in the order of the scorecard, with their results."
    )
    passed: int = strawberry.field(description="How many of these rules pass: the numerator.")
    tested: int = strawberry.field(description="How many of these rules were evaluated: the denominator.")
    summary: str = strawberry.field(description="Both in words: `3 of 4`.")


@strawberry.type(description="The next level that an entity can reach, and what it lacks for it.")
class NextLevel:
    """A view of `levelmark.engine.progress.NextLevel`."""

    level: Level = strawberry.field(description="The next level above the one reached that has rules.")
    missing: list[ScoreRule] = strawberry.field(
        description="The rules of that level and of those below that do not pass, by level: never none."
    )
