"""A query: conditions joined by `and` or `or`, nested to a bounded depth."""

from collections.abc import Iterator
from typing import Final, Literal, TypeAlias

from msgspec import UNSET, Struct, UnsetType

from levelmark.domain.json import Json

MAX_DEPTH: Final = 8
"""A query inside a query inside …: this many at most."""


class Condition(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One test: the entity's `property` (or `relation`) on the left, the rule's `value` on the right.

    `{"property": "open_incidents", "operator": "<", "value": 5}` is true for fewer than five.
    """

    operator: str
    property: str | None = None
    relation: str | None = None
    value: Json | UnsetType = UNSET

    def subject(self) -> str:
        """What the condition looks at, as its document names it."""
        return self.property if self.property is not None else (self.relation or "")


class Query(Struct, frozen=True, forbid_unknown_fields=True):
    """`conditions` joined by `combinator`; a condition may itself be a query."""

    combinator: Literal["and", "or"]
    conditions: tuple["Condition | Query", ...]

    def leaves(self) -> Iterator[Condition]:
        """Every condition of this query and of the queries inside it, in order."""
        for condition in self.conditions:
            if isinstance(condition, Query):
                yield from condition.leaves()
            else:
                yield condition


QueryPart: TypeAlias = Condition | Query
