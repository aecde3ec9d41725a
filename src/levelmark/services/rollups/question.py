"""A question to the rollups: which results are counted, and by what."""

from enum import StrEnum
from typing import Final

from msgspec import Struct

from levelmark.domain.json import Json
from levelmark.domain.naming import KeyOf
from levelmark.domain.tally import Tally
from levelmark.storage.pages import Selection

MAX_DIMENSIONS: Final = 5
"""What results are counted by at once, at most."""


class Kind(StrEnum):
    """What results can be counted by."""

    SCORECARD = "SCORECARD"
    RULE = "RULE"
    LEVEL = "LEVEL"
    RULE_LEVEL = "RULE_LEVEL"
    TEAM = "TEAM"
    BLUEPRINT = "BLUEPRINT"
    ENTITY = "ENTITY"
    PROPERTY = "PROPERTY"
    RELATION = "RELATION"


OF_SCORECARD: Final = frozenset({Kind.SCORECARD, Kind.RULE, Kind.LEVEL, Kind.RULE_LEVEL})
"""Kinds whose every value belongs to one scorecard."""

_PAIRS: Final = frozenset({Kind.RULE, Kind.LEVEL, Kind.RULE_LEVEL, Kind.ENTITY})


class Dimension(Struct, frozen=True):
    """What results are counted by: maybe a property or a relation, of that `key` in each blueprint."""

    kind: Kind
    key: KeyOf = KeyOf("")

    @property
    def width(self) -> int:
        """How many parts of a key it takes: a rule stands behind its scorecard, an entity its blueprint."""
        return 2 if self.kind in _PAIRS else 1


class Rollup(Struct, frozen=True):
    """The question; what is None does not restrict.

    Of the blueprints, scorecards and rules, the results of those entities count that `selection` (whatever
    its blueprint) and `query` select. All but the query is in keys.
    """

    by: tuple[Dimension, ...] = ()
    blueprints: tuple[str, ...] | None = None
    scorecards: tuple[str, ...] | None = None
    rules: tuple[KeyOf, ...] | None = None
    selection: Selection = Selection("")
    query: Json = None


class Row(Struct, frozen=True):
    """A group that has results: its key, the tally, and of how many entities.

    The key has one part or two for each dimension. Where all results are of one `scorecard`, `levels` are
    its levels in their order, each with the entities that have reached it. `place` is where the row stands.
    """

    key: tuple[Json, ...]
    tally: Tally
    entities: int
    place: tuple[Json, ...]
    scorecard: str | None = None
    levels: tuple[tuple[str, int], ...] | None = None
