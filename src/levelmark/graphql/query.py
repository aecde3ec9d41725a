"""The root type Query: everything that can be read."""

from typing import Annotated, Any, TypeAlias

import strawberry
from strawberry import Info, relay

from levelmark.domain import change
from levelmark.graphql import cursors
from levelmark.graphql.arguments import (
    changes_of,
    entities_asked,
    hit_after,
    query_of,
    result_after,
    result_cursor,
    rule_after,
    rule_cursor,
    selection_of,
    wanted_results,
)
from levelmark.graphql.connections import After, First, connection, page_size
from levelmark.graphql.context import Context
from levelmark.graphql.inputs.entity import EntityFilterInput, EntityOrderInput
from levelmark.graphql.inputs.filters import ChangeFilterInput, RuleResultFilterInput
from levelmark.graphql.node import node
from levelmark.graphql.types.blueprint import Blueprint
from levelmark.graphql.types.change import LevelChange, RuleResultChange
from levelmark.graphql.types.entity import Entity
from levelmark.graphql.types.evaluation import Evaluation
from levelmark.graphql.types.evaluation_count import EvaluationCount
from levelmark.graphql.types.facets import Facets
from levelmark.graphql.types.plugin import Notifier, Operator, Plugin
from levelmark.graphql.types.rule import Rule
from levelmark.graphql.types.rule_result import RuleResult
from levelmark.graphql.types.scorecard import Scorecard
from levelmark.graphql.types.search import SearchConnection
from levelmark.services.facets import Subject
from levelmark.storage.log import Changes

Request: TypeAlias = Info[Context, Any]
Identifier = Annotated[str, strawberry.argument(description="Its identifier.")]
OfBlueprint = Annotated[str, strawberry.argument(description="The blueprint's identifier.")]
OfScorecard = Annotated[str, strawberry.argument(description="The scorecard's identifier.")]
OnlyOfBlueprint = Annotated[
    str | None, strawberry.argument(description="Only those of the blueprint of this identifier.")
]


@strawberry.type(description="Everything that can be read.")
class Query:
    """The root of all queries."""

    node = strawberry.field(node, description="Any object by its global id; null where there is none.")

    @strawberry.field(description="One blueprint; null where there is none of that identifier.")
    async def blueprint(self, info: Request, identifier: Identifier) -> Blueprint | None:
        """One blueprint."""
        naming = await info.context.naming()
        stored = await info.context.loaders.blueprint.load(naming.blueprints.key(identifier))
        return Blueprint.of(stored, naming) if stored else None

    @strawberry.field(description="The blueprints, in the order of their identifiers.")
    async def blueprints(
        self, info: Request, first: First = 50, after: After = None
    ) -> relay.Connection[Blueprint] | None:
        """A page of blueprints."""
        size = page_size(first)
        behind = cursors.behind(after, "blueprints", 1)
        definitions = info.context.services.storage.definitions
        naming = await info.context.naming()
        stored = await definitions.blueprints_by_name(behind[0] if behind else None, size + 1)
        views = [Blueprint.of(one, naming) for one in stored]
        return connection(views, size, after, lambda one: cursors.place("blueprints", one.identifier))

    @strawberry.field(description="One entity; null where its blueprint has none of that identifier.")
    async def entity(self, info: Request, blueprint: OfBlueprint, identifier: Identifier) -> Entity | None:
        """One entity."""
        naming = await info.context.naming()
        found = await info.context.loaders.entity.load((naming.blueprints.key(blueprint), identifier))
        return Entity.of(found, naming) if found else None

    @strawberry.field(description="The entities of a blueprint.")
    async def entities(
        self,
        info: Request,
        blueprint: OfBlueprint,
        filter: Annotated[
            EntityFilterInput | None, strawberry.argument(description="Which of them; all where it is null.")
        ] = None,
        order_by: Annotated[
            EntityOrderInput | None,
            strawberry.argument(description="In which order; by identifier where it is null."),
        ] = None,
        first: First = 50,
        after: After = None,
    ) -> relay.Connection[Entity] | None:
        """A page of entities."""
        size = page_size(first)
        naming = await info.context.naming()
        selection = selection_of(blueprint, filter, naming)
        listed, ask = entities_asked(selection, order_by, after, size + 1, naming)
        found = await info.context.services.entities.page(selection, query_of(filter), ask, naming)
        views = [Entity.of(one.entity, naming) for one in found]
        places = {view.key: one.place for view, one in zip(views, found, strict=True)}
        return connection(views, size, after, lambda one: cursors.place(listed, *places[one.key]))

    @strawberry.field(
        description="Entities of all blueprints that have all words of a text, those that fit best first."
    )
    async def search(
        self,
        info: Request,
        text: Annotated[
            str,
            strawberry.argument(
                description='Words, and phrases in quotes: `pay "order api"`; 1,000 characters at most. '
                "Identifiers and titles are found by the beginnings of their words."
            ),
        ],
        blueprints: Annotated[
            list[str] | None,
            strawberry.argument(description="Only entities of the blueprints of these identifiers."),
        ] = None,
        teams: Annotated[
            list[str] | None, strawberry.argument(description="Only entities of one of these teams.")
        ] = None,
        first: First = 50,
        after: After = None,
    ) -> SearchConnection | None:
        """A page of hits."""
        size = page_size(first)
        service, naming = info.context.services.search, await info.context.naming()
        keys = None if blueprints is None else [naming.blueprints.key(one) for one in blueprints]
        hits = await service.hits(text, keys, teams, hit_after(after), size, naming=naming)
        return SearchConnection.of(hits, after, naming)

    @strawberry.field(
        description="How many entities of a blueprint have which value, of exactly one `property`, "
        "`relation` or `scorecard`."
    )
    async def facets(
        self,
        info: Request,
        blueprint: OfBlueprint,
        property: Annotated[
            str | None,
            strawberry.argument(
                description="A property, own, derived or like `$team`; of lists, the members."
            ),
        ] = None,
        relation: Annotated[
            str | None, strawberry.argument(description="A relation: the identifiers that it points at.")
        ] = None,
        scorecard: Annotated[
            str | None,
            strawberry.argument(description="A scorecard: its levels; null counts entities without a score."),
        ] = None,
        filter: Annotated[
            EntityFilterInput | None,
            strawberry.argument(description="Which entities are counted; all where it is null."),
        ] = None,
        first: Annotated[
            int, strawberry.argument(description="How many values to show: 50 unless told, 500 at most.")
        ] = 50,
    ) -> Facets | None:
        """Counts of values."""
        service, naming = info.context.services.facets, await info.context.naming()
        selection = selection_of(blueprint, filter, naming)
        names = naming.properties_of(selection.blueprint)
        subject = Subject(property and names.key(property), relation and names.key(relation), scorecard)
        found = await service.counts(selection, query_of(filter), subject, page_size(first), naming)
        return Facets.of(found, subject, naming)

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
        first: First = 50,
        after: After = None,
    ) -> relay.Connection[RuleResult] | None:
        """A page of rule results."""
        size = page_size(first)
        results = info.context.services.results
        naming = await info.context.naming()
        found = await results.page(wanted_results(filter, naming), result_after(after), size + 1)
        views = [RuleResult.of(one.entity, one.scorecard, one.rule, one.result, naming) for one in found]
        places = {view.key: one.place for view, one in zip(views, found, strict=True)}
        return connection(views, size, after, lambda one: result_cursor(places[one.key]))

    @strawberry.field(description="The history of levels, newest first.")
    async def level_changes(
        self,
        info: Request,
        filter: Annotated[
            ChangeFilterInput | None, strawberry.argument(description="Which of them; all where it is null.")
        ] = None,
        first: First = 50,
        after: After = None,
    ) -> relay.Connection[LevelChange] | None:
        """A page of level changes."""
        size = page_size(first)
        naming = await info.context.naming()
        found = await _history(info, changes_of(change.ChangeKind.LEVEL, filter, naming), after, size + 1)
        return connection([LevelChange.of(one, naming) for one in found], size, after, lambda one: one.cursor)

    @strawberry.field(description="The history of rule results, newest first.")
    async def rule_result_changes(
        self,
        info: Request,
        filter: Annotated[
            ChangeFilterInput | None, strawberry.argument(description="Which of them; all where it is null.")
        ] = None,
        first: First = 50,
        after: After = None,
    ) -> relay.Connection[RuleResultChange] | None:
        """A page of changes of rule results."""
        size = page_size(first)
        naming = await info.context.naming()
        changes = changes_of(change.ChangeKind.RULE_RESULT, filter, naming)
        found = await _history(info, changes, after, size + 1)
        return connection(
            [RuleResultChange.of(one, naming) for one in found], size, after, lambda one: one.cursor
        )

    @strawberry.field(description="One background evaluation; null where there is none of that identifier.")
    async def evaluation(self, info: Request, identifier: Identifier) -> Evaluation | None:
        """One evaluation."""
        found = await info.context.services.storage.evaluations.get(identifier)
        return Evaluation.of(found, await info.context.naming()) if found else None

    @strawberry.field(description="The background evaluations, newest first.")
    async def evaluations(
        self, info: Request, blueprint: OnlyOfBlueprint = None, first: First = 50, after: After = None
    ) -> relay.Connection[Evaluation] | None:
        """A page of evaluations."""
        size = page_size(first)
        behind = cursors.behind(after, "evaluations", 1)
        evaluations = info.context.services.storage.evaluations
        naming = await info.context.naming()
        key = None if blueprint is None else naming.blueprints.key(blueprint)
        found = await evaluations.page(key, behind[0] if behind else None, size + 1)
        views = [Evaluation.of(one, naming) for one in found]
        return connection(views, size, after, lambda one: cursors.place("evaluations", one.identifier))

    @strawberry.field(
        description="How many entities were evaluated and why, by blueprint and cause; a second behind."
    )
    async def evaluation_counts(
        self, info: Request, blueprint: OnlyOfBlueprint = None
    ) -> list[EvaluationCount]:
        """All counts."""
        naming = await info.context.naming()
        key = None if blueprint is None else naming.blueprints.key(blueprint)
        found = await info.context.services.storage.counts.all(key)
        return [EvaluationCount.of(one, naming) for one in found]

    @strawberry.field(description="The operators that conditions can use, in the order of their names.")
    def operators(self, info: Request) -> list[Operator]:
        """All operators."""
        registry = info.context.services.registry
        found = sorted(registry.operators.items())
        return [Operator.of(value, registry.provider(name)) for name, value in found]

    @strawberry.field(description="The notifiers that targets can use, in the order of their names.")
    def notifiers(self, info: Request) -> list[Notifier]:
        """All notifiers."""
        registry = info.context.services.registry
        found = sorted(registry.notifiers.items())
        return [Notifier.of(value, registry.notifier_provider(name)) for name, value in found]

    @strawberry.field(description="The installed plugins, those that could not be loaded included.")
    def plugins(self, info: Request) -> list[Plugin]:
        """All plugins."""
        return [Plugin.of(one) for one in info.context.services.registry.plugins]


async def _history(info: Request, changes: Changes, after: str | None, limit: int) -> list[change.Change]:
    before = cursors.number(after) if after is not None else None
    return await info.context.services.storage.log.page(changes, before, limit)
