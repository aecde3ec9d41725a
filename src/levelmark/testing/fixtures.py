"""Fixtures for pytest; one line in your `conftest.py` or test module brings them in.

    pytest_plugins = ("levelmark.testing.fixtures",)

They are no automatic plugin: who merely has Levelmark installed should not find them among their own.

PYTEST_DONT_REWRITE: nothing is asserted here, and a test module may import `Evaluate` before pytest does.
"""

from collections.abc import Mapping
from typing import Protocol

import pytest
from msgspec import UNSET, UnsetType

from levelmark.domain.json import Json
from levelmark.engine.probe import Verdict
from levelmark.plugins.registry import Registry
from levelmark.testing.conditions import NOW, verdict
from levelmark.testing.installed import registry_of


class Evaluate(Protocol):
    """`evaluate("<", 3, 5).truth`: what that operator says of an entity's and a rule's value."""

    def __call__(
        self,
        operator: str,
        actual: Json | UnsetType,
        value: Json | UnsetType = UNSET,
        *,
        schema: Mapping[str, Json] | None = None,
        now: str = NOW,
    ) -> Verdict:
        """The verdict; UNSET as `actual` is no value, `schema` the property's own, `now` the present."""


@pytest.fixture
def plugin_names() -> tuple[str, ...]:
    """Names of the entry points that `registry` loads beside the built-in operators: override it."""
    return ()


@pytest.fixture
def registry(plugin_names: tuple[str, ...]) -> Registry:
    """A fresh registry of the built-in operators and the plugins of `plugin_names`, and of no others."""
    return registry_of(*plugin_names)


@pytest.fixture
def evaluate(registry: Registry) -> Evaluate:
    """Evaluates a condition with the operators of `registry`."""

    def evaluate(
        operator: str,
        actual: Json | UnsetType,
        value: Json | UnsetType = UNSET,
        *,
        schema: Mapping[str, Json] | None = None,
        now: str = NOW,
    ) -> Verdict:
        return verdict(registry.operators[operator], actual, value, schema=schema, now=now)

    return evaluate
