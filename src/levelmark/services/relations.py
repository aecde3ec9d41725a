"""Relations between blueprints: which lead where, and what is nothing without the blueprint that it uses."""

from collections.abc import Iterator, Mapping
from typing import Any

from levelmark.domain.blueprint import Blueprint
from levelmark.domain.issue import Issue
from levelmark.domain.naming import UNNAMED, Naming
from levelmark.engine.translating import told_blueprint
from levelmark.storage import Storage


def relations_to(blueprint: Blueprint, target: str) -> tuple[str, ...]:
    """The relations of a blueprint that lead to the one of that identifier, which may be its own."""
    return tuple(name for name, one in blueprint.relations.items() if one.target == target)


async def uses_of(storage: Storage, blueprint: str, naming: Naming = UNNAMED) -> tuple[Issue, ...]:
    """What other blueprints have that is nothing without this one: a warning for each.

    Relations that lead to it, mirror properties that read through it, aggregations of its entities. The
    blueprint is told by its key; the issues speak in names.
    """
    stored = [told_blueprint(one, naming) for one in await storage.definitions.blueprints()]
    every = {one.identifier: one for one in stored}
    called = naming.blueprints.name(blueprint)
    others = [one for name, one in every.items() if name != called]
    return tuple(
        Issue.warning((), "STILL_USED", f"blueprint `{one.identifier}`: {use}")
        for one in others
        for use in _uses(one, called, every)
    )


def _uses(blueprint: Blueprint, used: str, every: Mapping[str, Blueprint]) -> Iterator[str]:
    for name in relations_to(blueprint, used):
        yield f"its relation `{name}` leads to `{used}`"
    for name, mirror in blueprint.mirror_properties.items():
        if used in _reads(blueprint, mirror, every):
            yield f"its mirror property `{name}` reads through `{used}`"
    for name, aggregation in blueprint.aggregation_properties.items():
        if isinstance(aggregation, dict) and aggregation.get("target") == used:
            yield f"its aggregation property `{name}` is about entities of `{used}`"


def _reads(blueprint: Blueprint, mirror: Any, every: Mapping[str, Blueprint]) -> Iterator[str]:
    """The blueprints that a mirror property's path comes by."""
    path = mirror.get("path") if isinstance(mirror, dict) else None
    at: Blueprint | None = blueprint
    for step in path.split(".") if isinstance(path, str) else ():
        relation = at.relations.get(step) if at else None
        if relation is None:
            return
        yield relation.target
        at = every.get(relation.target)
