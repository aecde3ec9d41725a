"""Asking: a prepared operator is asked about values, and whatever it does, there is an answer."""

from collections.abc import Callable
from contextlib import suppress
from copy import deepcopy
from types import CoroutineType
from typing import Final

from msgspec import Struct

from levelmark.domain.failure import failure_text
from levelmark.domain.instant import NEVER
from levelmark.domain.json import Json
from levelmark.domain.operator import Operator
from levelmark.engine.truth import Truth

_SECOND: Final = 1_000_000
_PAIR: Final = 2


class Answer(Struct, frozen=True):
    """What an operator came to, the reason of a failure, and until when the answer holds."""

    truth: Truth
    reason: str | None = None
    until: int = NEVER


class Asking:
    """An operator prepared with a rule's value; `failure` says why it could not be."""

    def __init__(self, operator: Operator, operand: Json) -> None:
        self._operator = operator
        self.failure: str | None = None
        self.test: Callable[..., object] = _unasked
        self._prepare(operand if operator.trusted else deepcopy(operand))

    def _prepare(self, operand: Json) -> None:
        prepare = self._operator.timed or self._operator.prepare
        try:
            prepared: object = prepare(operand)
        except BaseException as error:  # noqa: BLE001 - a plugin may raise anything, SystemExit included
            self.failure = self._raised(error)
            return
        if callable(prepared):
            self.test = prepared
        else:
            self.failure = f"operator `{self._operator.name}` prepared {_named(prepared)}, not a function"

    def ask(self, operand: Json, now: int) -> Answer:
        """What the operator says of the value."""
        if self.failure is not None:
            return Answer(Truth.ERROR, self.failure)
        given = operand if self._operator.trusted else deepcopy(operand)
        try:
            answer = self.test(given, now) if self._operator.timed else self.test(given)
        except BaseException as error:  # noqa: BLE001 - as above
            return Answer(Truth.ERROR, self._raised(error))
        return self._timed(answer, now) if self._operator.timed else self._answer(answer, NEVER)

    def _timed(self, answer: object, now: int) -> Answer:
        if type(answer) is not tuple or len(answer) != _PAIR:  # an `isinstance` would ask it, and it may lie
            return self._rubbish(answer, "a pair of True or False and an instant or None")
        verdict, end = answer
        if end is not None and type(end) is not int:
            return self._rubbish(end, "an instant or None for the time until when it holds")
        return self._answer(
            verdict, NEVER if end is None else min(end if end > now else now + _SECOND, NEVER)
        )

    def _answer(self, verdict: object, end: int) -> Answer:
        if verdict is True or verdict is False:  # as above
            return Answer(Truth.TRUE if verdict else Truth.FALSE, None, end)
        return self._rubbish(verdict, "True or False")

    def _rubbish(self, answer: object, wanted: str) -> Answer:
        reason = f"operator `{self._operator.name}` answered with {_named(answer)}, not {wanted}"
        return Answer(Truth.ERROR, reason)

    def _raised(self, error: BaseException) -> str:
        return f"operator `{self._operator.name}` raised {failure_text(error)}"


def _unasked(*_: object) -> object:
    raise AssertionError("an operator that could not be prepared is not asked")


def _named(rubbish: object) -> str:
    if type(rubbish) is CoroutineType:  # as above
        with suppress(BaseException):  # a coroutine that has begun may raise while it is closed
            rubbish.close()  # else Python warns that nobody awaited it
    return f"a {type(rubbish).__name__}"
