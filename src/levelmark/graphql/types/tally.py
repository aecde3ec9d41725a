"""The type Tally: how many rule results were which."""

from typing import Self

import strawberry

from levelmark.domain import tally as domain


@strawberry.type(description="Rule results by what became of the rule; each of them is one evaluation.")
class Tally:
    """A view of `levelmark.domain.tally.Tally`."""

    passed: int = strawberry.field(description="Those that passed.")
    not_passed: int = strawberry.field(description="Those that did not pass, data being there.")
    no_data: int = strawberry.field(description="Those that lacked data; they do not pass.")
    errors: int = strawberry.field(
        description="Those that failed; they do not pass, whatever result is kept from before."
    )
    tested: int = strawberry.field(description="All of them: what `passed` is a share of.")
    percentage: float | None = strawberry.field(
        description="How many of a hundred passed; null where nothing was tested."
    )

    @classmethod
    def of(cls, tally: domain.Tally) -> Self:
        """The view of a tally."""
        return cls(
            passed=tally.passed,
            not_passed=tally.not_passed,
            no_data=tally.no_data,
            errors=tally.errors,
            tested=tally.tested,
            percentage=tally.percentage,
        )
