"""The type Explanation."""

from collections.abc import Iterator
from typing import Self

import strawberry

from levelmark.domain.issue import Path, path_text
from levelmark.domain.naming import Naming
from levelmark.engine.explain import ExplainedCondition, ExplainedQuery
from levelmark.engine.translating import ToNames
from levelmark.graphql.scalars import JSON
from levelmark.graphql.types.enums import Verdict


@strawberry.type(description="What one condition of a rule says of an entity, and why.")
class Explanation:
    """A view of `levelmark.engine.explain.ExplainedCondition`."""

    path: str = strawberry.field(description="Where in the rule's query: `conditions[0].conditions[1]`.")
    property: str | None = strawberry.field(description="The property that is tested, if it is one.")
    relation: str | None = strawberry.field(description="The relation that is tested, if it is one.")
    operator: str = strawberry.field(description="How it is tested.")
    negated: bool = strawberry.field(
        name="not", description="Whether the condition turns `isEmpty` or `isNotEmpty` round."
    )
    expected: JSON | None = strawberry.field(
        description="The value it is compared with; null where there is none."
    )
    expected_property: str | None = strawberry.field(
        description="The entity's property that this value is read from; null where it is the rule's own."
    )
    actual: JSON | None = strawberry.field(description="The entity's value; null where it has none.")
    verdict: Verdict = strawberry.field(description="What the condition says.")
    reason: str | None = strawberry.field(
        description="Why, where it is more than a value that differs: `no data`, `type mismatch`."
    )

    @classmethod
    def of(cls, path: Path, explained: ExplainedCondition, blueprint: str, naming: Naming) -> Self:
        """The view of a condition, on entities of the blueprint of that key, that stands at `path`."""
        condition, verdict = explained.probe.condition, explained.verdict
        names, told = naming.properties_of(blueprint), ToNames(naming)
        right = explained.probe.right
        subject = condition.property
        if not naming.plain:
            condition = told.condition(blueprint, condition)
        return cls(
            path=path_text(path),
            property=condition.property,
            relation=condition.relation,
            operator=condition.operator,
            negated=condition.negated is True,
            expected=told.compared(subject, verdict.expected),
            expected_property=names.name(right.subject.name) if right else None,
            actual=told.compared(subject, verdict.actual),
            verdict=Verdict[verdict.truth.name],
            reason=explained.reason(names.name),
        )

    @classmethod
    def all_of(cls, query: ExplainedQuery, blueprint: str, naming: Naming, path: Path = ()) -> Iterator[Self]:
        """The views of all conditions of a query, in order."""
        for index, part in enumerate(query.parts):
            here = (*path, "conditions", index)
            if isinstance(part, ExplainedQuery):
                yield from cls.all_of(part, blueprint, naming, here)
            else:
                yield cls.of(here, part, blueprint, naming)
