"""What came of applying documents: counted by kind and outcome, with everything that was found."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from levelmark.server.documents import Finding, Kind
from levelmark.services.outcome import Outcome

_SINGULAR: Final = {Kind.BLUEPRINT: "blueprint", Kind.ENTITY: "entity", Kind.SCORECARD: "scorecard"}
_WORDS: Final = {
    Outcome.CREATED: "created",
    Outcome.UPDATED: "updated",
    Outcome.UNCHANGED: "unchanged",
    Outcome.INVALID: "refused",
}


@dataclass
class Applied:
    """Grows while documents are sent; `unsent` are those whose blueprint was refused."""

    counts: Counter[tuple[Kind, Outcome]] = field(default_factory=Counter)
    unsent: Counter[Kind] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)
    evaluations: list[str] = field(default_factory=list)

    @property
    def errors(self) -> int:
        """How many of the findings forbade something."""
        return sum(finding.is_error for finding in self.findings)

    def summary(self) -> Iterator[str]:
        """What was done, a line for each kind, and how much was found."""
        if {outcome for _, outcome in self.counts} == {Outcome.UNCHANGED} and not self.unsent:
            yield f"nothing changed: {', '.join(self._standing())} as before"
        else:
            for kind in _SINGULAR:
                parts = [*self._parts(kind)]
                if parts:
                    yield f"{kind.value}: {', '.join(parts)}"
        if self.findings:
            yield f"{counted(self.errors, 'error')}, {counted(len(self.findings) - self.errors, 'warning')}"

    def _parts(self, kind: Kind) -> Iterator[str]:
        for outcome, word in _WORDS.items():
            if self.counts[kind, outcome]:
                yield f"{self.counts[kind, outcome]:,} {word}"
        if self.unsent[kind]:
            yield f"{self.unsent[kind]:,} not sent, since their blueprint was refused"

    def _standing(self) -> Iterator[str]:
        for kind, singular in _SINGULAR.items():
            count = self.counts[kind, Outcome.UNCHANGED]
            if count:
                yield counted(count, singular, kind.value)


def counted(count: int, singular: str, plural: str = "") -> str:
    """A number and its noun.

    >>> counted(1, "entity", "entities"), counted(2_000, "error")
    ('1 entity', '2,000 errors')
    """
    return f"{count:,} {singular if count == 1 else plural or singular + 's'}"
