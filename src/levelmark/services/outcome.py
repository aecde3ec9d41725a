"""An outcome: what became of a document that somebody sent."""

from enum import StrEnum
from typing import Generic, TypeVar

from msgspec import Struct

from levelmark.domain.evaluation import Evaluation
from levelmark.domain.issue import Issue

Value = TypeVar("Value")


class Outcome(StrEnum):
    """What a write did; `INVALID` means that nothing was written, and an issue says why."""

    CREATED = "CREATED"
    UPDATED = "UPDATED"
    UNCHANGED = "UNCHANGED"
    DELETED = "DELETED"
    INVALID = "INVALID"


class Written(Struct, Generic[Value], frozen=True):
    """What a write did, the value as it now stands, the issues, and the evaluation that it set off."""

    outcome: Outcome
    value: Value | None = None
    issues: tuple[Issue, ...] = ()
    evaluation: Evaluation | None = None


class Deleted(Struct, frozen=True):
    """What a deletion did, or would have done: how much of what went along."""

    outcome: Outcome
    issues: tuple[Issue, ...] = ()
    entities: int = 0
    scorecards: int = 0
    rule_results: int = 0
    evaluation: Evaluation | None = None
