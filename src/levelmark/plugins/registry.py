"""The registry: every operator and notifier by name, and whose it is."""

from collections.abc import Mapping
from types import MappingProxyType

from msgspec import Struct, field

from levelmark.domain.notifier import Notifier
from levelmark.domain.operator import Operator


class Plugin(Struct, frozen=True):
    """An entry point of a distribution: what it added, or the `error` because of which it added nothing."""

    name: str
    distribution: str
    version: str
    operators: tuple[str, ...] = ()
    notifiers: tuple[str, ...] = ()
    error: str | None = None

    @property
    def origin(self) -> str:
        """How the plugin is named to people: its name, its distribution and that one's version."""
        return f"`{self.name}` ({self.distribution} {self.version})"


class PluginConflictError(Exception):
    """Two plugins claim one name; the text names both. The server does not start."""


class Registry(Struct, frozen=True):
    """What the installed plugins offer, as they were when the server started."""

    operators: Mapping[str, Operator] = field(default_factory=lambda: MappingProxyType({}))
    notifiers: Mapping[str, Notifier] = field(default_factory=lambda: MappingProxyType({}))
    plugins: tuple[Plugin, ...] = ()

    def provider(self, operator: str) -> Plugin | None:
        """The plugin that the operator comes from."""
        return next((plugin for plugin in self.plugins if operator in plugin.operators), None)

    def notifier_provider(self, notifier: str) -> Plugin | None:
        """The plugin that the notifier comes from."""
        return next((plugin for plugin in self.plugins if notifier in plugin.notifiers), None)
