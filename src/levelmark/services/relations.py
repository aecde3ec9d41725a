"""Relations between blueprints: which lead where, and what is nothing without the blueprint that it uses."""

from collections.abc import Mapping

from levelmark.domain.blueprint import Blueprint
from levelmark.domain.issue import Issue
from levelmark.domain.naming import UNNAMED, Naming
from levelmark.domain.operator import Operator
from levelmark.domain.system import ADDED
from levelmark.engine.model import Model
from levelmark.engine.translating import told_blueprint
from levelmark.storage import Storage


def relations_to(blueprint: Blueprint, target: str) -> tuple[str, ...]:
    """The relations of a blueprint that lead to the one of that identifier, which may be its own."""
    return tuple(name for name, one in blueprint.relations.items() if one.target == target)


def _chosen_to(blueprint: Blueprint, target: str) -> tuple[str, ...]:
    """The same without those that the server has added itself: these go with their target."""
    names = relations_to(blueprint, target)
    return tuple(name for name in names if blueprint.relations[name].description != ADDED)


async def uses_of(
    storage: Storage, operators: Mapping[str, Operator], blueprint: str, naming: Naming = UNNAMED
) -> tuple[Issue, ...]:
    """What other blueprints have that is nothing without this one: a warning for each.

    Relations that lead to it, and derived properties that would have no data. The blueprint is told by its
    key; the issues speak in names.
    """
    stored = [told_blueprint(one, naming) for one in await storage.definitions.blueprints()]
    called = naming.blueprints.name(blueprint)
    others = [one for one in stored if one.identifier != called]
    before, after = Model(stored, operators), Model(others, operators)
    uses = [
        *((one.identifier, f"its relation `{name}` leads to `{called}`")
          for one in others for name in _chosen_to(one, called)),
        *((owner, f"its property `{name}` is derived through `{called}`")
          for owner, name in after.flaws if (owner, name) not in before.flaws),
    ]  # fmt: skip
    return tuple(Issue.warning((), "STILL_USED", f"blueprint `{owner}`: {use}") for owner, use in uses)
