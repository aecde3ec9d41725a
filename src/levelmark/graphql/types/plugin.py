"""The types Operator, Notifier and Plugin: what extends the server."""

from typing import Self

import strawberry

from levelmark.domain import notifier, operator
from levelmark.graphql.scalars import JSON
from levelmark.graphql.types.enums import Verdict
from levelmark.plugins import registry


@strawberry.type(description="An entry point of an installed distribution, and what it adds.")
class Plugin:
    """A view of `levelmark.plugins.Plugin`."""

    name: str = strawberry.field(description="What the entry point is called.")
    distribution: str = strawberry.field(description="The installed package that it comes from.")
    version: str = strawberry.field(description="The version of that package.")
    operator_names: list[str] = strawberry.field(description="The operators that it adds.")
    notifier_names: list[str] = strawberry.field(description="The notifiers that it adds.")
    error: str | None = strawberry.field(
        description="Why it could not be loaded; it then adds nothing, and the server runs without it."
    )

    @classmethod
    def of(cls, plugin: registry.Plugin) -> Self:
        """The view of a plugin."""
        return cls(
            name=plugin.name,
            distribution=plugin.distribution,
            version=plugin.version,
            operator_names=list(plugin.operators),
            notifier_names=list(plugin.notifiers),
            error=plugin.error,
        )


@strawberry.type(description="A case that shows what an operator does.")
class OperatorExample:
    """A view of `levelmark.domain.operator.Example`."""

    actual: JSON | None = strawberry.field(description="The entity's value.")
    value: JSON | None = strawberry.field(description="The rule's value.")
    verdict: bool = strawberry.field(description="What the operator says.")
    now: str | None = strawberry.field(
        description="The instant at which it says so; null where the time does not matter."
    )


@strawberry.type(description="How a condition tests a value.")
class Operator:
    """A view of `levelmark.domain.operator.Operator`."""

    name: str = strawberry.field(description="What conditions call it.")
    description: str = strawberry.field(description="What it says, in a sentence.")
    types: list[str] = strawberry.field(description="The property types that it takes: `String`, `Number` …")
    value_schema: JSON | None = strawberry.field(
        description="The JSON Schema of the rule's value; null where there is no value."
    )
    timed: bool = strawberry.field(
        description="Whether its verdict depends on the time, so that results change by themselves."
    )
    missing: Verdict = strawberry.field(description="What it says of a property that is absent or null.")
    examples: list[OperatorExample] = strawberry.field(description="Cases that show what it does.")
    plugin: Plugin | None = strawberry.field(description="The plugin that it comes from.")

    @classmethod
    def of(cls, value: operator.Operator, provider: registry.Plugin | None) -> Self:
        """The view of an operator."""
        return cls(
            name=value.name,
            description=value.description,
            types=sorted(value.types),
            value_schema=None if value.value_schema is None else JSON(dict(value.value_schema)),
            timed=value.timed is not None,
            missing=Verdict[value.missing.name],
            examples=[
                OperatorExample(actual=one.actual, value=one.value, verdict=one.verdict, now=one.now)
                for one in value.examples
            ],
            plugin=Plugin.of(provider) if provider else None,
        )


@strawberry.type(description="A way to tell the world of level changes.")
class Notifier:
    """A view of `levelmark.domain.notifier.Notifier`."""

    name: str = strawberry.field(description="What targets call it.")
    description: str = strawberry.field(description="What it does, in a sentence.")
    configuration_schema: JSON = strawberry.field(description="The JSON Schema of its configuration.")
    plugin: Plugin | None = strawberry.field(description="The plugin that it comes from.")

    @classmethod
    def of(cls, value: notifier.Notifier, provider: registry.Plugin | None) -> Self:
        """The view of a notifier."""
        return cls(
            name=value.name,
            description=value.description,
            configuration_schema=JSON(dict(value.configuration_schema)),
            plugin=Plugin.of(provider) if provider else None,
        )
