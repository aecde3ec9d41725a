"""Queries of scorecards, rules and rule results."""

from typing import Annotated

import strawberry
from strawberry import relay

from levelmark.graphql import cursors
from levelmark.graphql.arguments import (
    past,
    result_after,
    result_cursor,
    rule_after,
    rule_cursor,
    wanted_results,
)
from levelmark.graphql.connections import After, First, connection, page_size
from levelmark.graphql.inputs.filters import RuleResultFilterInput
from levelmark.graphql.queries.request import AsOf, Identifier, OfScorecard, OnlyOfBlueprint, Request
from levelmark.graphql.types.rule import Rule
from levelmark.graphql.types.rule_result import RuleResult
from levelmark.graphql.types.scorecard import Scorecard


@strawberry.type
class ScorecardQueries:
    """What can be read of scorecards, rules and rule results."""

    @strawberry.field(description="One scorecard; null where there is none of that identifier.")
    async def scorecard(self, info: Request, identifier: Identifier) -> Scorecard | None:
        """One scorecard."""
        stored = await info.context.loaders.scorecard.load(identifier)
        return Scorecard.of(stored, await info.context.naming()) if stored else None

    @strawberry.field(description="The scorecards, in the order of their identifiers.")
    async def scorecards(
        self, info: Request, blueprint: OnlyOfBlueprint = None, first: First = 50, after: After = None
    ) -> relay.Connection[Scorecard] | None:
        """A page of scorecards."""
        size = page_size(first)
        behind = cursors.behind(after, "scorecards", 1)
        definitions = info.context.services.storage.definitions
        naming = await info.context.naming()
        key = None if blueprint is None else naming.blueprints.key(blueprint)
        stored = await definitions.scorecards(key, behind[0] if behind else None, size + 1)
        views = [Scorecard.of(one, naming) for one in stored]
        return connection(views, size, after, lambda one: cursors.place("scorecards", one.identifier))

    @strawberry.field(description="One rule; null where the scorecard has none of that identifier.")
    async def rule(self, info: Request, scorecard: OfScorecard, identifier: Identifier) -> Rule | None:
        """One rule."""
        naming = await info.context.naming()
        stored = await info.context.loaders.scorecard.load(scorecard)
        rule = stored.value.rule(naming.rules_of(scorecard).key(identifier)) if stored else None
        return Rule.of(rule, stored.value, naming) if stored and rule else None

    @strawberry.field(
        description="The rules of a scorecard, in their order; none where there is no such one."
    )
    async def rules(
        self,
        info: Request,
        scorecard: OfScorecard,
        level: Annotated[
            str | None, strawberry.argument(description="Only those on the level of this title.")
        ] = None,
        first: First = 50,
        after: After = None,
    ) -> relay.Connection[Rule] | None:
        """A page of rules."""
        size = page_size(first)
        naming = await info.context.naming()
        wanted = None if level is None else naming.levels_of(scorecard).key(level)
        stored = await info.context.loaders.scorecard.load(scorecard)
        rules = stored.value.rules if stored else ()
        keys = [one.identifier for one in rules]
        views = [Rule.of(one, stored.value, naming) for one in rules[rule_after(keys, after) :]
                 if stored and wanted in (None, one.level)]  # fmt: skip
        return connection(views, size, after, lambda one: rule_cursor(keys, one.stored.identifier))

    @strawberry.field(
        description="Rule results, by blueprint, entity and scorecard, in the order of the rules."
    )
    async def rule_results(
        self,
        info: Request,
        filter: Annotated[
            RuleResultFilterInput | None,
            strawberry.argument(description="Which of them; all where it is null."),
        ] = None,
        as_of: AsOf = None,
        first: First = 50,
        after: After = None,
    ) -> relay.Connection[RuleResult] | None:
        """A page of rule results."""
        size = page_size(first)
        results = info.context.services.results
        naming, at = await info.context.naming(), past(as_of, info.context.services.clock)
        found = await results.page(wanted_results(filter, naming, at), result_after(after), size + 1)
        views = [RuleResult.of(one.entity, one.scorecard, one.rule, one.result, naming, at) for one in found]
        places = {view.key: one.place for view, one in zip(views, found, strict=True)}
        return connection(views, size, after, lambda one: result_cursor(places[one.key]))
