"""The conformance suite for operators: what the server and its users rely on, one test each."""

import re
from collections.abc import Iterable
from copy import deepcopy
from typing import ClassVar, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from levelmark.domain.json import JsonType, identical
from levelmark.domain.operator import Example, Missing, Operator
from levelmark.engine.truth import Truth
from levelmark.testing.conditions import NOW, verdict
from levelmark.testing.expectation import expect, expect_conformity, expect_schema
from levelmark.testing.installed import installed_operator
from levelmark.testing.questions import Question, questions

_NEGATION: Final = re.compile(r"!|^(not|doesNot|isNot)")
_CENTURY: Final = 100 * 365 * 86_400_000_000
# A busy machine is no failure of an operator, so nothing is timed.
_given: Final = settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])


class OperatorConformance:
    """Subclass it in a test module, under a name that pytest collects.

    `operators` are the values to test, as your hook yields them; or `names` picks installed ones.

        class TestSemver(OperatorConformance):
            operators = my_plugin.levelmark_operators()
    """

    operators: ClassVar[Iterable[Operator]] = ()
    names: ClassVar[Iterable[str]] = ()

    def __init_subclass__(cls) -> None:
        """A hook may be a generator, which can be read once only."""
        super().__init_subclass__()
        picked = map(installed_operator, cls.__dict__.get("names", ()))
        cls.operators = (*cls.operators, *picked)

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Every test runs once for each operator."""
        if not self.operators:
            raise LookupError(f"{type(self).__name__} tests nothing: give it `operators` or `names`")
        metafunc.parametrize("operator", self.operators, ids=lambda operator: operator.name)

    def test_has_a_name(self, operator: Operator) -> None:
        """The name is what rules write: not empty, no white space around it."""
        name: object = operator.name
        fits = isinstance(name, str) and name == name.strip() != ""
        expect(fits, f"{name!r} is no name: a string, not empty, no white space around it")

    def test_has_a_description(self, operator: Operator) -> None:
        """The description is what people read in the documentation and the API."""
        described = operator.description.strip()
        expect(described, f"`{operator.name}` has no description; the documentation shows one sentence")

    def test_takes_types(self, operator: Operator) -> None:
        """It takes values of one type at least."""
        types: object = operator.types
        fits = isinstance(types, frozenset) and all(isinstance(one, JsonType) for one in types)
        expect(fits and types, f"`{operator.name}`.types must be a frozenset with some JsonType in it")

    def test_has_a_valid_value_schema(self, operator: Operator) -> None:
        """The schema that rules are checked with is itself valid, and needs no network."""
        if operator.value_schema is not None:
            expect_schema(operator.value_schema, operator.name)

    def test_has_examples_of_both_verdicts(self, operator: Operator) -> None:
        """The examples show what is true, and what is not."""
        verdicts = {example.verdict for example in operator.examples}
        expect(True in verdicts, f"`{operator.name}` has no example that is true")
        expect(False in verdicts, f"`{operator.name}` has no example that is false")

    def test_examples_hold(self, operator: Operator) -> None:
        """The examples come out in the engine as they are written down."""
        for example in operator.examples:
            found = verdict(_as_loaded(operator), example.actual, example.value, now=example.now or NOW)
            wanted = Truth.TRUE if example.verdict else Truth.FALSE
            told = f"{_told(operator, example)} is {found.truth.name}, not {wanted.name} ({found.reason})"
            expect(found.truth is wanted and found.reason is None, told)

    def test_values_of_examples_conform(self, operator: Operator) -> None:
        """The operator's schema lets the values of its examples in."""
        for example in operator.examples:
            if operator.value_schema is None:
                expect(example.value is None, f"{_told(operator, example)}: the operator takes no value")
            else:
                expect_conformity(example.value, operator.value_schema, operator.name)

    def test_can_be_prepared_with_the_values_of_its_examples(self, operator: Operator) -> None:
        """Preparing a value gives a test."""
        for example in operator.examples:
            prepared: object = (operator.timed or operator.prepare)(deepcopy(example.value))
            expect(callable(prepared), f"`{operator.name}`.prepare or `timed` must return a function")

    def test_judges_the_values_of_its_examples_sound(self, operator: Operator) -> None:
        """The operator finds no fault with the values of its examples."""
        for example in operator.examples if operator.judge else ():
            found = [*operator.judge(deepcopy(example.value), ())] if operator.judge else []
            expect(not found, f"{_told(operator, example)}: `judge` finds fault with the value: {found}")

    def test_answers_true_or_false_to_any_value_of_its_types(self, operator: Operator) -> None:
        """No value of its types makes the test raise or answer with anything else than a bool."""

        @_given
        @given(_questions(operator))
        def answers(question: Question) -> None:
            answer, wanted = question.ask(operator), "True or False themselves"
            verdict = answer
            if operator.timed:
                wanted += ", and until when"
                verdict = answer[0] if type(answer) is tuple and answer[2:] == () else None
            told = f"{question.told(operator)} is {answer!r}: return {wanted}"
            expect(verdict is True or verdict is False, told)

        answers()

    def test_is_deterministic(self, operator: Operator) -> None:
        """One question has one answer, however often it is prepared or asked."""

        @_given
        @given(_questions(operator))
        def agrees(question: Question) -> None:
            test = question.prepared(operator)
            answers = {test(), test(), question.ask(operator)}
            expect(len(answers) == 1, f"{question.told(operator)} has several answers")

        agrees()

    def test_a_verdict_holds_as_long_as_it_says(self, operator: Operator) -> None:
        """From the present until the instant that is told, the verdict stays, and that one is to come."""
        if operator.timed is None:
            return

        @_given
        @given(_questions(operator), st.floats(0, 1))
        def holds(question: Question, part: float) -> None:
            verdict, until = question.ask(operator)
            expect(
                until is None or (type(until) is int and until > question.now),
                f"{question.told(operator)} holds until {until!r}: an instant after the present, or None",
            )
            last = (question.now + _CENTURY if until is None else until) - 1
            for now in (question.now + int((last - question.now) * part), last):
                later = replace(question, now=now)
                expect(
                    later.ask(operator)[0] is verdict,
                    f"{question.told(operator)} is said to be {verdict} until {until}, and is not at {now}",
                )

        holds()

    def test_changes_nothing_that_it_is_given(self, operator: Operator) -> None:
        """Neither the rule's value nor the entity's is changed."""

        @_given
        @given(_questions(operator))
        def leaves_alone(question: Question) -> None:
            asked = deepcopy(question)
            asked.ask(operator)
            expect(identical(asked.value, question.value), f"`{operator.name}` changes the rule's value")
            expect(identical(asked.actual, question.actual), f"`{operator.name}` changes the entity's value")

        leaves_alone()

    def test_says_something_sensible_of_a_missing_value(self, operator: Operator) -> None:
        """A negation is true of an absent value; what else there is may be missing."""
        missing: object = operator.missing
        expect(isinstance(missing, Missing), f"`{operator.name}`.missing must be a value of Missing")
        expect(
            missing is not Missing.MISSING or not _NEGATION.search(operator.name),
            f"`{operator.name}` reads as a negation, and those are decided without a value: Missing.TRUE",
        )

    def test_is_installed(self, operator: Operator) -> None:
        """The server would find this very operator through an entry point."""
        loaded = installed_operator(operator.name)
        same = loaded.description == operator.description and loaded.examples == operator.examples
        expect(same, f"the installed `{operator.name}` is another: install the project anew, or uninstall it")


def _questions(operator: Operator) -> st.SearchStrategy[Question]:
    expect(operator.examples, f"`{operator.name}` needs examples: their values are what it is tried with")
    return questions(operator)


def _as_loaded(operator: Operator) -> Operator:
    return replace(operator, trusted=False, source=None)


def _told(operator: Operator, example: Example) -> str:
    return f"the example {example.actual!r} {operator.name} {example.value!r}"
