"""A probe: one condition made ready to test entities, whatever its operator does."""

from collections.abc import Mapping
from contextlib import suppress
from copy import deepcopy
from types import CoroutineType
from typing import Final

from msgspec import UNSET, Struct

from levelmark.domain.blueprint import META_PROPERTIES, Blueprint
from levelmark.domain.entity import Entity
from levelmark.domain.failure import failure_text
from levelmark.domain.instant import instant
from levelmark.domain.json import TYPES, Json, JsonType
from levelmark.domain.operator import Missing, Operator, Test
from levelmark.domain.query import Condition
from levelmark.engine.truth import Truth

MISSING_TRUTH: Final = {
    Missing.MISSING: Truth.MISSING,
    Missing.TRUE: Truth.TRUE,
    Missing.FALSE: Truth.FALSE,
}
_INTEGERS: Final = frozenset({JsonType.NUMBER})
ATTRIBUTES: Final = {
    "$identifier": "identifier",
    "$title": "title",
    "$icon": "icon",
    "$blueprint": "blueprint",
    "$createdAt": "created_at",
    "$updatedAt": "updated_at",
    "$createdBy": "created_by",
    "$updatedBy": "updated_by",
}
"""Where an entity holds its meta-properties, `$team` apart."""


class Verdict(Struct, frozen=True):
    """What a probe found: its truth, the entity's value, and a reason where the operator did not decide."""

    truth: Truth
    actual: Json = None
    reason: str | None = None


class Probe:
    """One condition with its operator prepared: `verdict` never raises, whatever the operator does.

    `gone` says that no installed plugin provides the operator; every verdict is then an error.
    """

    def __init__(self, condition: Condition, blueprint: Blueprint, operators: Mapping[str, Operator]) -> None:
        self.condition = condition
        self.value: Json = None if condition.value is UNSET else condition.value
        self.operator = operators.get(condition.operator)
        self.instants = bool(
            self.operator
            and self.operator.instants
            and condition.property is not None
            and blueprint.is_instant(condition.property)
        )
        self.derived = condition.property in blueprint.derived
        self.operand: Json = instant(self.value) if self.instants else self.value
        self.types = self._types_taken()
        self.test: Test | None = None
        self.failure: str | None = None
        self._prepare()

    @property
    def gone(self) -> bool:
        """Whether no installed plugin provides the operator."""
        return self.operator is None

    @property
    def trusted(self) -> bool:
        """Whether the operator is a built-in one, which never raises nor changes what it is given."""
        return self.operator is not None and self.operator.trusted

    def truth(self, entity: Entity, errors: list[str]) -> Truth:
        """The verdict's truth alone; the reason of an error is added to `errors`."""
        verdict = self.verdict(entity)
        if verdict.truth is Truth.ERROR:
            errors.append(verdict.reason or "the operator failed")
        return verdict.truth

    def verdict(self, entity: Entity) -> Verdict:
        """What the condition says of the entity, and why."""
        actual = self.read(entity)
        if self.test is None or self.operator is None:
            return Verdict(Truth.ERROR, actual, self.failure)
        if actual is None:
            truth = MISSING_TRUTH[self.operator.missing]
            return Verdict(truth, None, "no data" if truth is Truth.MISSING else None)
        operand = instant(actual) if self.instants else actual
        if operand is None or TYPES.get(type(operand)) not in self.types:
            return Verdict(Truth.FALSE, actual, "type mismatch")
        return self._tested(self.test, operand, actual)

    def read(self, entity: Entity) -> Json:
        """The entity's value, or None where it has none."""
        if self.condition.property is None:
            return entity.relations.get(self.condition.relation or "")
        if self.condition.property == "$team":
            return self._team(entity)
        if self.condition.property in META_PROPERTIES:
            return getattr(entity, ATTRIBUTES[self.condition.property])
        return (entity.derived if self.derived else entity.properties).get(self.condition.property)

    def _team(self, entity: Entity) -> Json:
        # One team may be sent as a name or as a list of one: operators must not tell these apart.
        if self.operator is not None and JsonType.ARRAY in self.operator.types:
            return list(entity.teams) or None
        return entity.teams[0] if len(entity.teams) == 1 else (list(entity.teams) or None)

    def _types_taken(self) -> frozenset[JsonType]:
        if self.operator is None:
            return frozenset()
        if self.instants:
            taken = self.operand is not None and JsonType.STRING in self.operator.types
            return _INTEGERS if taken else frozenset()
        if not self.operator.same_type:
            return self.operator.types
        return self.operator.types & {TYPES.get(type(self.operand), JsonType.OBJECT)}

    def _prepare(self) -> None:
        if self.operator is None:
            self.failure = f"no installed plugin provides the operator `{self.condition.operator}`"
            return
        operand = self.operand if self.operator.trusted else deepcopy(self.operand)
        try:
            prepared: object = self.operator.prepare(operand)
        except BaseException as error:  # noqa: BLE001 - a plugin may raise anything, SystemExit included
            self.failure = raised(self.operator.name, error)
            return
        if callable(prepared):
            self.test = prepared
        else:
            self.failure = f"operator `{self.operator.name}` prepared {_named(prepared)}, not a function"

    def _tested(self, test: Test, operand: Json, actual: Json) -> Verdict:
        if self.trusted:
            return Verdict(Truth.TRUE if test(operand) else Truth.FALSE, actual)
        try:
            answer: object = test(deepcopy(operand))
        except BaseException as error:  # noqa: BLE001 - as above
            return Verdict(Truth.ERROR, actual, raised(self.condition.operator, error))
        if answer is True or answer is False:  # an `isinstance` would ask the answer itself, and it may lie
            return Verdict(Truth.TRUE if answer else Truth.FALSE, actual)
        reason = f"operator `{self.condition.operator}` answered with {_named(answer)}, not True or False"
        return Verdict(Truth.ERROR, actual, reason)


def raised(operator: str, error: BaseException) -> str:
    """How an operator's failure is told."""
    return f"operator `{operator}` raised {failure_text(error)}"


def _named(rubbish: object) -> str:
    if type(rubbish) is CoroutineType:  # as above
        with suppress(BaseException):  # a coroutine that has begun may raise while it is closed
            rubbish.close()  # else Python warns that nobody awaited it
    return f"a {type(rubbish).__name__}"
