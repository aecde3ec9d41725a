"""Told: what is stored, as people read it; where nothing was renamed, it is what is stored itself."""

from levelmark.domain.blueprint import Blueprint
from levelmark.domain.entity import Entity
from levelmark.domain.naming import MARK, Naming
from levelmark.domain.scorecard import Rule, Scorecard
from levelmark.domain.versioned import Versioned
from levelmark.engine.translating.directions import ToNames


def told_blueprint(stored: Versioned[Blueprint], naming: Naming) -> Blueprint:
    """A stored blueprint as people read it."""
    if naming.plain and stored.names.plain:
        return stored.value
    return ToNames(naming.around(stored.value)).blueprint(stored.value)


def told_scorecard(stored: Versioned[Scorecard], naming: Naming) -> Scorecard:
    """A stored scorecard as people read it."""
    if naming.plain and stored.names.plain:
        return stored.value
    return ToNames(naming).scorecard(stored.value)


def told_rule(rule: Rule, scorecard: Scorecard, naming: Naming) -> Rule:
    """A rule of a stored scorecard as people read it."""
    if naming.plain and MARK not in rule.identifier + rule.level:
        return rule
    return ToNames(naming).rule(rule, scorecard.identifier, scorecard.blueprint)


def told_entity(entity: Entity, naming: Naming) -> Entity:
    """A stored entity as people read it; its scores stay as they are."""
    blueprint = entity.blueprint
    plain = naming.properties_of(blueprint).plain and naming.blueprints.name(blueprint) == blueprint
    if plain and MARK not in "".join(entity.properties):  # what came after the naming does not show
        return entity
    return ToNames(naming).entity(entity)
