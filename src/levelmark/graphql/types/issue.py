"""The type Issue."""

from typing import Self

import strawberry

from levelmark.domain import issue as domain
from levelmark.graphql.types.enums import Severity


@strawberry.type(description="One thing that is wrong or suspect with a document that was sent.")
class Issue:
    """A view of `levelmark.domain.issue.Issue`."""

    path: str = strawberry.field(
        description="Where in the document: `rules[2].query.conditions[0].value`; empty for all of it."
    )
    code: str = strawberry.field(description="What is wrong, for programs: `UNKNOWN_LEVEL`.")
    message: str = strawberry.field(description="What is wrong, for people.")
    suggestion: str | None = strawberry.field(description="What was probably meant.")
    severity: Severity = strawberry.field(description="Whether the issue forbade the write.")

    @classmethod
    def of(cls, issue: domain.Issue) -> Self:
        """The view of an issue."""
        return cls(
            path=issue.path,
            code=issue.code,
            message=issue.message,
            suggestion=issue.suggestion,
            severity=Severity[issue.severity.name],
        )
