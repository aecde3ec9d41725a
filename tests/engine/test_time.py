"""Time: what an evaluation says of itself holds until the instant that it names, whoever evaluates."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from levelmark.domain.entity import Entity
from levelmark.domain.instant import NEVER, instant, instant_text, to_moment
from levelmark.domain.json import Json
from levelmark.domain.operator import Operator
from levelmark.domain.query import Query
from levelmark.domain.score import Result
from levelmark.domain.scorecard import Scorecard
from levelmark.engine.assess import assess
from levelmark.engine.evaluate import CompiledScorecard
from levelmark.engine.explain import Probes
from levelmark.engine.generate import generate
from levelmark.engine.present import Present

from .builders import AT, BLUEPRINT, NOW, compiled, condition, entity, plugged, query, rule, scorecard
from .strategies import HOUR, MANY, OPERATORS, SOME, entities, queries, scorecards

DAY = 24 * HOUR
SOUND = OPERATORS.keys() - {"raises", "raises!", "leaves"}
OLD = condition("due", "olderThan", "P1D")
FUTURE = condition("seen", "between", {"preset": "nextDay"})
HOURLY = plugged("isHourOdd", timed=lambda _, now: (now // HOUR % 2 == 1, (now // HOUR + 1) * HOUR))
NOWS = st.integers(AT - 3 * DAY, AT + 3 * DAY)


def sampled(start: int, end: int) -> Iterator[int]:
    """Instants from `start` on that stand before `end`, the last one included."""
    last = min(end, start + 4_000 * DAY) - 1
    yield from (start, (start + last) // 2, start + (last - start) // 50, last)


@given(asked=queries(SOUND, depth=3), subject=entities(), now=NOWS)
@MANY
def test_nothing_changes_before_the_instant_that_is_told(asked: Query, subject: Entity, now: int) -> None:
    probes = Probes(asked, BLUEPRINT, OPERATORS)
    program = generate([probes])
    explained, present = probes.explain(subject, now), Present(now)
    assert program(subject, {}, None, present) == (explained.truth,)
    for end in (explained.until, present.until):
        assert end > now
        for later in sampled(now, end):
            assert probes.explain(subject, later).truth is explained.truth
            assert program(subject, {}, None, Present(later)) == (explained.truth,)


@given(card=scorecards(SOUND), subject=entities(), now=st.integers(AT // 1000, (AT + DAY) // 1000))
@SOME
def test_a_score_stands_until_then(card: Scorecard, subject: Entity, now: int) -> None:
    ready = CompiledScorecard(card, BLUEPRINT, OPERATORS)
    first = ready.evaluate(subject, None, text(now * 1000))
    for later in sampled(now * 1000, first.until or NEVER):
        again = ready.evaluate(subject, first.score, text(later))
        assert (again.score, again.moves) == (first.score, ()) or first.score is None
        assert again.score == first.score


@given(asked=queries(SOUND - {"isHourOdd", "isHourOddOf"}, depth=2), subject=entities(), now=NOWS)
@MANY
def test_a_bound_of_a_built_in_condition_alone_is_exact(asked: Query, subject: Entity, now: int) -> None:
    [first, *_] = asked.leaves()
    probes = Probes(Query("and", (first,)), BLUEPRINT, OPERATORS)
    explained = probes.explain(subject, now)
    if explained.until < NEVER:
        assert probes.explain(subject, explained.until).truth is not explained.truth


def text(at: int) -> str:
    return to_moment(at).isoformat().replace("+00:00", "Z")


def at(moment: str) -> int:
    found = instant(moment)
    assert found is not None
    return found


def ends(*parts: Any, combinator: Any = "and", **properties: Json) -> int | None:
    """Until when one rule of these conditions holds for an entity with the properties."""
    ready = compiled(scorecard(rule("r", query(*parts, combinator=combinator))), HOURLY)
    return ready.evaluate(entity(properties), None, NOW).until


def test_without_a_condition_on_the_time_there_is_no_end() -> None:
    assert ends(condition("x", "=", 1), x=1) is None


def test_an_end_is_told_to_the_microsecond() -> None:
    assert ends(OLD, due="2026-01-01") == at("2026-01-02")
    assert ends(OLD, due="2025-12-31T23:59:59.000001Z") == at("2026-01-01T23:59:59.000001Z")


def test_what_is_over_has_no_end() -> None:
    assert ends(OLD, due="2025-01-01") is None


def test_a_missing_value_and_a_wrong_type_have_no_end() -> None:
    assert ends(OLD) is None
    assert ends(OLD, due=[]) is None


def test_another_condition_that_decides_leaves_no_end() -> None:
    decided = condition("x", "=", 1)
    assert ends(OLD, decided, due="2026-01-01", x=2) is None
    assert ends(decided, OLD, due="2026-01-01", x=2) is None
    assert ends(OLD, decided, combinator="or", due="2026-01-01", x=1) is None
    assert ends(OLD, decided, due="2026-01-01", x=1) == at("2026-01-02")


def test_an_undecided_query_ends_with_the_first_of_its_conditions() -> None:
    young = condition("due", "newerThan", "P1M")
    assert ends(young, FUTURE, due="2026-01-01", seen="2026-01-01T12:00:00Z") == at(
        "2026-01-01T12:00:00.000001Z"
    )


def test_the_end_is_that_of_the_condition_that_decides() -> None:
    never = condition("x", "olderThan", "P1Y")
    assert ends(never, OLD, due="2026-01-01", x="2026-01-01") == at("2027-01-01")


def test_a_filter_that_leaves_an_entity_out_says_until_when() -> None:
    ready = compiled(scorecard(rule("r", condition("seen", "olderThan", "PT1H")), selected_by=query(OLD)))
    found = ready.evaluate(entity({"due": "2026-01-01", "seen": "2026-01-01"}), None, NOW)
    assert (found.score, found.until) == (None, at("2026-01-02"))
    found = ready.evaluate(entity({"due": "2025-01-01", "seen": "2026-01-01"}), None, NOW)
    assert found.until == at("2026-01-01T01:00:00Z")


def test_an_assessment_ends_with_the_first_of_its_scorecards() -> None:
    cards = [
        compiled(scorecard(rule("r", condition("due", "olderThan", age)))) for age in ("P2D", "P1D", "P3D")
    ]
    subject = entity({"due": "2026-01-01"})
    assert assess(cards, subject, NOW).until == at("2026-01-02")
    assert assess(cards[:0], subject, NOW).until is None


def test_an_unmoved_assessment_says_so_too() -> None:
    cards = [compiled(scorecard(rule("r", OLD)))]
    subject = entity({"due": "2026-01-01"})
    scored = Entity(
        "service", "api", properties=subject.properties, scores=assess(cards, subject, NOW).scores
    )
    again = assess(cards, scored, NOW)
    assert (again.scores is scored.scores, again.until) == (True, at("2026-01-02"))


def test_an_end_that_is_past_is_put_off_by_a_second() -> None:
    stale = plugged("stale", timed=lambda _, now: (True, now))
    found = compiled(scorecard(rule("r", condition("x", "stale"))), stale).evaluate(
        entity({"x": 1}), None, NOW
    )
    assert found.until == AT + 1_000_000


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (True, "answered with a bool, not a pair"),
        ((True,), "answered with a tuple, not a pair"),
        ((1, None), "answered with a int, not True or False"),
        ((True, 1.5), "answered with a float, not an instant"),
        ((True, True), "answered with a bool, not an instant"),
        ([True, None], "answered with a list, not a pair"),
    ],
)
def test_an_operator_that_answers_rubbish_makes_its_rule_an_error(answer: object, reason: str) -> None:
    odd = plugged("odd", timed=lambda *_: answer)
    found = compiled(scorecard(rule("r", condition("x", "odd"))), odd).evaluate(entity({"x": 1}), None, NOW)
    assert found.score is not None
    [result] = found.score.results
    assert (result.result, found.until) == (Result.ERROR, None)
    assert result.reason is not None
    assert reason in result.reason


def test_a_plugins_operator_is_asked_with_the_present_instant() -> None:
    asked: list[tuple[Json, int]] = []

    def test(actual: Json, now: int) -> tuple[bool, None]:
        asked.append((actual, now))
        return True, None

    curious: Operator = plugged("curious", timed=test, reads_instants=True)
    compiled(scorecard(rule("r", condition("x", "curious"))), curious).evaluate(
        entity({"x": "2026-01-01"}), None, NOW
    )
    assert asked == [(AT, AT)]


def test_a_present_that_is_none_is_refused_only_where_it_is_asked_for() -> None:
    assert compiled(scorecard(rule("r", condition("x", "=", 1)))).evaluate(entity(), None, "").score
    with pytest.raises(ValueError, match="must be a date-time"):
        compiled(scorecard(rule("r", OLD))).evaluate(entity(), None, "")


def test_now_is_the_instant_of_its_text() -> None:
    assert instant_text(to_moment(AT)) == NOW
