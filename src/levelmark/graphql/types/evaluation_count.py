"""The type EvaluationCount."""

from typing import Self

import strawberry

from levelmark.domain.naming import Naming
from levelmark.graphql.types.enums import CauseKind
from levelmark.storage.counts import Count


@strawberry.type(
    description="How many entities of a blueprint were evaluated for one cause, since it exists."
)
class EvaluationCount:
    """A view of `levelmark.storage.counts.Count`; the numbers outgrow GraphQL's `Int`."""

    blueprint_identifier: str = strawberry.field(description="The blueprint whose entities were evaluated.")
    cause: CauseKind = strawberry.field(description="Why they were evaluated.")
    evaluated: float = strawberry.field(description="How many evaluations there were.")
    changed: float = strawberry.field(description="In how many of these something was new and was written.")

    @classmethod
    def of(cls, count: Count, naming: Naming) -> Self:
        """The view of a count."""
        return cls(
            blueprint_identifier=naming.blueprints.name(count.blueprint),
            cause=CauseKind[count.cause.name],
            evaluated=count.evaluated,
            changed=count.changed,
        )
