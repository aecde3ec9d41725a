"""A plan: what a question comes to for the entities of one blueprint."""

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from levelmark.domain.errors import NotFoundError
from levelmark.domain.naming import Naming
from levelmark.domain.scorecard import Rule, Scorecard
from levelmark.services.catalogue import Definitions
from levelmark.services.lookup import known_property, known_relation, meant
from levelmark.services.readers import (
    IDENTIFIER,
    NOTHING,
    TEAM,
    Reader,
    constant,
    property_reader,
    relation_reader,
)
from levelmark.services.rollups.question import OF_SCORECARD, Dimension, Kind, Rollup
from levelmark.services.scored import Scored
from levelmark.storage.tallies import Grain, ScorePart, Tallying

_OF_SCORE = {
    Kind.SCORECARD: (ScorePart.SCORECARD,),
    Kind.RULE: (ScorePart.SCORECARD, ScorePart.RULE),
    Kind.LEVEL: (ScorePart.SCORECARD, ScorePart.LEVEL),
    Kind.RULE_LEVEL: (ScorePart.SCORECARD, ScorePart.RULE_LEVEL),
}


class Plan(Struct, frozen=True):
    """How the results of a blueprint's entities are counted; `parts` are those of a group's key."""

    scored: Scored
    parts: tuple[Reader | ScorePart, ...]
    tallying: Tallying


def plans_of(rollup: Rollup, blueprints: Sequence[Scored], naming: Naming) -> list[Plan]:
    """The plans for those of the blueprints that have results to be counted.

    Raises NotFoundError where there is no such scorecard or rule, InvalidInputError where no blueprint has
    the property or relation that is asked for.
    """
    _check_scorecards(rollup, blueprints)
    counted = {one.identifier: _rules(rollup, one.scorecards) for one in blueprints}
    _check_rules(rollup, counted, blueprints)
    concerned = [one for one in blueprints if counted[one.identifier]]
    _check_names(rollup, concerned, naming)
    levels = _has_levels(rollup, sum(map(len, counted.values())))
    return [_plan(rollup, one, counted[one.identifier], naming, levels) for one in concerned]


Rules = dict[str, dict[str, str]]


def _rules(rollup: Rollup, cards: Sequence[Scorecard]) -> Rules:
    """The rules that count, each with its level, by scorecard."""
    wanted = [one for one in cards if rollup.scorecards is None or one.identifier in rollup.scorecards]
    found = {
        one.identifier: {rule.identifier: rule.level for rule in one.rules if _counts(rule, one, rollup)}
        for one in wanted
    }
    return found if rollup.rules is None else {card: rules for card, rules in found.items() if rules}


def _counts(rule: Rule, scorecard: Scorecard, rollup: Rollup) -> bool:
    if rollup.rules is None:
        return True
    return any(one.within(scorecard.identifier) == rule.identifier for one in rollup.rules)


def _check_scorecards(rollup: Rollup, blueprints: Sequence[Scored]) -> None:
    known = [card.identifier for one in blueprints for card in one.scorecards]
    for name in rollup.scorecards or ():
        if name not in known:
            raise NotFoundError(f"there is no scorecard `{name:.100}` to count{meant(name, known)}")


def _check_rules(rollup: Rollup, counted: Mapping[str, Rules], blueprints: Sequence[Scored]) -> None:
    found = {(card, rule) for rules in counted.values() for card, some in rules.items() for rule in some}
    for one in rollup.rules or ():
        if not any(one.within(card) == rule for card, rule in found):
            known = [rule.identifier for scored in blueprints
                     for card in scored.scorecards for rule in card.rules]  # fmt: skip
            name = one.otherwise
            raise NotFoundError(f"there is no rule `{name:.100}` to count{meant(name, known)}")


def _check_names(rollup: Rollup, blueprints: Sequence[Scored], naming: Naming) -> None:
    """A property or a relation that no blueprint has is a mistake; one that some lack is none."""
    for one in rollup.by:
        if blueprints and not any(_has(one, scored.definitions) for scored in blueprints):
            key = one.key.within(blueprints[0].identifier)
            find = known_relation if one.kind is Kind.RELATION else known_property
            find(blueprints[0].definitions, key, naming)


def _has(dimension: Dimension, definitions: Definitions) -> bool:
    blueprint = definitions.blueprint
    key = dimension.key.within(blueprint.identifier)
    if dimension.kind is Kind.PROPERTY:
        return key in blueprint.names
    return dimension.kind is not Kind.RELATION or key in blueprint.relations


def _has_levels(rollup: Rollup, scorecards: int) -> bool:
    """Whether each group is of one scorecard, and not of one level already."""
    kinds = {one.kind for one in rollup.by}
    return Kind.LEVEL not in kinds and (scorecards == 1 or not kinds.isdisjoint(OF_SCORECARD))


def _plan(rollup: Rollup, scored: Scored, rules: Rules, naming: Naming, levels: bool) -> Plan:
    parts = tuple(part for one in rollup.by for part in _parts(one, scored.definitions, naming))
    own = tuple(one if isinstance(one, ScorePart) else one.part for one in parts)
    grain = Grain.ENTITY
    if any(isinstance(one, ScorePart) for one in parts):
        grain = Grain.SCORE
    if ScorePart.RULE in parts or ScorePart.RULE_LEVEL in parts:
        grain = Grain.RULE
    return Plan(scored, parts, Tallying(rules, own, grain, rollup.rules is not None, levels))


def _parts(dimension: Dimension, definitions: Definitions, naming: Naming) -> Iterator[Reader | ScorePart]:
    blueprint = definitions.blueprint
    key = dimension.key.within(blueprint.identifier)
    match dimension.kind:
        case Kind.TEAM:
            yield TEAM
        case Kind.BLUEPRINT:
            yield constant(blueprint.identifier)
        case Kind.ENTITY:
            yield from (constant(blueprint.identifier), IDENTIFIER)
        case Kind.PROPERTY:
            yield property_reader(key, blueprint, naming) if _has(dimension, definitions) else NOTHING
        case Kind.RELATION:
            yield relation_reader(key) if _has(dimension, definitions) else NOTHING
        case _:
            yield from _OF_SCORE[dimension.kind]
