"""A probe: one condition made ready to test entities, whatever its operator does."""

from collections.abc import Mapping
from typing import Final, Literal

from msgspec import UNSET, Struct

from levelmark.domain.blueprint import Blueprint
from levelmark.domain.entity import Entity
from levelmark.domain.instant import NEVER, instant
from levelmark.domain.json import TYPES, Json, JsonType
from levelmark.domain.operator import Missing, Operator
from levelmark.domain.query import Condition
from levelmark.engine.asking import Answer, Asking
from levelmark.engine.present import until
from levelmark.engine.right_side import Accepted, RightSide
from levelmark.engine.subject import Place, Subject, of_property, of_relation
from levelmark.engine.truth import Truth, combine

MISSING_TRUTH: Final = {
    Missing.MISSING: Truth.MISSING,
    Missing.TRUE: Truth.TRUE,
    Missing.FALSE: Truth.FALSE,
}
_INTEGERS: Final = frozenset({JsonType.NUMBER})
_NONE: Final[frozenset[JsonType]] = frozenset()


class Verdict(Struct, frozen=True):
    """What a probe found: its truth, the values of both sides, and until when that is sure to hold.

    `reason` says why the operator did not decide, where it did not.
    """

    truth: Truth
    actual: Json = None
    reason: str | None = None
    expected: Json = None
    until: int = NEVER


class Probe:
    """One condition with its operator prepared: `verdict` never raises, whatever the operator does.

    `right` is there where the rule's value is read from the entity; then it is prepared for each of them.
    """

    def __init__(self, condition: Condition, blueprint: Blueprint, operators: Mapping[str, Operator]) -> None:
        self.condition = condition
        self.value: Json = None if condition.value is UNSET else condition.value
        self.operator = operators.get(condition.asked())
        self.subject = _left(condition, self.operator, blueprint)
        self.right = RightSide.of(condition, self.operator, blueprint) if self.operator else None
        self.instants = bool(
            self.operator
            and self.operator.instants
            and condition.property is not None
            and blueprint.is_instant(condition.property)
        )
        self.operand: Json = instant(self.value) if self.instants else self.value
        self.types = self._types_of_rule()
        self.asking = Asking(self.operator, self.operand) if self.operator and not self.right else None
        self.failure = self._failure()

    @property
    def gone(self) -> bool:
        """Whether no installed plugin provides the operator; every verdict is then an error."""
        return self.operator is None

    @property
    def trusted(self) -> bool:
        """Whether the operator is a built-in one, which never raises nor changes what it is given."""
        return self.operator is not None and self.operator.trusted

    @property
    def timed(self) -> bool:
        """Whether the verdict depends on the time."""
        return self.operator is not None and self.operator.timed is not None

    @property
    def inlined(self) -> bool:
        """Whether the generated function can test a value that it has read, without calling the probe."""
        return self.trusted and not self.timed and self.right is None

    @property
    def of_members(self) -> bool:
        """Whether the operator is asked about every member of a list, as it takes none itself."""
        scalars = self.operator is not None and JsonType.ARRAY not in self.operator.types
        return scalars and self.subject.place is Place.RELATION

    def truth(self, entity: Entity, errors: list[str]) -> Truth:
        """The verdict's truth alone, of a condition that no time changes; reasons go to `errors`."""
        return self.timed_truth(entity, errors, 0)[0]

    def timed_truth(self, entity: Entity, errors: list[str], now: int) -> tuple[Truth, int]:
        """The verdict's truth and until when it holds; the reason of an error is added to `errors`."""
        verdict = self.verdict(entity, now)
        if verdict.truth is Truth.ERROR:
            errors.append(verdict.reason or "the operator failed")
        return verdict.truth, verdict.until

    def verdict(self, entity: Entity, now: int) -> Verdict:
        """What the condition says of the entity at an instant, and why."""
        actual = self.subject.read(entity)
        expected = self.right.subject.read(entity) if self.right else self.value
        if self.operator is None or self.failure is not None:
            return Verdict(Truth.ERROR, actual, self.failure, expected)
        if actual is None or (self.right and expected is None):
            return self._missing(self.operator, entity, actual, expected)
        answer = self._answer(self.operator, actual, expected, now)
        if answer is None:
            return Verdict(Truth.FALSE, actual, "type mismatch", expected)
        return Verdict(answer.truth, actual, answer.reason, expected, answer.until)

    def members(self, actual: list[Json]) -> bool:
        """Whether a built-in operator that takes no list, and no time, holds of one to many."""
        return self.asking is not None and self._asked(self.asking, actual, 0).truth is Truth.TRUE

    def _missing(self, operator: Operator, entity: Entity, actual: Json, expected: Json) -> Verdict:
        truth, reason = MISSING_TRUTH[operator.missing], None
        if truth is Truth.MISSING:
            lacking = self.right.subject if self.right and actual is not None else self.subject
            reason = "no data" if lacking is self.subject else f"no data in `{lacking.name}`"
            if lacking.place is Place.DERIVED and lacking.name in entity.reasons:
                reason = f"{reason}: {entity.reasons[lacking.name]}"
        return Verdict(truth, actual, reason, expected)

    def _answer(self, operator: Operator, actual: Json, expected: Json, now: int) -> Answer | None:
        """None where a side is of a type that the operator does not take."""
        operand = instant(actual) if self.instants or operator.reads_instants else actual
        asking, types = self.asking, self.types
        if self.right:
            value = self.right.operand(expected)
            types = _NONE if value is None else self._types(operator, value)
            asking = None if value is None or not types else Asking(operator, value)
        if asking is None or not types:
            return None
        if self.of_members and isinstance(operand, list):
            return self._asked(asking, operand, now) if JsonType.STRING in types else None
        return asking.ask(operand, now) if TYPES.get(type(operand)) in types else None

    def _asked(self, asking: Asking, members: list[Json], now: int) -> Answer:
        # A negation is true of many where it is true of all of them, anything else where it is of any.
        negation = self.operator is not None and self.operator.missing is Missing.TRUE
        combinator: Literal["and", "or"] = "and" if negation else "or"
        answers = [asking.ask(member, now) for member in members]
        truth = combine(combinator, [answer.truth for answer in answers])
        reason = next((answer.reason for answer in answers if answer.truth is Truth.ERROR), None)
        return Answer(truth, reason, until(combinator, [(answer.truth, answer.until) for answer in answers]))

    def _types_of_rule(self) -> frozenset[JsonType]:
        if self.operator is None or (self.instants and self.operand is None):
            return _NONE
        if (
            self.operator.judge
            and self.trusted
            and not self.right
            and not Accepted(self.operator).takes(self.value)
        ):
            return _NONE
        return self._types(self.operator, self.operand)

    def _types(self, operator: Operator, operand: Json) -> frozenset[JsonType]:
        if self.instants or operator.reads_instants:
            return _INTEGERS if JsonType.STRING in operator.types else _NONE
        if not operator.same_type:
            return operator.types
        return operator.types & {TYPES.get(type(operand), JsonType.OBJECT)}

    def _failure(self) -> str | None:
        if self.operator is None:
            return f"no installed plugin provides the operator `{self.condition.operator}`"
        return self.asking.failure if self.asking else None


def _left(condition: Condition, operator: Operator | None, blueprint: Blueprint) -> Subject:
    types = operator.types if operator else _NONE
    if condition.property is not None:
        return of_property(condition.property, blueprint, listed=JsonType.ARRAY in types)
    only_lists = JsonType.ARRAY in types and JsonType.STRING not in types
    return of_relation(condition.relation or "", blueprint, listed=only_lists)
