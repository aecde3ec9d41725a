"""A query: conditions joined by `and` or `or`, nested to a bounded depth."""

from collections.abc import Iterator
from typing import Final, Literal, TypeAlias

from msgspec import UNSET, Struct, UnsetType, field

from levelmark.domain.json import Json

MAX_DEPTH: Final = 8
"""A query inside a query inside …: this many at most."""

OPPOSITES: Final = {"isEmpty": "isNotEmpty", "isNotEmpty": "isEmpty"}
"""The operators that a condition may turn round with `not`."""


class Condition(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One test: the entity's `property` (or `relation`) on the left, the rule's `value` on the right.

    `{"property": "open_incidents", "operator": "<", "value": 5}` is true for fewer than five. A value of
    `{"property": "limit"}` stands for what the entity itself has there. `negated` (`not` in documents) turns
    `isEmpty` and `isNotEmpty` round.
    """

    operator: str
    property: str | None = None
    relation: str | None = None
    value: Json | UnsetType = UNSET
    negated: bool | UnsetType = field(default=UNSET, name="not")

    def value_property(self) -> str | None:
        """The property that the value is read from; None where the value is the rule's own.

        >>> Condition("<", "replicas", value={"property": "minReplicas"}).value_property()
        'minReplicas'
        """
        value = self.value
        named = value.get("property") if isinstance(value, dict) and len(value) == 1 else None
        return named if isinstance(named, str) else None

    def asked(self) -> str:
        """The operator that is asked in the end: with `negated`, the opposite of the one that is written."""
        return OPPOSITES.get(self.operator, self.operator) if self.negated is True else self.operator

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
