"""Folding: a bound on the series of a metric, that loses no number."""

from hypothesis import given
from hypothesis import strategies as st

from levelmark.server.metrics.family import OTHERS, Table, tabled

FEW = st.sampled_from("abcdef")
ROWS = st.lists(
    st.tuples(st.tuples(FEW, FEW, FEW), st.tuples(st.integers(0, 9), st.integers(0, 99))), max_size=60
)


def table(*teams: tuple[str, str, int]) -> Table:
    return tabled(("card", "team"), [((card, team), (size,)) for card, team, size in teams])


@given(ROWS, st.integers(1, 40))
def test_the_bound_holds_and_the_sums_stay(
    rows: list[tuple[tuple[str, str, str], tuple[int, int]]], most: int
) -> None:
    whole = tabled(("x", "y", "z"), rows)
    folded = whole.within(most)
    assert len(folded.rows) <= most
    assert [*map(sum, zip(*folded.rows.values(), strict=True))] == [
        *map(sum, zip(*whole.rows.values(), strict=True))
    ]
    assert (folded == whole) == (len(whole.rows) <= most)


def test_the_smallest_teams_are_folded_and_no_more_than_is_needed() -> None:
    teams = [("q", "a", 5), ("q", "b", 1), ("q", "c", 3), ("q", "d", 2)]
    folded = table(*teams).within(3)
    assert folded.rows == {("q", "a"): (5,), ("q", "c"): (3,), ("q", OTHERS): (3,)}
    assert folded.folded == (("team", 2),)
    assert table(*teams).within(4).folded == ()


def test_where_folding_teams_does_not_do_the_next_label_is_folded() -> None:
    folded = table(("p", "a", 5), ("q", "b", 1), ("r", "c", 3)).within(2)
    assert folded.rows == {("p", OTHERS): (5,), (OTHERS, OTHERS): (4,)}
    assert folded.folded == (("team", 3), ("card", 2))
