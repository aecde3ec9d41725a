"""A scorecard: levels in order, and the rules that lead from one to the next."""

from typing import Final

from msgspec import Struct

from levelmark.domain.query import Query

MAX_RULES: Final = 200
"""Rules of one scorecard, at most."""

COLORS: Final = (
    "blue", "turquoise", "orange", "purple", "pink", "yellow", "green", "red", "gold", "silver", "paleBlue",
    "darkGray", "lightGray", "bronze", "lime", "olive", "brown",
)  # fmt: skip
"""The colours of the field's documents; a level may have no other."""


class Level(Struct, frozen=True):
    """A stage that an entity can reach; its title is its key within the scorecard."""

    title: str
    color: str


DEFAULT_LEVELS: Final = (
    Level("Basic", "paleBlue"),
    Level("Bronze", "bronze"),
    Level("Silver", "silver"),
    Level("Gold", "gold"),
)


class Rule(Struct, frozen=True):
    """A check that an entity must pass to reach `level`; `description` is Markdown."""

    identifier: str
    title: str
    level: str
    query: Query
    description: str | None = None


class Scorecard(Struct, frozen=True):
    """A category of checks on the entities of one blueprint.

    The first of `levels` is the base level, where every entity starts; no rule stands on it.
    An entity that `filter` does not select has no score at all.
    """

    identifier: str
    title: str
    blueprint: str
    levels: tuple[Level, ...] = DEFAULT_LEVELS
    rules: tuple[Rule, ...] = ()
    filter: Query | None = None

    def rule(self, identifier: str) -> Rule | None:
        """The rule of that identifier."""
        return next((rule for rule in self.rules if rule.identifier == identifier), None)

    def level(self, title: str | None) -> Level | None:
        """The level of that title."""
        return next((level for level in self.levels if level.title == title), None)
