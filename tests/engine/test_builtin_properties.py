"""What holds for every built-in operator, whatever JSON meets whatever JSON."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from levelmark.domain.json import TYPES, Json
from levelmark.domain.operator import Operator
from levelmark.engine.explain import Probes
from levelmark.engine.generate import generate
from levelmark.engine.inline import FUNCTIONS, inline
from levelmark.engine.present import Present
from levelmark.engine.probe import Probe
from levelmark.engine.truth import Truth

from .builders import AT, BLUEPRINT, BUILTIN, condition, entity, query
from .strategies import FEW, SOME, VALUES, operator_values

NEGATIONS = {
    "=": "!=",
    "contains": "doesNotContains",
    "beginsWith": "doesNotBeginsWith",
    "endsWith": "doesNotEndsWith",
    "in": "notIn",
    "isEmpty": "isNotEmpty",
}
INLINED = [operator for operator in BUILTIN.values() if operator.source]


@pytest.mark.parametrize("name", BUILTIN)
@given(subject=st.sampled_from(["x", "due", "seen"]), actual=VALUES, value=st.one_of(VALUES, st.just(UNSET)))
@SOME
def test_nothing_makes_a_builtin_operator_fail(name: str, subject: str, actual: Json, value: Json) -> None:
    probes = Probes(query(condition(subject, name, value)), BLUEPRINT, BUILTIN)
    explained = probes.explain(entity({subject: actual}), AT)
    assert explained.truth is not Truth.ERROR
    assert generate([probes])(entity({subject: actual}), {}, None, Present(AT)) == (explained.truth,)


@pytest.mark.parametrize(("positive", "negative"), NEGATIONS.items())
@given(data=st.data(), value=VALUES)
@FEW
def test_a_negative_operator_is_its_positive_one_negated(
    positive: str, negative: str, data: st.DataObject, value: Json
) -> None:
    actual = data.draw(operator_values(BUILTIN[positive]))
    assert {_truth(positive, actual, value), _truth(negative, actual, value)} == {Truth.TRUE, Truth.FALSE}


@pytest.mark.parametrize(("positive", "negative"), list(NEGATIONS.items())[:-1])
@given(value=VALUES)
@FEW
def test_without_a_value_only_the_negative_one_is_true(positive: str, negative: str, value: Json) -> None:
    assert _truth(positive, None, value) is Truth.MISSING
    assert _truth(negative, None, value) is Truth.TRUE


@given(value=VALUES)
@FEW
def test_emptiness_is_never_missing(value: Json) -> None:
    assert (_truth("isEmpty", None, value), _truth("isNotEmpty", None, value)) == (Truth.TRUE, Truth.FALSE)


@pytest.mark.parametrize("operator", INLINED, ids=lambda operator: operator.name)
@given(data=st.data())
@FEW
def test_the_inlined_source_is_the_whole_test(operator: Operator, data: st.DataObject) -> None:
    value, actual = data.draw(VALUES), data.draw(VALUES.filter(lambda one: one is not None))
    source = operator.source(value) if operator.source else None
    if source is not None:  # None: the generated function calls the test itself
        inlined = eval(inline(source, "v", "k"), {**FUNCTIONS, "v": actual, "k": value})
        assert inlined is (_takes(operator, actual, value) and operator.prepare(value)(actual))


@given(left=st.one_of(st.integers(-9, 9), st.floats(-9, 9)), right=st.integers(-9, 9))
@FEW
def test_the_four_orders_fit_together(left: float, right: int) -> None:
    less, equal, more = (_truth(name, left, right) is Truth.TRUE for name in ("<", "=", ">"))
    assert [less, equal, more].count(True) == 1
    assert (_truth("<=", left, right) is Truth.TRUE) == (less or equal)
    assert (_truth(">=", left, right) is Truth.TRUE) == (more or equal)


def _truth(operator: str, actual: Json, value: Json) -> Truth:
    probe = Probe(condition("x", operator, value), BLUEPRINT, BUILTIN)
    return probe.verdict(entity({"x": actual}), AT).truth


def _takes(operator: Operator, actual: Json, value: Json) -> bool:
    if operator.same_type and TYPES.get(type(actual)) is not TYPES.get(type(value)):
        return False
    return TYPES[type(actual)] in operator.types
