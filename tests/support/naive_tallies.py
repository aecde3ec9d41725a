"""Tallies counted in the plainest way: every result of every entity by itself."""

from collections.abc import Iterable, Iterator
from itertools import product
from typing import Any, TypeAlias

from levelmark.domain.entity import Entity
from levelmark.domain.json import Json
from levelmark.domain.tally import Tally
from levelmark.services import Services
from levelmark.services.rollups import Dimension, Kind
from levelmark.storage.pages import Page, Selection

Key: TypeAlias = tuple[Any, ...]
Groups: TypeAlias = dict[Key, tuple[Tally, int]]


async def entities_of(services: Services, *blueprints: str) -> list[Entity]:
    """All entities of the blueprints."""
    found = []
    for one in blueprints:
        async with services.storage.entities.scan(Selection(one), Page()) as rows:
            found += [held.entity async for held in rows]
    return found


def values(entity: Entity, kind: Kind, key: str) -> list[Json]:
    """What an entity has in a dimension of its own."""
    read: dict[Kind, list[Any]] = {
        Kind.TEAM: list(entity.teams),
        Kind.BLUEPRINT: [entity.blueprint],
        Kind.ENTITY: [(entity.blueprint, entity.identifier)],
        Kind.RELATION: [one for one in entity.targets(key) if one],
    }
    told = read[kind] if kind in read else _listed(_property(entity, key))
    kept = [one for one in told if isinstance(one, str | int | float | tuple)]
    return list({(isinstance(one, bool), one): one for one in kept}.values()) or [None]


def _property(entity: Entity, key: str) -> Json:
    meta = {"$identifier": entity.identifier, "$title": entity.title, "$team": list(entity.teams)}
    return meta.get(key, entity.properties.get(key, entity.derived.get(key)))


def _listed(value: Json) -> list[Json]:
    return value if isinstance(value, list) else [value]


async def tallies(
    services: Services,
    by: Iterable[Dimension],
    entities: Iterable[Entity],
    cards: Iterable[str],
    rules: Iterable[str] | None = None,
) -> Groups:
    """The groups of these entities' results in these scorecards, of these rules."""
    dimensions, counted = list(by), set(cards)
    of = {one.value.identifier: one.value for one in await services.storage.definitions.scorecards(None)}
    results: dict[Key, list[Any]] = {}
    members: dict[Key, set[tuple[str, str]]] = {}
    for entity in entities:
        for score in entity.scores:
            if score.scorecard not in counted:
                continue
            own = [one for one in of[score.scorecard].rules if rules is None or one.identifier in rules]
            fine = any(one.kind in {Kind.RULE, Kind.RULE_LEVEL} for one in dimensions)
            for rule in [*own, *([] if fine else [None])]:  # a score counts without a rule, too
                told = [_told(entity, score, rule, one) for one in dimensions]
                for key in product(*told):
                    found = score.result(rule.identifier) if rule else None
                    results.setdefault(_plain(key), []).extend([found.result] if found else [])
                    members.setdefault(_plain(key), set()).add((entity.blueprint, entity.identifier))
    return {key: (Tally.of(some), len(members[key])) for key, some in results.items()}


def _told(entity: Entity, score: Any, rule: Any, one: Dimension) -> list[Any]:
    if one.kind is Kind.SCORECARD:
        return [score.scorecard]
    if one.kind is Kind.LEVEL:
        return [(score.scorecard, score.level)]
    if one.kind is Kind.RULE:
        return [(score.scorecard, rule.identifier)] if rule else []
    if one.kind is Kind.RULE_LEVEL:
        return [(score.scorecard, rule.level)] if rule else []
    return values(entity, one.kind, one.key.within(entity.blueprint))


def _plain(key: Iterable[Any]) -> Key:
    return tuple(marked(part) for one in key for part in _parts(one))


def _parts(one: Any) -> Iterator[Any]:
    yield from one if isinstance(one, tuple) else (one,)


def marked(value: Any) -> tuple[bool, Any]:
    """A value that is not the same as another of another type."""
    return isinstance(value, bool), value
