"""A background evaluation: entities of a blueprint looked at again, in chunks, by any free process."""

from enum import StrEnum

from msgspec import Struct

from levelmark.domain.change import Cause


class EvaluationState(StrEnum):
    """How far a background evaluation is."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    DONE = "DONE"
    FAILED = "FAILED"


class Evaluation(Struct, frozen=True):
    """A background evaluation and its progress.

    `position` is the identifier of the last entity looked at; a process that takes over goes on behind it.
    With `every`, all entities are evaluated, else only those whose results are out of date.
    One with `identifiers` or `links` is only of the entities that have one of these.
    `evaluated` counts entities looked at, `changed` those whose scores moved. Instants are ISO 8601, UTC.
    """

    id: str
    blueprint: str
    cause: Cause
    state: EvaluationState
    created_at: str
    every: bool = False
    identifiers: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    total: int = 0
    evaluated: int = 0
    changed: int = 0
    position: str | None = None
    finished_at: str | None = None
    error: str | None = None
