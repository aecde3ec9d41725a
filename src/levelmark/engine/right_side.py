"""A right side that is read from the entity: the property whose value the rule's condition compares with."""

from typing import Self

from msgspec import Struct

from levelmark.domain.blueprint import Blueprint
from levelmark.domain.instant import instant
from levelmark.domain.json import Json, JsonType
from levelmark.domain.operator import Operator
from levelmark.domain.query import Condition
from levelmark.engine.subject import Subject, of_property
from levelmark.engine.validation.shape import Shape


class Accepted:
    """Which values an operator takes as a rule's: those that its schema allows and it finds no fault with."""

    def __init__(self, operator: Operator) -> None:
        self._shape = Shape(operator.value_schema or {})
        self._judge = operator.judge if operator.trusted else None

    def takes(self, value: Json) -> bool:
        """Whether the value is one of them; an untrusted operator's own judgement is not asked for."""
        return self._shape.fits(value) and not (self._judge and [*self._judge(value, ())])


class RightSide(Struct, frozen=True):
    """`{"property": …}` in the place of a value: where it is read, and as what it is compared."""

    subject: Subject
    accepted: Accepted
    instants: bool
    mixed: bool

    @classmethod
    def of(cls, condition: Condition, operator: Operator, blueprint: Blueprint) -> Self | None:
        """The right side of a condition; None where the value is the rule's own, or there is none."""
        name = condition.value_property()
        if name is None or operator.value_schema is None:
            return None
        listed = JsonType.ARRAY in operator.value_types and JsonType.STRING not in operator.value_types
        left = condition.property is not None and blueprint.is_instant(condition.property)
        instants = operator.instants and left
        mixed = operator.instants and left is not blueprint.is_instant(name)
        return cls(of_property(name, blueprint, listed=listed), Accepted(operator), instants, mixed)

    def operand(self, value: Json) -> Json:
        """The value as the operator is given it; None where it cannot be."""
        if self.mixed or not self.accepted.takes(value):
            return None
        return instant(value) if self.instants else value
