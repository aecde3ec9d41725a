"""The plain interpreter: what each condition of a query says of an entity, and why.

It is the reference that the generated code must agree with, and what explains a rule result to people.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Literal, TypeAlias

from msgspec import Struct

from levelmark.domain.blueprint import Blueprint
from levelmark.domain.entity import Entity
from levelmark.domain.instant import NEVER
from levelmark.domain.operator import Operator
from levelmark.domain.query import Query
from levelmark.engine.present import until
from levelmark.engine.probe import Probe, Verdict
from levelmark.engine.truth import Truth, combine


class ExplainedCondition(Struct, frozen=True):
    """One condition and what it found."""

    probe: Probe
    verdict: Verdict

    @property
    def truth(self) -> Truth:
        """What the condition came to."""
        return self.verdict.truth

    @property
    def until(self) -> int:
        """The first instant at which that may change."""
        return self.verdict.until

    def reason(self, called: Callable[[str], str] = str) -> str | None:
        """Why it did not decide, if it did not; `called` tells what a property is called."""
        reason, right = self.verdict.reason, self.probe.right
        if reason is None or right is None:
            return reason
        return reason.replace(f"`{right.subject.name}`", f"`{called(right.subject.name)}`")


class ExplainedQuery(Struct, frozen=True):
    """A query, what its parts found, what they come to together, and when that may change next."""

    combinator: Literal["and", "or"]
    parts: tuple["Explained", ...]
    truth: Truth
    until: int = NEVER

    def leaves(self) -> Iterator[ExplainedCondition]:
        """Every condition inside, in order."""
        for part in self.parts:
            if isinstance(part, ExplainedQuery):
                yield from part.leaves()
            else:
                yield part

    def reason(self, called: Callable[[str], str] = str) -> str | None:
        """Why the query is not true, as far as it is more than values that differ.

        `called` tells what a property or relation is called.
        """
        reasons = [f"`{called(leaf.probe.condition.subject())}`: {reason}"
                   for leaf in self.leaves() if (reason := leaf.reason(called))]  # fmt: skip
        return "; ".join(dict.fromkeys(reasons))[:500] or None


Explained: TypeAlias = ExplainedCondition | ExplainedQuery


class Probes:
    """A query with a probe for each of its conditions."""

    def __init__(self, query: Query, blueprint: Blueprint, operators: Mapping[str, Operator]) -> None:
        self.combinator = query.combinator
        self.parts: tuple[Probe | Probes, ...] = tuple(
            Probes(part, blueprint, operators)
            if isinstance(part, Query)
            else Probe(part, blueprint, operators)
            for part in query.conditions
        )

    def leaves(self) -> Iterator[Probe]:
        """Every probe, in the order of the conditions."""
        for part in self.parts:
            if isinstance(part, Probes):
                yield from part.leaves()
            else:
                yield part

    @property
    def timed(self) -> bool:
        """Whether any condition depends on the time."""
        return any(part.timed for part in self.parts)

    def explain(self, entity: Entity, now: int) -> ExplainedQuery:
        """What each condition says of the entity at an instant, and the query's truth."""
        parts = tuple(
            part.explain(entity, now)
            if isinstance(part, Probes)
            else ExplainedCondition(part, part.verdict(entity, now))
            for part in self.parts
        )
        truth = combine(self.combinator, [part.truth for part in parts])
        end = until(self.combinator, [(part.truth, part.until) for part in parts])
        return ExplainedQuery(self.combinator, parts, truth, end)
