"""A step: one hop from an entity to those that a relation ties it to."""

from typing import TypeAlias

from msgspec import Struct


class Step(Struct, frozen=True):
    """Along `relation` of blueprint `holder`: `forward` to what it points at, else back to what points here.

    `to` is the blueprint arrived at; `many` says whether there may be several entities.
    """

    relation: str
    holder: str
    to: str
    forward: bool
    many: bool


Chain: TypeAlias = tuple[Step, ...]
"""Steps one after the other, from the entity that reads."""


def leads_to_many(chain: Chain) -> bool:
    """Whether there may be several entities at the end."""
    return any(step.many for step in chain)
