"""An entity: one thing of a blueprint, with what it scored."""

from typing import Final

from msgspec import UNSET, Struct, UnsetType, field

from levelmark.domain.json import Json
from levelmark.domain.score import Score

MAX_BYTES: Final = 1_000_000
"""An entity's document, at most, after a merge."""


class EntityInput(Struct, frozen=True):
    """An entity as it is sent: an unset field keeps its value in a merge, and is empty in a replace."""

    blueprint: str
    identifier: str
    title: str | UnsetType | None = UNSET
    icon: str | UnsetType | None = UNSET
    team: str | tuple[str, ...] | UnsetType | None = UNSET
    properties: dict[str, Json] = field(default_factory=dict)
    relations: dict[str, str | list[str] | None] = field(default_factory=dict)


class Entity(Struct, frozen=True):
    """One thing of a blueprint. `team` reads back as it was sent: one name, several, or none.

    `derived` are the values of its mirror, calculation and aggregation properties, those that have one;
    `reasons` say of the others why there is no data, as far as it is more than nothing to read.
    Instants are ISO 8601 texts in UTC. `version` grows with every write; `uid` survives no deletion.
    """

    blueprint: str
    identifier: str
    title: str | None = None
    icon: str | None = None
    team: str | tuple[str, ...] | None = None
    properties: dict[str, Json] = field(default_factory=dict)
    relations: dict[str, str | list[str] | None] = field(default_factory=dict)
    derived: dict[str, Json] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    created_at: str | None = None
    updated_at: str | None = None
    created_by: str | None = None
    updated_by: str | None = None
    scores: tuple[Score, ...] = ()
    version: int = 0
    uid: str = ""

    @property
    def teams(self) -> tuple[str, ...]:
        """The team or teams as a list."""
        if self.team is None:
            return ()
        return (self.team,) if isinstance(self.team, str) else self.team

    @property
    def sent_team(self) -> Json:
        """The team as JSON has it: a name or a list of names, as it was sent."""
        return list(self.team) if isinstance(self.team, tuple) else self.team

    def targets(self, relation: str) -> tuple[str, ...]:
        """The identifiers that it points at with the relation, in their order."""
        value = self.relations.get(relation)
        if isinstance(value, str):
            return (value,) if value else ()
        return tuple(value or ())

    def score(self, scorecard: str) -> Score | None:
        """What the entity scored in that scorecard, if the scorecard applies to it."""
        return next((score for score in self.scores if score.scorecard == scorecard), None)
