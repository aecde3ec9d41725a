"""A change: one step in the story of an entity's levels and rule results."""

from enum import StrEnum

from msgspec import Struct, field

from levelmark.domain.json import Json


class CauseKind(StrEnum):
    """Why results were looked at again."""

    ENTITY_WRITTEN = "ENTITY_WRITTEN"
    ENTITY_DELETED = "ENTITY_DELETED"
    SCORECARD_WRITTEN = "SCORECARD_WRITTEN"
    SCORECARD_DELETED = "SCORECARD_DELETED"
    BLUEPRINT_WRITTEN = "BLUEPRINT_WRITTEN"
    RELATED_ENTITY_WRITTEN = "RELATED_ENTITY_WRITTEN"
    TIME_PASSED = "TIME_PASSED"
    PLUGINS_CHANGED = "PLUGINS_CHANGED"
    REQUESTED = "REQUESTED"


class Cause(Struct, frozen=True, omit_defaults=True):
    """Why a change happened; `evaluation` names the background evaluation that found it, if one did."""

    kind: CauseKind
    evaluation: str | None = None


class ChangeKind(StrEnum):
    """What moved: the level that an entity has in a scorecard, or the result of one rule."""

    LEVEL = "LEVEL"
    RULE_RESULT = "RULE_RESULT"


class Move(Struct, frozen=True, array_like=True):
    """What one write did to one score (`rule` is None) or rule result: None stands for «there is none»."""

    scorecard: str
    rule: str | None
    before: str | None
    after: str | None
    reason: str | None = None


class Standing(Struct, frozen=True, array_like=True):
    """Which state an entity is in: the version that brought it, and since which instant (ISO 8601, UTC)."""

    version: int
    at: str


class Difference(Struct, frozen=True, omit_defaults=True):
    """What two states of an entity have other: `names` of meta-properties, properties and relations.

    The rest are the values before, of what is short enough to be a tag; `teams` where these are other.
    """

    names: tuple[str, ...] = ()
    teams: tuple[str, ...] | None = None
    properties: dict[str, Json] = field(default_factory=dict)
    derived: dict[str, Json] = field(default_factory=dict)
    relations: dict[str, Json] = field(default_factory=dict)


class Transition(Struct, frozen=True):
    """How one write brought an entity into another state, kept with it until log and history have it.

    `moves` are what became of its scores. `previous` is the state before, None for its first one, and
    `difference` what that had other; with `gone`, the entity was deleted.
    `uid` and `version` are those of the entity after the write, so `id` is the same whoever looks.
    """

    uid: str
    version: int
    blueprint: str
    entity: str
    teams: tuple[str, ...]
    cause: Cause
    at: str
    moves: tuple[Move, ...]
    previous: Standing | None = None
    difference: Difference = Difference()
    gone: bool = False

    @property
    def standing(self) -> Standing:
        """The state that the write brought."""
        return Standing(self.version, self.at)

    @property
    def id(self) -> str:
        """A name that no other transition has."""
        return f"{self.uid}.{self.version}"


class Change(Struct, frozen=True):
    """An entry of the log; `number` is its place: 1, 2, 3 … without gaps, and the cursor to resume from.

    `blueprint`, `entity` and `teams` are as they were at `at` (ISO 8601, UTC).
    """

    number: int
    kind: ChangeKind
    blueprint: str
    entity: str
    teams: tuple[str, ...]
    scorecard: str
    rule: str | None
    before: str | None
    after: str | None
    reason: str | None
    cause: Cause
    at: str
