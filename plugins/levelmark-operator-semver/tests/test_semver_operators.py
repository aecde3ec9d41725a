"""The semver operators, through the conformance suite and the engine that the server uses."""

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET

from levelmark.plugins import Registry
from levelmark.testing import OperatorConformance
from levelmark.testing.fixtures import Evaluate
from levelmark_operator_semver import LONGEST, levelmark_operators, version

pytest_plugins = ("levelmark.testing.fixtures",)

SIGNS = ("=", "!=", "<", "<=", ">", ">=")
ASCENDING = (
    "0.9.9", "v1.0.0-alpha", "1.0.0-alpha.1", "1-alpha.beta", "1.0-beta", "1.0.0-beta.2", "1.0.0-beta.11",
    "1.0.0-rc.1", "v1", "1.0.1", "1.9", "1.10.0", "2", "18.0.0",
)  # fmt: skip
NO_VERSIONS = (
    "", "latest", "v", "vv1", "V1", "1.", "1.2.3.4", "01.2", "1.02", "1.2.x", ">=1.2", "1.2.3-", "1.2.3-01",
    "1.2.3-a..b", "1.2.3+", " 1.2.3", "1.2.3\n", "1,2", "\u0661.2.3", "1" * (LONGEST + 1),
)  # fmt: skip
PARTS = st.integers(0, 30)
VERSIONS = st.builds(
    "{}{}.{}.{}{}".format,
    st.sampled_from(["", "v"]),
    PARTS,
    PARTS,
    PARTS,
    st.sampled_from(["", "-rc.1", "+a"]),
)


class TestSemverOperators(OperatorConformance):
    operators = levelmark_operators()


@pytest.fixture
def plugin_names() -> tuple[str, ...]:
    return ("semver",)


def test_the_registry_of_these_tests_holds_no_other_plugin(registry: Registry) -> None:
    assert [plugin.name for plugin in registry.plugins] == ["builtin", "semver"]


def _signs(evaluate: Evaluate, actual: object, value: str) -> set[str]:
    return {sign for sign in SIGNS if evaluate(f"semver{sign}", actual, value).truth.name == "TRUE"}


def test_versions_are_ordered_by_precedence(evaluate: Evaluate) -> None:
    for place, value in enumerate(ASCENDING):
        for lower in ASCENDING[:place]:
            assert _signs(evaluate, lower, value) == {"!=", "<", "<="}
            assert _signs(evaluate, value, lower) == {"!=", ">", ">="}


@pytest.mark.parametrize("same", ["1.2", "1.2.0", "v1.2", "v1.2.0", "1.2.0+build.7", "1.2+1"])
def test_spellings_of_one_version_are_equal(evaluate: Evaluate, same: str) -> None:
    assert _signs(evaluate, same, "1.2.0") == _signs(evaluate, "1.2.0", same) == {"=", "<=", ">="}


@pytest.mark.parametrize("actual", NO_VERSIONS)
def test_what_is_no_version_satisfies_nothing(evaluate: Evaluate, actual: str) -> None:
    assert _signs(evaluate, actual, "1.2.3") == set()


@pytest.mark.parametrize("actual", [1, 1.2, True, ["1.2.3"], {"version": "1.2.3"}])
def test_another_type_is_a_type_mismatch(evaluate: Evaluate, actual: object) -> None:
    for sign in SIGNS:
        found = evaluate(f"semver{sign}", actual, "1.2.3")
        assert (found.truth.name, found.reason) == ("FALSE", "type mismatch")


@pytest.mark.parametrize("actual", [UNSET, None])
def test_without_a_value_only_the_negation_is_true(evaluate: Evaluate, actual: object) -> None:
    truths = {sign: evaluate(f"semver{sign}", actual, "1.2.3").truth.name for sign in SIGNS}
    assert truths == dict.fromkeys(SIGNS, "MISSING") | {"!=": "TRUE"}


@pytest.mark.parametrize("value", NO_VERSIONS)
def test_a_rules_value_that_is_no_version_is_refused(evaluate: Evaluate, value: str) -> None:
    for one in levelmark_operators():
        assert not jsonschema_rs.is_valid(dict(one.value_schema or {}), value)
    found = evaluate("semver<", "1.2.3", value)
    assert found.truth.name == "ERROR"
    assert "is not a semantic version" in (found.reason or "")


@given(VERSIONS, VERSIONS)
@settings(deadline=None)
def test_every_two_versions_are_lower_equal_or_higher(left: str, right: str) -> None:
    tests = {one.name: one.prepare(right)(left) for one in levelmark_operators()}
    assert [tests["semver<"], tests["semver="], tests["semver>"]].count(True) == 1
    assert tests["semver<="] == (tests["semver<"] or tests["semver="])
    assert tests["semver>="] == (tests["semver>"] or tests["semver="])
    assert tests["semver!="] != tests["semver="]


@given(
    st.one_of(
        VERSIONS, st.from_regex(r"v?[0-9.]{1,8}(-[0-9a.]{1,4})?(\+[a.]{1,3})?", fullmatch=True), st.text()
    )
)
@settings(deadline=None)
def test_the_schema_allows_exactly_what_can_be_read(text: str) -> None:
    schema = dict(next(iter(levelmark_operators())).value_schema or {})
    assert jsonschema_rs.is_valid(schema, text) == (version(text) is not None)
