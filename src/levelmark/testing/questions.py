"""Questions: what the conformance suite asks an operator, drawn from the values of its examples."""

from collections.abc import Callable, Iterator
from typing import Any, Final

from hypothesis import strategies as st
from msgspec import Struct

from levelmark.domain.instant import instant
from levelmark.domain.json import TYPES, Json, JsonType
from levelmark.domain.operator import Operator
from levelmark.testing.conditions import NOW
from levelmark.testing.strategies import json_values

_DAYS: Final = 1_200 * 86_400_000_000


class Question(Struct, frozen=True):
    """A rule's value, an entity's, and the present instant."""

    value: Json
    actual: Json
    now: int

    def prepared(self, operator: Operator) -> Callable[[], Any]:
        """The prepared test of this very question."""
        if operator.timed:
            timed = operator.timed(self.value)
            return lambda: timed(self.actual, self.now)
        test = operator.prepare(self.value)
        return lambda: test(self.actual)

    def ask(self, operator: Operator) -> Any:
        """What the operator answers."""
        return self.prepared(operator)()

    def told(self, operator: Operator) -> str:
        """The question in words."""
        return f"{self.actual!r} {operator.name} {self.value!r}{f' at {self.now}' if operator.timed else ''}"


def questions(operator: Operator) -> st.SearchStrategy[Question]:
    """Any value of the operator's types against the values of its examples, at any time around theirs."""
    values: list[Any] = [example.value for example in operator.examples]
    known = [NOW, *(example.now for example in operator.examples if example.now)]
    nows = _around(at for text in known if (at := instant(text)) is not None)
    return st.sampled_from(values).flatmap(
        lambda value: st.builds(Question, st.just(value), _actuals(operator, value), nows)
    )


def _actuals(operator: Operator, value: Json) -> st.SearchStrategy[Json]:
    if operator.reads_instants:
        known = [NOW, *(example.actual for example in operator.examples)]
        return _around(at for text in known if (at := instant(text)) is not None)
    types = operator.types & {TYPES.get(type(value))} if operator.same_type else operator.types
    return json_values([one for one in JsonType if one in types])


def _around(instants: Iterator[int]) -> st.SearchStrategy[int]:
    near = st.one_of(st.integers(-2, 2), st.integers(-_DAYS, _DAYS))
    return st.builds(lambda at, by: at + by, st.sampled_from([*instants]), near)
