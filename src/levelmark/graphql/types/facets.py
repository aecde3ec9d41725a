"""The types Facets and Facet: how many entities have which value."""

from typing import Self

import strawberry

from levelmark.domain.json import Json
from levelmark.domain.naming import Naming
from levelmark.graphql.scalars import JSON
from levelmark.services.facets import Subject
from levelmark.storage.facets import Counts


@strawberry.type(description="A value, and how many entities have it.")
class Facet:
    """One value of many."""

    value: JSON | None = strawberry.field(
        description="The value: a text, a number or a boolean; null for entities without a score."
    )
    count: int = strawberry.field(description="How many entities have it.")


@strawberry.type(description="How many entities have which value.")
class Facets:
    """A view of `levelmark.storage.facets.Counts`."""

    values: list[Facet] = strawberry.field(description="The most frequent values first, then by value.")
    distinct: int = strawberry.field(description="How many values there are, those not shown included.")
    missing: int = strawberry.field(description="Entities without a value.")
    total: int = strawberry.field(description="Entities that were looked at.")

    @classmethod
    def of(cls, counts: Counts, subject: Subject, naming: Naming) -> Self:
        """The view of counts."""
        return cls(
            values=[Facet(value=told(value, subject, naming), count=count) for value, count in counts.values],
            distinct=counts.distinct,
            missing=counts.missing,
            total=counts.total,
        )


def told(value: Json, subject: Subject, naming: Naming) -> Json:
    """A value as people read it: levels and blueprints have names."""
    if subject.scorecard is not None and isinstance(value, str):
        return naming.levels_of(subject.scorecard).name(value)
    if subject.property == "$blueprint" and isinstance(value, str):
        return naming.blueprints.name(value)
    return value
