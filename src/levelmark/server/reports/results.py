"""The report of results: one record for every rule on every entity."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from datetime import datetime
from typing import Any, Final

from levelmark.domain.entity import Entity
from levelmark.domain.errors import InvalidInputError
from levelmark.domain.json import Json
from levelmark.domain.naming import Naming
from levelmark.engine.subject import of_property
from levelmark.graphql.arguments import past, wanted_results
from levelmark.server.reports.table import Record, Table
from levelmark.services import Services
from levelmark.services.catalogue import Definitions
from levelmark.services.lookup import known_property
from levelmark.services.results import FoundResult, Wanted

_COLUMNS: Final = (
    "blueprint", "entity", "title", "teams", "scorecard", "rule", "ruleTitle", "ruleLevel", "level", "result",
    "lastResult", "since", "reason",
)  # fmt: skip


async def results(services: Services, arguments: dict[str, Any], properties: Sequence[str]) -> Table:
    """The table of the results that a filter wants, with the values of these properties of their entities.

    Raises InvalidInputError where no blueprint has such a property, or the instant is still to come.
    """
    naming, at = await services.naming.current(), past(arguments.get("as_of"), services.clock)
    wanted = wanted_results(arguments.get("filter"), naming, at)
    every = await services.catalogue.every()
    concerned = {key: one for key, one in every.items() if wanted.blueprint in (None, key)}
    for name in properties:
        _check(name, concerned, naming)
    columns = (*_COLUMNS, *(f"properties.{name}" for name in dict.fromkeys(properties)))
    return Table(columns, _records(services, wanted, at, naming, tuple(dict.fromkeys(properties))))


def _check(name: str, concerned: dict[str, Definitions], naming: Naming) -> None:
    found = [naming.properties_of(key).key(name) in one.blueprint.names for key, one in concerned.items()]
    if found and not any(found):
        if len(concerned) > 1:
            raise InvalidInputError(f"no blueprint has a property `{name:.100}`")
        ((key, definitions),) = concerned.items()
        known_property(definitions, naming.properties_of(key).key(name), naming)


async def _records(
    services: Services, wanted: Wanted, at: datetime | None, naming: Naming, properties: tuple[str, ...]
) -> AsyncGenerator[Record, None]:
    reasons = services.reasons.at(at, naming)
    blueprint, values = "", list[Callable[[Entity], Json]]()
    async with aclosing(services.results.every(wanted)) as found:
        async for one in found:
            if one.entity.blueprint != blueprint:
                blueprint = one.entity.blueprint
                values = await _readers(services, blueprint, properties, naming)
            yield (*_told(one, naming), await reasons.of(one), *(read(one.entity) for read in values))


async def _readers(
    services: Services, blueprint: str, properties: tuple[str, ...], naming: Naming
) -> list[Callable[[Entity], Json]]:
    """How the properties of a blueprint's entities are read; what the blueprint lacks is null."""
    definitions = await services.catalogue.one(blueprint)
    names = naming.properties_of(blueprint)
    if definitions is None:
        return [_nothing for _ in properties]
    return [
        of_property(names.key(name), definitions.blueprint, listed=False).read
        if names.key(name) in definitions.blueprint.names
        else _nothing
        for name in properties
    ]


def _nothing(_: Entity) -> Json:
    return None


def _told(one: FoundResult, naming: Naming) -> Record:
    entity, card, rule, result = one.entity, one.scorecard.identifier, one.rule, one.result
    score, levels = entity.score(card), naming.levels_of(card)
    return (
        naming.blueprints.name(entity.blueprint),
        entity.identifier,
        entity.title,
        list(entity.teams),
        card,
        naming.rules_of(card).name(rule.identifier),
        rule.title,
        levels.name(rule.level),
        levels.name(score.level) if score else None,
        result.result.value,
        result.kept.value if result.kept else None,
        result.since,
    )
