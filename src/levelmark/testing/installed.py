"""What is installed: the plugins whose entry points the server would load."""

from importlib.metadata import entry_points

from levelmark.domain.issue import nearest
from levelmark.domain.operator import Operator
from levelmark.plugins.hookspecs import PROJECT
from levelmark.plugins.loading import HOST, load_registry
from levelmark.plugins.registry import Registry


def registry_of(*names: str) -> Registry:
    """A fresh registry of the built-in operators and the plugins whose entry points have these names.

    LookupError where one is not installed or cannot be loaded.
    """
    points = [
        point
        for point in entry_points(group=PROJECT)
        if point.name in names or (point.dist is not None and point.dist.name == HOST)
    ]
    absent = {*names} - {point.name for point in points}
    if absent:
        raise LookupError(f"no installed distribution has the entry point {_listed(absent)} in `[{PROJECT}]`")
    registry = load_registry(points)
    for plugin in registry.plugins:
        if plugin.error:
            raise LookupError(f"the plugin {plugin.origin} cannot be loaded: {plugin.error}")
    return registry


def installed_operator(name: str) -> Operator:
    """The operator as the server would get it; LookupError where no installed plugin offers it."""
    registry = load_registry()
    if name in registry.operators:
        return registry.operators[name]
    errors = "".join(f"; {one.origin} was left out: {one.error}" for one in registry.plugins if one.error)
    hint = nearest(name, registry.operators)
    raise LookupError(
        f"no installed plugin offers the operator `{name}`{f' (`{hint}` is there)' if hint else ''}{errors}"
    )


def _listed(names: set[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))
