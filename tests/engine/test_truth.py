"""Kleene's rules, with an error outweighing everything."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from levelmark.domain.score import Result
from levelmark.engine.truth import CODES, Truth, combine

from .strategies import SOME

T, F, M, E = Truth.TRUE, Truth.FALSE, Truth.MISSING, Truth.ERROR


@pytest.mark.parametrize(
    ("left", "right", "both", "either"),
    [
        (T, T, T, T), (T, F, F, T), (T, M, M, T), (T, E, E, E), (F, F, F, F), (F, M, F, M), (F, E, E, E),
        (M, M, M, M), (M, E, E, E), (E, E, E, E),
    ],
)  # fmt: skip
def test_two_truths_combine_by_the_table(left: Truth, right: Truth, both: Truth, either: Truth) -> None:
    assert combine("and", [left, right]) is combine("and", [right, left]) is both
    assert combine("or", [left, right]) is combine("or", [right, left]) is either


@given(st.lists(st.sampled_from(Truth), min_size=1), st.lists(st.sampled_from(Truth), min_size=1))
@SOME
def test_grouping_changes_nothing(some: list[Truth], others: list[Truth]) -> None:
    assert combine("and", some + others) is combine("and", [combine("and", some), combine("and", others)])
    assert combine("or", some + others) is combine("or", [combine("or", some), combine("or", others)])


def test_every_truth_has_its_result() -> None:
    results = {truth.name: truth.result for truth in Truth}
    assert results == {
        "TRUE": Result.PASSED,
        "FALSE": Result.NOT_PASSED,
        "MISSING": Result.NO_DATA,
        "ERROR": Result.ERROR,
    }
    assert all(CODES[truth.result] is truth for truth in Truth)
