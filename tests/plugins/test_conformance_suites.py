"""The conformance suites themselves: each of their tests fails for a plugin that is wrong in its way."""

import asyncio
import random
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from msgspec.structs import replace

from levelmark.domain.issue import Issue
from levelmark.domain.json import Json, JsonType
from levelmark.domain.notifier import Notification, Notifier
from levelmark.domain.operator import Example, Missing, Operator, unprepared
from levelmark.operators import levelmark_operators
from levelmark.testing import NotifierConformance, OperatorConformance
from levelmark.testing.fixtures import Evaluate
from levelmark.testing.installed import installed_operator, registry_of
from levelmark.testing.notifiers import NOTIFICATIONS

pytest_plugins = ("levelmark.testing.fixtures",)


def has(actual: Json, value: Json) -> bool:
    return value in actual


def operator(test: Callable[[Any, Any], object] = has, **changes: Any) -> Operator:
    """A sound operator, but for the changes."""
    sound = Operator(
        name="has",
        description="The array has the rule's value.",
        types=frozenset({JsonType.ARRAY}),
        value_schema={"type": "string"},
        prepare=lambda value: lambda actual: test(actual, value),  # type: ignore[arg-type,return-value]  # the point
        examples=(Example(["a"], "a", verdict=True), Example(["b"], "a", verdict=False)),
    )
    return replace(sound, **changes)


def clearing(actual: list[Json], _: Json) -> bool:
    actual.clear()
    return True


def timed(test: Callable[[Any, int], object]) -> Operator:
    """An operator that asks for the time."""
    return operator(prepare=unprepared, timed=lambda _: test)


SUITE = OperatorConformance
UNSOUND: dict[str, tuple[Operator, Callable[[SUITE, Operator], None], str]] = {
    "no-name": (operator(name=" "), SUITE.test_has_a_name, "is no name"),
    "no-description": (operator(description="\n"), SUITE.test_has_a_description, "has no description"),
    "no-types": (operator(types=frozenset()), SUITE.test_takes_types, "must be a frozenset"),
    "types-in-a-list": (operator(types=[JsonType.ARRAY]), SUITE.test_takes_types, "must be a frozenset"),
    "bad-schema": (operator(value_schema={"type": 1}), SUITE.test_has_a_valid_value_schema, "is not valid"),
    "no-examples": (operator(examples=()), SUITE.test_has_examples_of_both_verdicts, "no example that is t"),
    "one-verdict": (
        operator(examples=(Example(["a"], "a", verdict=True),)),
        SUITE.test_has_examples_of_both_verdicts,
        "no example that is false",
    ),
    "wrong-example": (
        operator(examples=(Example(["a"], "b", verdict=True),)),
        SUITE.test_examples_hold,
        r"the example \['a'\] has 'b' is FALSE, not TRUE",
    ),
    "example-of-another-type": (
        operator(examples=(Example("a", "a", verdict=False),)),
        SUITE.test_examples_hold,
        "type mismatch",
    ),
    "value-against-the-schema": (
        operator(examples=(Example([1], 1, verdict=True),)),
        SUITE.test_values_of_examples_conform,
        "refuses 1 by its own schema",
    ),
    "value-of-none": (
        operator(value_schema=None), SUITE.test_values_of_examples_conform, "takes no value",
    ),
    "prepares-nothing": (
        operator(prepare=lambda _: None),
        SUITE.test_can_be_prepared_with_the_values_of_its_examples,
        "must return a function",
    ),
    "answers-none": (
        operator(lambda *_: None), SUITE.test_answers_true_or_false_to_any_value_of_its_types, "is None",
    ),
    "answers-by-chance": (
        operator(lambda *_: random.random() < 0.5), SUITE.test_is_deterministic, "several answers",
    ),
    "timed-answers-a-bool": (
        timed(lambda *_: True), SUITE.test_answers_true_or_false_to_any_value_of_its_types, "and until when",
    ),
    "timed-by-chance": (
        timed(lambda *_: (random.random() < 0.5, None)), SUITE.test_is_deterministic, "several answers",
    ),
    "timed-holds-until-the-past": (
        timed(lambda _, now: (True, now)), SUITE.test_a_verdict_holds_as_long_as_it_says, "after the present",
    ),
    "timed-holds-too-long": (
        timed(lambda _, now: (now // 1_000_000 % 2 == 0, None)),
        SUITE.test_a_verdict_holds_as_long_as_it_says,
        "is said to be",
    ),
    "timed-wrong-example": (
        timed(lambda _, now: (now < 0, None)), SUITE.test_examples_hold, "is FALSE, not TRUE",
    ),
    "judges-its-examples-unsound": (
        operator(judge=lambda _, path: [Issue.error(path, "BAD", "is bad")]),
        SUITE.test_judges_the_values_of_its_examples_sound,
        "finds fault",
    ),
    "changes-the-actual": (operator(clearing), SUITE.test_changes_nothing_that_it_is_given, "entity's value"),
    "changes-the-value": (
        operator(lambda _, value: clearing(value, _), examples=(Example([], ["a"], verdict=True),)),
        SUITE.test_changes_nothing_that_it_is_given,
        "the rule's value",
    ),
    "negation-without-a-verdict": (
        operator(name="notHas"), SUITE.test_says_something_sensible_of_a_missing_value, "Missing.TRUE",
    ),
    "odd-missing": (
        operator(missing="TRUE?"), SUITE.test_says_something_sensible_of_a_missing_value, "value of Missing",
    ),
    "another-one-installed": (operator(name="contains"), SUITE.test_is_installed, "is another"),
}  # fmt: skip


@pytest.mark.parametrize(("unsound", "test", "remedy"), UNSOUND.values(), ids=UNSOUND)
def test_an_unsound_operator_is_found_out(
    unsound: Operator, test: Callable[[SUITE, Operator], None], remedy: str
) -> None:
    with pytest.raises(AssertionError, match=remedy):
        test(SUITE(), unsound)


def test_an_operator_that_raises_is_found_out() -> None:
    with pytest.raises(ZeroDivisionError):
        SUITE().test_answers_true_or_false_to_any_value_of_its_types(operator(lambda _, __: 1 // 0))


def test_a_negation_that_decides_is_sensible() -> None:
    SUITE().test_says_something_sensible_of_a_missing_value(operator(name="notHas", missing=Missing.TRUE))


def test_an_operator_that_nobody_offers_is_found_out() -> None:
    with pytest.raises(LookupError, match=r"offers the operator `has`"):
        SUITE().test_is_installed(operator())


def test_operators_can_be_picked_by_name() -> None:
    class Picked(OperatorConformance):
        names = ("=", "isEmpty")

    assert [one.name for one in Picked.operators] == ["=", "isEmpty"]


def test_a_suite_of_nothing_is_an_error() -> None:
    with pytest.raises(LookupError, match="give it `operators` or `names`"):
        OperatorConformance().pytest_generate_tests(None)  # type: ignore[arg-type]  # it is not reached


def test_a_name_that_is_nearly_right_is_suggested() -> None:
    with pytest.raises(LookupError, match=r"`isEmty` \(`isEmpty` is there\)"):
        installed_operator("isEmty")


def test_the_registry_of_a_test_holds_what_was_asked_for() -> None:
    assert [plugin.name for plugin in registry_of().plugins] == ["builtin"]
    assert set(registry_of().operators) == {one.name for one in levelmark_operators()}
    with pytest.raises(LookupError, match="entry point `nowhere`"):
        registry_of("nowhere")


def test_the_fixtures_evaluate_by_the_engine(evaluate: Evaluate) -> None:
    assert (
        evaluate("<", "2026-01-01T00:30:00+01:00", "2026-01-01", schema={"format": "date"}).truth.name
        == "TRUE"
    )
    assert evaluate("contains", None, "a").reason == "no data"


async def accept(_: Notification, __: Mapping[str, Json]) -> None:
    return None


def notifier(notify: Callable[..., object] = accept, **changes: Any) -> Notifier:
    schema = {"type": "object", "required": ["to"]}
    sound = Notifier(name="sound", description="Tells.", configuration_schema=schema, notify=notify)  # type: ignore[arg-type]
    return replace(sound, **changes)


def suite(tested: Notifier) -> NotifierConformance:
    class Suite(NotifierConformance):
        notifier = tested

    return Suite()


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        yield runner


async def answer(_: Notification, __: dict[str, Json]) -> str:
    return "done"


async def configure(_: Notification, configuration: dict[str, Json]) -> None:
    configuration["seen"] = True


async def leave(_: Notification, __: dict[str, Json]) -> None:
    raise SystemExit(3)


async def grumble(_: Notification, __: dict[str, Json]) -> None:
    raise ValueError


async def persist(_: Notification, __: dict[str, Json]) -> None:
    for _turn in range(3):
        try:
            await asyncio.sleep(0.7)
        except asyncio.CancelledError:
            continue


def test_a_sound_notifier_passes(runner: asyncio.Runner) -> None:
    sound, to = suite(notifier()), {"to": "all"}
    sound.test_has_a_name_and_a_description()
    sound.test_has_a_valid_configuration_schema()
    sound.test_its_schema_allows_the_configuration(to)
    sound.test_tells_every_kind_of_move(NOTIFICATIONS[0], to, runner)
    sound.test_tells_several_moves_at_once(to, runner)
    sound.test_leaves_its_configuration_alone(to, runner)
    sound.test_can_be_cancelled(to, runner)


def test_an_unsound_notifier_is_found_out(runner: asyncio.Runner) -> None:
    to: dict[str, Json] = {"to": "all"}
    with pytest.raises(AssertionError, match="is no name"):
        suite(notifier(name="")).test_has_a_name_and_a_description()
    with pytest.raises(AssertionError, match="has no description"):
        suite(notifier(description="")).test_has_a_name_and_a_description()
    with pytest.raises(AssertionError, match="is not valid"):
        suite(notifier(configuration_schema={"type": 1})).test_has_a_valid_configuration_schema()
    with pytest.raises(AssertionError, match=r"refuses \{\}"):
        suite(notifier()).test_its_schema_allows_the_configuration({})
    with pytest.raises(AssertionError, match="answers 'done'"):
        suite(notifier(answer)).test_tells_every_kind_of_move(NOTIFICATIONS[0], to, runner)
    with pytest.raises(AssertionError, match="changes its configuration"):
        suite(notifier(configure)).test_leaves_its_configuration_alone(to, runner)
    with pytest.raises(AssertionError, match="goes on when it is cancelled"):
        suite(notifier(persist)).test_can_be_cancelled(to, runner)
    with pytest.raises(AssertionError, match="no installed plugin offers the notifier `sound`"):
        suite(notifier()).test_is_installed()


def test_a_notifier_that_hides_its_failures_is_found_out(runner: asyncio.Runner) -> None:
    to: dict[str, Json] = {"to": "nobody"}
    with pytest.raises(AssertionError, match="says nothing of a failure"):
        suite(notifier()).test_fails_with_an_ordinary_exception(to, runner)
    with pytest.raises(AssertionError, match="ValueError has no text"):
        suite(notifier(grumble)).test_fails_with_an_ordinary_exception(to, runner)
    with pytest.raises(AssertionError, match="`sound` raises SystemExit: raise an ordinary exception"):
        suite(notifier(leave)).test_fails_with_an_ordinary_exception(to, runner)
