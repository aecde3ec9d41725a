"""Loading: every entry point of the group `levelmark`, each on its own, into one registry.

A plugin that cannot be loaded, or offers what cannot be used, is listed with its error and otherwise left
out. Two plugins with one name, or two operators or notifiers with one name, are an error that names both.
"""

import logging
from collections.abc import Iterable, Iterator
from importlib.metadata import EntryPoint, entry_points
from types import MappingProxyType
from typing import Any, Final, TypeVar

import pluggy
from msgspec import Struct
from msgspec.structs import replace

from levelmark.domain.failure import failure_text
from levelmark.domain.notifier import Notifier
from levelmark.domain.operator import Operator
from levelmark.plugins import hookspecs
from levelmark.plugins.checking import UnusablePluginError, check_values
from levelmark.plugins.registry import Plugin, PluginConflictError, Registry

log = logging.getLogger(__name__)

HOST: Final = "levelmark"
"""The distribution whose operators are trusted and may be inlined: our own."""


class _Offer(Struct, frozen=True):
    operators: tuple[Operator, ...]
    notifiers: tuple[Notifier, ...]


_Value = TypeVar("_Value", Operator, Notifier)


def load_registry(points: Iterable[EntryPoint] | None = None) -> Registry:
    """The registry of all installed plugins; raises PluginConflictError where two share a name."""
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    found = list(entry_points(group=hookspecs.PROJECT) if points is None else points)
    _refuse_namesakes(found)
    offers = [_load(manager, point) for point in sorted(found, key=_host_first)]
    return Registry(
        MappingProxyType(_by_name("operator", [(plugin, offer.operators) for plugin, offer in offers])),
        MappingProxyType(_by_name("notifier", [(plugin, offer.notifiers) for plugin, offer in offers])),
        tuple(plugin for plugin, _ in offers),
    )


def _host_first(point: EntryPoint) -> tuple[bool, str]:
    return _distribution(point)[0] != HOST, point.name


def _distribution(point: EntryPoint) -> tuple[str, str]:
    if point.dist is None:
        return "unknown", ""
    return point.dist.name or "unknown", point.dist.version or "?"  # a damaged installation has neither


def _refuse_namesakes(points: Iterable[EntryPoint]) -> None:
    owners: dict[str, str] = {}
    for point in points:
        owner = " ".join(_distribution(point))
        other = owners.setdefault(point.name, owner)
        if other != owner:
            raise PluginConflictError(
                f"two plugins are named `{point.name}`: one from {other}, one from {owner}; uninstall one"
            )


def _load(manager: pluggy.PluginManager, point: EntryPoint) -> tuple[Plugin, _Offer]:
    distribution, version = _distribution(point)
    plugin = Plugin(point.name, distribution, version)
    try:
        offer = _offer(manager, point, trusted=distribution == HOST)
    except BaseException as error:  # noqa: BLE001 - a plugin's import may raise anything, SystemExit included
        failure = failure_text(error)
        log.warning("plugin %s is left out: %s", plugin.origin, failure)
        return replace(plugin, error=failure), _Offer((), ())
    names = [tuple(value.name for value in values) for values in (offer.operators, offer.notifiers)]
    return replace(plugin, operators=names[0], notifiers=names[1]), offer


def _offer(manager: pluggy.PluginManager, point: EntryPoint, *, trusted: bool) -> _Offer:
    module = point.load()
    manager.register(module, name=point.name)
    _refuse_mistaken_hooks(manager, module)
    others = [other for other in manager.get_plugins() if other is not module]
    operators = _called(manager.subset_hook_caller("levelmark_operators", others), Operator)
    notifiers = _called(manager.subset_hook_caller("levelmark_notifiers", others), Notifier)
    return _Offer(operators if trusted else tuple(map(_untrusted, operators)), notifiers)


def _untrusted(operator: Operator) -> Operator:
    return replace(operator, trusted=False, source=None)


def _refuse_mistaken_hooks(manager: pluggy.PluginManager, module: object) -> None:
    known = {name for name in vars(hookspecs) if name.startswith("levelmark_")}
    for name in dir(module):
        options = manager.parse_hookimpl_opts(module, name)
        if options is None and name in known:
            raise UnusablePluginError(f"`{name}` is not marked with `@hookimpl`")
        if options is not None and (options.get("specname") or name) not in known:
            raise UnusablePluginError(f"there is no hook `{name}`; the hooks are {', '.join(sorted(known))}")


def _called(caller: pluggy.HookCaller, kind: type[_Value]) -> tuple[_Value, ...]:
    values: list[Any] = [value for values in caller() for value in values]
    check_values(caller.name, kind, values)
    return tuple(values)


def _by_name(kind: str, offers: Iterable[tuple[Plugin, tuple[_Value, ...]]]) -> dict[str, _Value]:
    owners: dict[str, Plugin] = {}
    values: dict[str, _Value] = {}
    for plugin, value in _pairs(offers):
        if value.name in owners:
            raise PluginConflictError(
                f"two plugins offer the {kind} `{value.name}`: "
                f"{owners[value.name].origin} and {plugin.origin}; "
                "uninstall one"
            )
        owners[value.name], values[value.name] = plugin, value
    return values


def _pairs(offers: Iterable[tuple[Plugin, tuple[_Value, ...]]]) -> Iterator[tuple[Plugin, _Value]]:
    return ((plugin, value) for plugin, values in offers for value in values)
