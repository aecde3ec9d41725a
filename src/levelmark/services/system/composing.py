"""Composing: scorecards, rules and rule results as entities, out of what stands elsewhere."""

from collections.abc import Mapping
from urllib.parse import quote

from msgspec import Struct, to_builtins
from msgspec.structs import replace

from levelmark.domain.documents import to_document
from levelmark.domain.entity import Entity
from levelmark.domain.json import Json
from levelmark.domain.naming import Naming
from levelmark.domain.parts import joined
from levelmark.domain.score import Result, RuleResult
from levelmark.domain.scorecard import Rule, Scorecard
from levelmark.domain.system import LINK, NOT_PASSED, PASSED, PERCENTAGE, RULE, RULE_RESULT, SCORECARD
from levelmark.domain.tally import Tally
from levelmark.domain.versioned import Versioned
from levelmark.engine.translating import told_rule, told_scorecard


class ResultKind(Struct, frozen=True):
    """A rule of a scorecard as its results see it; all but the keys `rule` and `blueprint` is in names.

    `relation` is the key of the relation that leads to the evaluated entity, None where there is none.
    """

    scorecard: str
    rule: str
    blueprint: str
    name: str
    title: str
    derived: dict[str, Json]
    relation: str | None = None

    @property
    def rule_identifier(self) -> str:
        """The identifier of the rule's entity."""
        return joined(self.scorecard, self.name)

    def link(self, entity: str) -> str:
        """Where the evaluated entity is found."""
        return f"/entities/{quote(str(self.derived['blueprint']), safe='')}/{quote(entity, safe='')}"


def kinds_of(stored: Versioned[Scorecard], relations: Mapping[str, str], naming: Naming) -> list[ResultKind]:
    """The kinds of results that a scorecard has; `relations` are by the blueprint that they lead to."""
    told = told_scorecard(stored, naming)
    return [
        ResultKind(
            told.identifier,
            rule.identifier,
            stored.value.blueprint,
            shown.identifier,
            shown.title,
            {"level": shown.level, "scorecard": told.title, "blueprint": told.blueprint},
            relations.get(stored.value.blueprint),
        )
        for rule, shown in zip(stored.value.rules, told.rules, strict=True)
    ]


def scorecard_entity(stored: Versioned[Scorecard], naming: Naming) -> Entity:
    """A scorecard as an entity, without its counts."""
    told = told_scorecard(stored, naming)
    document = to_document(told)
    properties = {
        "blueprint": told.blueprint,
        "levels": to_builtins(told.levels),
        **({"filter": document["filter"]} if told.filter is not None else {}),
    }
    return _entity(SCORECARD, told.identifier, told.title, stored, properties)


def rule_entity(stored: Versioned[Scorecard], rule: Rule, naming: Naming) -> Entity:
    """A rule as an entity, without its counts."""
    told = told_rule(rule, stored.value, naming)
    properties: dict[str, Json] = {"level": told.level, "query": to_builtins(told.query)}
    if told.description is not None:
        properties["description"] = told.description
    card = stored.value.identifier
    one = _entity(RULE, joined(card, told.identifier), told.title, stored, properties)
    return replace(one, relations={"scorecard": card}, uid=f"{stored.uid}:{rule.identifier}")


def _entity(
    blueprint: str, identifier: str, title: str, stored: Versioned[Scorecard], properties: dict[str, Json]
) -> Entity:
    return Entity(
        blueprint,
        identifier,
        title,
        properties=properties,
        created_at=stored.created_at,
        updated_at=stored.updated_at,
        version=stored.version,
        uid=stored.uid,
    )


def result_entity(kind: ResultKind, entity: Entity, result: RuleResult) -> Entity:
    """A rule's result on an entity, as an entity."""
    relation = {} if kind.relation is None else {kind.relation: entity.identifier}
    return Entity(
        RULE_RESULT,
        joined(kind.scorecard, kind.name, entity.identifier),
        kind.title,
        team=entity.team,
        properties={
            "result": PASSED if result.result is Result.PASSED else NOT_PASSED,
            "entity": entity.identifier,
            "result_last_change": result.since,
        },
        relations={"rule": kind.rule_identifier, **relation},
        derived={**kind.derived, LINK: kind.link(entity.identifier)},
        created_at=result.since,
        updated_at=result.since,
        version=entity.version,
        uid=f"{entity.uid}:{kind.scorecard}:{kind.rule}",
    )


def with_counts(entity: Entity, tally: Tally, counted: str) -> Entity:
    """The entity of a scorecard or rule with its counts, which are named after what is `counted`."""
    counts: dict[str, Json] = {f"{counted}_tested": tally.tested, f"{counted}_passed": tally.passed}
    if tally.percentage is not None:
        counts[PERCENTAGE] = tally.percentage
    return replace(entity, derived={**entity.derived, **counts})


def with_own(entity: Entity, own: Entity | None) -> Entity:
    """The entity with what others have added; a result is of the teams of what it is about."""
    if own is None:
        return entity
    return replace(
        entity,
        icon=own.icon,
        team=entity.team if entity.blueprint == RULE_RESULT else own.team,
        properties={**own.properties, **entity.properties},
        relations={**own.relations, **entity.relations},
    )
