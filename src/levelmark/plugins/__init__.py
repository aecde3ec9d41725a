"""What a plugin is written with: the hook marker and the values that hooks return."""

from levelmark.domain.issue import Issue, Path
from levelmark.domain.json import Json, JsonType
from levelmark.domain.notifier import Notification, Notifier
from levelmark.domain.operator import Example, Missing, Operator, Test, TimedTest
from levelmark.plugins.hookspecs import hookimpl
from levelmark.plugins.registry import Plugin, PluginConflictError, Registry

__all__ = [
    "Example",
    "Issue",
    "Json",
    "JsonType",
    "Missing",
    "Notification",
    "Notifier",
    "Operator",
    "Path",
    "Plugin",
    "PluginConflictError",
    "Registry",
    "Test",
    "TimedTest",
    "hookimpl",
]
