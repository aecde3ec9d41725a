"""A tally: how many rule results were which."""

from collections.abc import Iterable

from msgspec import Struct

from levelmark.domain.score import Result


class Tally(Struct, frozen=True):
    """Results by what became of the rule; an error counts as one even where an earlier result is kept.

    >>> Tally(passed=3, not_passed=1).percentage
    75.0
    """

    passed: int = 0
    not_passed: int = 0
    no_data: int = 0
    errors: int = 0

    @property
    def tested(self) -> int:
        """How many results there are in all."""
        return self.passed + self.not_passed + self.no_data + self.errors

    @property
    def percentage(self) -> float | None:
        """How many of a hundred have passed; None where nothing was tested."""
        return 100 * self.passed / self.tested if self.tested else None

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.passed + other.passed,
            self.not_passed + other.not_passed,
            self.no_data + other.no_data,
            self.errors + other.errors,
        )

    @classmethod
    def of(cls, results: Iterable[Result]) -> "Tally":
        """The tally of some results."""
        counts = dict.fromkeys(Result, 0)
        for one in results:
            counts[one] += 1
        return cls(*(counts[one] for one in Result))
