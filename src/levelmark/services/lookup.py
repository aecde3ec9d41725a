"""Looking up: what callers name is found; what there is not is answered with what was probably meant."""

from collections.abc import Iterable

from levelmark.domain.errors import InvalidInputError, NotFoundError
from levelmark.domain.nearest import nearest
from levelmark.domain.scorecard import Scorecard
from levelmark.services.catalogue import Catalogue, Definitions
from levelmark.storage import Storage


class Lookup:
    """Finds blueprints, and what belongs to them, by their names."""

    def __init__(self, storage: Storage, catalogue: Catalogue) -> None:
        self._definitions = storage.definitions
        self._catalogue = catalogue

    async def blueprint(self, name: str) -> Definitions:
        """The definitions of a blueprint; raises NotFoundError where there is none of that name."""
        (found,) = await self.blueprints([name])
        return found

    async def blueprints(self, names: Iterable[str]) -> list[Definitions]:
        """The definitions of these blueprints; raises NotFoundError where one of them does not exist."""
        wanted = list(names)
        found = await self._catalogue.current(wanted)
        unknown = next((name for name in wanted if name not in found), None)
        if unknown is None:
            return [found[name] for name in wanted]
        existing = [one.value.identifier for one in await self._definitions.blueprints()]
        raise NotFoundError(f"there is no blueprint `{unknown:.100}`{meant(unknown, existing)}")


def known_property(definitions: Definitions, name: str) -> str:
    """The name, if the blueprint has such a property; raises InvalidInputError where it has none."""
    blueprint = definitions.blueprint
    if name in blueprint.names:
        return name
    told = f"blueprint `{blueprint.identifier}` has no property `{name:.100}`"
    raise InvalidInputError(told + meant(name, blueprint.names))


def known_relation(definitions: Definitions, name: str) -> str:
    """The name, if the blueprint has such a relation; raises InvalidInputError where it has none."""
    blueprint = definitions.blueprint
    if name in blueprint.relations:
        return name
    told = f"blueprint `{blueprint.identifier}` has no relation `{name:.100}`"
    raise InvalidInputError(told + meant(name, blueprint.relations))


def known_scorecard(definitions: Definitions, name: str) -> Scorecard:
    """The scorecard of that name, if the blueprint has one; raises NotFoundError where it has none."""
    scorecards = {one.value.identifier: one.value for one in definitions.scorecards}
    if name in scorecards:
        return scorecards[name]
    blueprint = definitions.blueprint.identifier
    raise NotFoundError(f"blueprint `{blueprint}` has no scorecard `{name:.100}`{meant(name, scorecards)}")


def meant(name: str, names: Iterable[str]) -> str:
    """The suggestion that a message ends with, empty where no name is near."""
    near = nearest(name, names)
    return f" (did you mean `{near}`?)" if near else ""
