"""Judging an entity that is to be stored: by its blueprint, in the names in which it was sent."""

from collections.abc import Iterable

from levelmark.domain.entity import Entity, EntityInput
from levelmark.domain.issue import Issue
from levelmark.domain.naming import Naming
from levelmark.domain.system import extension
from levelmark.engine.translating import ToNames
from levelmark.engine.validation import EntityChecker
from levelmark.services.catalogue import Definitions


class Judge:
    """Judges entities; what it needs for a blueprint in which something was renamed is made once."""

    def __init__(self) -> None:
        self._made: dict[str, tuple[EntityChecker, Naming, EntityChecker]] = {}

    def issues(
        self, entity: Entity, sent: EntityInput, definitions: Definitions, naming: Naming
    ) -> Iterable[Issue]:
        """Everything wrong with the entity, in keys, as `sent`, in names, leaves it."""
        blueprint = definitions.blueprint.identifier
        renamed = naming.blueprints.name(blueprint) != blueprint
        if not renamed and naming.properties_of(blueprint).plain:
            return definitions.checker.issues(entity, sent)
        return self._checker(definitions, naming).issues(ToNames(naming).entity(entity), sent)

    def _checker(self, definitions: Definitions, naming: Naming) -> EntityChecker:
        blueprint = definitions.blueprint
        made = self._made.get(blueprint.identifier)
        if made is None or made[0] is not definitions.checker or made[1] is not naming:
            checker = EntityChecker(ToNames(naming).blueprint(extension(blueprint)))
            made = self._made[blueprint.identifier] = definitions.checker, naming, checker
        return made[2]
