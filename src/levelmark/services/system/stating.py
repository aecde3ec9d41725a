"""Stating: a scorecard, a rule or a rule result as the entity that it is, from where it is kept.

What the server keeps stands in names, as people read it; what others have added stands under keys, as in any
entity. Figures over many results are no part of it: whoever wants them asks for them.
"""

from collections.abc import Mapping
from typing import TypeVar
from urllib.parse import quote

from msgspec import Struct
from msgspec.structs import replace

from levelmark.domain.documents import to_document
from levelmark.domain.entity import Entity
from levelmark.domain.json import Json
from levelmark.domain.parts import joined
from levelmark.domain.score import Result, RuleResult
from levelmark.domain.scorecard import Rule, Scorecard
from levelmark.domain.system import LINK, NOT_PASSED, PASSED, RULE, RULE_RESULT, SCORECARD
from levelmark.domain.versioned import Versioned

Value = TypeVar("Value")


class Card(Struct, frozen=True):
    """A scorecard as it is stored, in keys, and as it is `told`, in names: rule by rule, level by level."""

    stored: Versioned[Scorecard]
    told: Scorecard

    @property
    def rules(self) -> dict[str, Rule]:
        """The rules as they are told, by their keys."""
        pairs = zip(self.stored.value.rules, self.told.rules, strict=True)
        return {stored.identifier: told for stored, told in pairs}

    def key(self, rule: str) -> str | None:
        """The key of the rule of that name, None where there is none."""
        return next((key for key, told in self.rules.items() if told.identifier == rule), None)


def scorecard_entity(card: Card) -> Entity:
    """The scorecard as an entity of `_scorecard`."""
    told, stored = card.told, card.stored
    properties: dict[str, Json] = {
        "blueprint": told.blueprint,
        "levels": [{"title": level.title, "color": level.color} for level in told.levels],
    }
    if told.filter is not None:
        properties["filter"] = to_document(told.filter)
    return Entity(
        SCORECARD,
        told.identifier,
        told.title,
        properties=properties,
        created_at=stored.created_at,
        updated_at=stored.updated_at,
        version=stored.version,
        uid=stored.uid,
    )


def rule_entity(card: Card, key: str) -> Entity:
    """The rule of that key as an entity of `_rule`."""
    rule, stored = card.rules[key], card.stored
    properties: dict[str, Json] = {"level": rule.level, "query": to_document(rule.query)}
    if rule.description is not None:
        properties["description"] = rule.description
    return Entity(
        RULE,
        joined(card.told.identifier, rule.identifier),
        rule.title,
        properties=properties,
        relations={"scorecard": card.told.identifier},
        created_at=stored.created_at,
        updated_at=stored.updated_at,
        version=stored.version,
        uid=f"{stored.uid}/{key}",
    )


def result_entity(card: Card, key: str, of: Entity, result: RuleResult, relation: str | None) -> Entity:
    """What became of the rule of that key on an entity, as an entity of `_rule_result`.

    `relation` is the one that leads to the entity.
    """
    rule, told = card.rules[key], card.told
    to_entity = {} if relation is None else {relation: of.identifier}
    derived = {"level": rule.level, "scorecard": told.title, "blueprint": told.blueprint}
    return Entity(
        RULE_RESULT,
        joined(told.identifier, rule.identifier, of.identifier),
        rule.title,
        team=of.team,
        properties={
            "result": PASSED if result.result is Result.PASSED else NOT_PASSED,
            "entity": of.identifier,
            "result_last_change": result.since,
        },
        relations={"rule": joined(told.identifier, rule.identifier), **to_entity},
        derived={**derived, LINK: link_to(told.blueprint, of.identifier)},
        created_at=result.since,
        updated_at=result.since,
        version=of.version,
        uid=f"{of.uid}/{told.identifier}/{key}",
    )


def link_to(blueprint: str, entity: str) -> str:
    """Where an entity is shown, seen from the root of whatever shows entities.

    >>> link_to("service", "a/b")
    '/entities/service/a%2Fb'
    """
    return f"/entities/{quote(blueprint, safe='')}/{quote(entity, safe='')}"


def with_own(core: Entity, own: Entity | None) -> Entity:
    """The entity with what others have added to it; what the server keeps stays as it is."""
    if own is None:
        return core
    return replace(
        core,
        icon=own.icon,
        team=core.team if core.blueprint == RULE_RESULT else own.team,
        properties={**core.properties, **_others(own.properties, core.properties)},
        relations={**core.relations, **_others(own.relations, core.relations)},
    )


def _others(fields: Mapping[str, Value], core: Mapping[str, object]) -> dict[str, Value]:
    return {key: value for key, value in fields.items() if key not in core}
