"""Spans: tests of values that satisfy the rule during one span of time."""

from collections.abc import Callable
from typing import TypeAlias

from levelmark.domain.instant import NEVER
from levelmark.domain.json import Json
from levelmark.domain.operator import Test, TimedTest

Span: TypeAlias = tuple[int, int]
"""The first instant of the present at which a value satisfies the rule, and the first one after that."""


def during(span: Callable[[int], Span]) -> TimedTest:
    """The test that is true of a value during its span, and tells when the span begins and ends."""

    def test(actual: Json, now: int) -> tuple[bool, int | None]:
        start, end = span(actual)
        if start <= now < end:
            return True, _until(end)
        return False, _until(start) if now < start < end else None

    return test


def at_any_time(test: Test) -> TimedTest:
    """The test as one that gives no thought to the time."""
    return lambda actual, _now: (test(actual), None)


def opposite(prepare: Callable[[Json], TimedTest]) -> Callable[[Json], TimedTest]:
    """Prepares the tests that are true wherever the others are false."""

    def prepare_opposite(value: Json) -> TimedTest:
        test = prepare(value)

        def negated(actual: Json, now: int) -> tuple[bool, int | None]:
            verdict, until = test(actual, now)
            return not verdict, until

        return negated

    return prepare_opposite


def _until(at: int) -> int | None:
    return at if at < NEVER else None
