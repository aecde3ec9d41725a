"""Looking up: what callers name is found; what there is not is answered with what was probably meant."""

from collections.abc import Iterable

from levelmark.domain.blueprint import Blueprint
from levelmark.domain.errors import InvalidInputError, NotFoundError
from levelmark.domain.naming import UNNAMED, Naming
from levelmark.domain.nearest import nearest
from levelmark.domain.scorecard import Scorecard
from levelmark.services.catalogue import Catalogue, Definitions
from levelmark.storage import Storage


class Lookup:
    """Finds blueprints, and what belongs to them, by their names."""

    def __init__(self, storage: Storage, catalogue: Catalogue) -> None:
        self._definitions = storage.definitions
        self._catalogue = catalogue

    async def blueprint(self, key: str, naming: Naming = UNNAMED) -> Definitions:
        """The definitions of a blueprint; raises NotFoundError where there is none of that key."""
        (found,) = await self.blueprints([key], naming)
        return found

    async def blueprints(self, keys: Iterable[str], naming: Naming = UNNAMED) -> list[Definitions]:
        """The definitions of these blueprints; raises NotFoundError where one of them does not exist."""
        wanted = list(keys)
        found = await self._catalogue.current(wanted)
        missing = next((key for key in wanted if key not in found), None)
        if missing is None:
            return [found[key] for key in wanted]
        unknown, existing = (
            naming.blueprints.name(missing),
            [one.name for one in await self._definitions.blueprints()],
        )
        raise NotFoundError(f"there is no blueprint `{unknown:.100}`{meant(unknown, existing)}")


def known_property(definitions: Definitions, key: str, naming: Naming = UNNAMED) -> str:
    """The key, if the blueprint has such a property; raises InvalidInputError where it has none."""
    if key in definitions.blueprint.names:
        return key
    raise _unknown(definitions.blueprint, "property", key, definitions.blueprint.names, naming)


def known_relation(definitions: Definitions, key: str, naming: Naming = UNNAMED) -> str:
    """The key, if the blueprint has such a relation; raises InvalidInputError where it has none."""
    if key in definitions.blueprint.relations:
        return key
    raise _unknown(definitions.blueprint, "relation", key, definitions.blueprint.relations, naming)


def _unknown(
    blueprint: Blueprint, kind: str, key: str, keys: Iterable[str], naming: Naming
) -> InvalidInputError:
    names, owner = naming.properties_of(blueprint.identifier), naming.blueprints.name(blueprint.identifier)
    name, known = names.name(key), [names.name(one) for one in keys]
    return InvalidInputError(f"blueprint `{owner}` has no {kind} `{name:.100}`{meant(name, known)}")


def known_scorecard(definitions: Definitions, name: str, naming: Naming = UNNAMED) -> Scorecard:
    """The scorecard of that name, if the blueprint has one; raises NotFoundError where it has none."""
    scorecards = {one.value.identifier: one.value for one in definitions.scorecards}
    if name in scorecards:
        return scorecards[name]
    blueprint = naming.blueprints.name(definitions.blueprint.identifier)
    raise NotFoundError(f"blueprint `{blueprint}` has no scorecard `{name:.100}`{meant(name, scorecards)}")


def meant(name: str, names: Iterable[str]) -> str:
    """The suggestion that a message ends with, empty where no name is near."""
    near = nearest(name, names)
    return f" (did you mean `{near}`?)" if near else ""
