"""Queries of what is installed."""

import strawberry

from levelmark.graphql.queries.request import Request
from levelmark.graphql.types.plugin import Notifier, Operator, Plugin


@strawberry.type
class PluginQueries:
    """What can be read of what is installed."""

    @strawberry.field(description="The operators that conditions can use, in the order of their names.")
    def operators(self, info: Request) -> list[Operator]:
        """All operators."""
        registry = info.context.services.registry
        found = sorted(registry.operators.items())
        return [Operator.of(value, registry.provider(name)) for name, value in found]

    @strawberry.field(description="The notifiers that targets can use, in the order of their names.")
    def notifiers(self, info: Request) -> list[Notifier]:
        """All notifiers."""
        registry = info.context.services.registry
        found = sorted(registry.notifiers.items())
        return [Notifier.of(value, registry.notifier_provider(name)) for name, value in found]

    @strawberry.field(description="The installed plugins, those that could not be loaded included.")
    def plugins(self, info: Request) -> list[Plugin]:
        """All plugins."""
        return [Plugin.of(one) for one in info.context.services.registry.plugins]
