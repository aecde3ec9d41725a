"""The type RuleResult."""

import asyncio
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Self

import strawberry
from strawberry import Info, relay

from levelmark.domain import score as domain
from levelmark.domain.entity import Entity as Subject
from levelmark.domain.instant import instant_text, moment, of_moment
from levelmark.domain.naming import Naming
from levelmark.domain.scorecard import Rule as OwnRule
from levelmark.domain.scorecard import Scorecard as Owner
from levelmark.engine.explain import ExplainedQuery
from levelmark.graphql import cursors
from levelmark.graphql.context import Context
from levelmark.graphql.scalars import DateTime
from levelmark.graphql.types.enums import Result
from levelmark.graphql.types.explanation import Explanation
from levelmark.graphql.types.rule import Rule

if TYPE_CHECKING:
    from levelmark.graphql.types.entity import Entity


@strawberry.type(description="What became of one rule on one entity, and since when.")
class RuleResult(relay.Node):
    """A view of `levelmark.domain.score.RuleResult`."""

    key: relay.NodeID[str]
    subject: strawberry.Private[Subject]
    stored: strawberry.Private[domain.RuleResult]
    naming: strawberry.Private[Naming]
    owner: strawberry.Private[Owner]
    at: strawberry.Private[datetime | None]
    rule: Rule = strawberry.field(description="The rule that was evaluated.")
    result: Result = strawberry.field(description="What became of it.")
    since: DateTime = strawberry.field(description="Since when the result is this one.")
    last_result: Result | None = strawberry.field(
        description="The last result from before the rule's operator went missing; it counts for the level."
    )

    @strawberry.field(description="The entity that was evaluated.")
    def entity(self) -> Annotated["Entity", strawberry.lazy("levelmark.graphql.types.entity")]:
        """The entity."""
        from levelmark.graphql.types.entity import Entity

        return Entity.of(self.subject, self.naming, self.at)

    @strawberry.field(description="Why the rule did not pass, where it is more than a value that differs.")
    async def reason(self, info: Info[Context, Any]) -> str | None:
        """The kept reason of an error, else what follows from the entity and the rule."""
        if self.stored.result is domain.Result.PASSED or self.stored.reason:
            return self.stored.reason
        explained = await self._explained(info)
        names = self.naming.properties_of(self.subject.blueprint)
        return explained.reason(names.name) if explained else None

    @strawberry.field(description="What each condition of the rule says of the entity, in order.")
    async def explanation(self, info: Info[Context, Any]) -> list[Explanation]:
        """One line for each condition."""
        explained = await self._explained(info)
        if explained is None:
            return []
        return list(Explanation.all_of(explained, self.subject.blueprint, self.naming))

    async def _explained(self, info: Info[Context, Any]) -> ExplainedQuery | None:
        definitions = await info.context.loaders.definitions.load(self.subject.blueprint)
        if definitions is None:
            return None
        if self.at is None:
            compiled = definitions.compiled_scorecard(self.rule.owner)
        else:
            compiled = info.context.loaders.compiled_at(self.owner, self.at, definitions)
        if compiled is None or compiled.scorecard.rule(self.stored.rule) is None:
            return None
        now = of_moment(self.at or info.context.services.clock())
        return compiled.explain(self.stored.rule, self.subject, now)

    @classmethod
    def of(
        cls,
        subject: Subject,
        owner: Owner,
        rule: OwnRule,
        stored: domain.RuleResult,
        naming: Naming,
        at: datetime | None = None,
    ) -> Self:
        """The view of a rule's result on an entity; with an instant, one of the past."""
        key = subject.blueprint, subject.identifier, owner.identifier, rule.identifier
        return cls(
            key=cursors.encode(*key, *([instant_text(at)] if at else [])),
            subject=subject,
            stored=stored,
            naming=naming,
            owner=owner,
            at=at,
            rule=Rule.of(rule, owner, naming),
            result=Result[stored.result.name],
            since=DateTime(stored.since),
            last_result=Result[stored.kept.name] if stored.kept else None,
        )

    @classmethod
    async def resolve_nodes(  # type: ignore[override]  # Strawberry's own signature allows any awaitable
        cls, *, info: Info[Context, Any], node_ids: Iterable[str], required: bool = False
    ) -> list["RuleResult | None"]:
        """The rule results of these ids."""
        del required
        return await asyncio.gather(*(_found(node_id, info) for node_id in node_ids))


async def _found(node_id: str, info: Info[Context, Any]) -> RuleResult | None:
    present = cursors.decode(node_id, 4)
    *names, then = (*present, "") if present else cursors.decode(node_id, 5) or ("",) * 5  # no name is empty
    loaders, at, identifier = info.context.loaders, moment(then), names[3]
    (subject,), (card,) = await asyncio.gather(
        loaders.entities([(names[0], names[1])], at), loaders.scorecards([names[2]], at)
    )
    rule = card.value.rule(identifier) if card else None
    score = subject.score(names[2]) if subject else None
    stored = score.result(identifier) if score else None
    if not (subject and card and rule and stored):
        return None
    return RuleResult.of(subject, card.value, rule, stored, await info.context.naming(), at)
