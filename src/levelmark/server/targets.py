"""Targets of notifications, checked against the installed notifiers before the server starts."""

from collections.abc import Iterable

from levelmark.domain.issue import nearest
from levelmark.engine.validation.shape import Shape
from levelmark.plugins import Registry
from levelmark.server.errors import CommandError
from levelmark.services.notifications import Target


def check_targets(targets: Iterable[Target], registry: Registry) -> None:
    """Raises CommandError where a target names no installed notifier or its configuration does not fit."""
    for index, target in enumerate(targets):
        notifier = registry.notifiers.get(target.notifier)
        if notifier is None:
            hint = nearest(target.notifier, registry.notifiers)
            meant = f"; did you mean `{hint}`?" if hint else "; install the plugin that has it"
            raise CommandError(f"notifications[{index}]: there is no notifier `{target.notifier}`{meant}")
        path = ("notifications", index, "configuration")
        issues = list(Shape(notifier.configuration_schema).issues(target.configuration, path))
        if issues:
            raise CommandError("; ".join(f"{issue.path}: {issue.message}" for issue in issues))
