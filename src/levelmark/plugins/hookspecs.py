"""The hooks: what a plugin may offer. A hook only registers values; the server does the calling."""

from collections.abc import Iterable
from typing import Final

import pluggy

from levelmark.domain.notifier import Notifier
from levelmark.domain.operator import Operator

PROJECT: Final = "levelmark"
"""The pluggy project, and the group of entry points that plugins stand in."""

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)
"""Marks a function of a plugin's module as the implementation of the hook of that name."""


@hookspec
def levelmark_operators() -> Iterable[Operator]:  # type: ignore[empty-body]  # a specification has no body
    """The operators that the plugin adds; called once, when the server starts.

    A name that another plugin has taken stops the start, with both named.

    >>> from levelmark.plugins import Example, JsonType, Operator, hookimpl
    >>> @hookimpl
    ... def levelmark_operators():
    ...     yield Operator(
    ...         name="divisibleBy",
    ...         description="The number is a multiple of the rule's.",
    ...         types=frozenset({JsonType.NUMBER}),
    ...         value_schema={"type": "integer", "minimum": 1},
    ...         prepare=lambda value: lambda actual: actual % value == 0,
    ...         examples=(Example(actual=9, value=3, verdict=True),),
    ...     )
    >>> [operator.name for operator in levelmark_operators()]
    ['divisibleBy']
    """


@hookspec
def levelmark_notifiers() -> Iterable[Notifier]:  # type: ignore[empty-body]  # a specification has no body
    """The notifiers that the plugin adds; called once, when the server starts.

    A name that another plugin has taken stops the start, with both named.

    >>> from levelmark.plugins import Notifier, hookimpl
    >>> async def show(notification, configuration):
    ...     print(configuration["prefix"], notification.entity, notification.after)
    >>> @hookimpl
    ... def levelmark_notifiers():
    ...     yield Notifier(
    ...         name="console",
    ...         description="Prints a line.",
    ...         configuration_schema={"type": "object", "required": ["prefix"]},
    ...         notify=show,
    ...     )
    >>> [notifier.name for notifier in levelmark_notifiers()]
    ['console']
    """
