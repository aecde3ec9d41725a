"""Tags: the values by which entities are told apart: teams, values of a property, targets of a relation."""

from enum import StrEnum
from typing import TypeAlias

from msgspec import Struct

from levelmark.domain.json import Json
from levelmark.engine.difference import is_tag


class TagKind(StrEnum):
    """What a tag is a value of; the level is that in one scorecard."""

    TEAM = "TEAM"
    IDENTIFIER = "IDENTIFIER"
    PROPERTY = "PROPERTY"
    RELATION = "RELATION"
    LEVEL = "LEVEL"


class Tag(Struct, frozen=True):
    """One thing by which entities are told apart; `name` is that of a property, relation or scorecard."""

    kind: TagKind
    name: str = ""

    @property
    def changes_as(self) -> str | None:
        """The name by which a state of the history says that it is other than in the state before."""
        match self.kind:
            case TagKind.TEAM:
                return "$team"
            case TagKind.PROPERTY | TagKind.RELATION:
                return self.name
            case _:
                return None


TagValue: TypeAlias = tuple[int, str | int | float | None]
"""A value behind the place of its type, which tells 1 from True; None says that there is none."""

Group: TypeAlias = tuple[TagValue, ...]
"""The values of some tags, by which entities are put together; () puts all of them together."""

NONE: TagValue = (0, None)
"""The value of what has none."""


def tag_value(value: Json) -> TagValue:
    """A single value as a tag's; NONE for what is no text, number or boolean.

    >>> tag_value(1) == tag_value(1.0), tag_value(1) == tag_value(True)
    (True, False)
    """
    if isinstance(value, bool):
        return 3, value
    if isinstance(value, str):
        return 2, value
    return (1, value) if isinstance(value, int | float) else NONE


def tag_values(value: Json, *, blank: bool = True) -> frozenset[TagValue]:
    """The values of a tag: the members of a list, else the value itself; NONE where there is nothing else.

    What is too long for a tag is none; `blank` says that the empty text is a value.

    >>> tag_values(["a", "b", "a"]) == {(2, "a"), (2, "b")}, tag_values({"a": 1}) == {NONE}
    (True, True)
    """
    if not is_tag(value):
        return frozenset({NONE})
    members = map(tag_value, value if isinstance(value, list) else [value])
    return frozenset(one for one in members if one != NONE and (blank or one[1] != "")) or frozenset({NONE})
