"""The report of rollups: one record for every group of rule results."""

from collections.abc import AsyncGenerator
from typing import Any, Final

from msgspec.structs import replace

from levelmark.domain.json import Json
from levelmark.domain.naming import Naming
from levelmark.graphql.rolling import Asked, asked, rollup_of
from levelmark.graphql.types.rollup import RollupKey, RollupRow
from levelmark.server.reports.table import Record, Table
from levelmark.server.reports.tallies import FIGURES, figures_of
from levelmark.services import Services
from levelmark.services.rollups import Dimension, Kind

_PAGE: Final = 5_000
_OF_RULE_LEVEL: Final = "ruleLevel"


async def rollup(services: Services, arguments: dict[str, Any]) -> Table:
    """The table of all groups, each with its keys, its tally, and its entities by level."""
    naming = await services.naming.current()
    order_by, by = arguments.pop("order_by", None), arguments["by"]
    question = rollup_of(naming=naming, clock=services.clock, **arguments)
    page = asked(question, by, order_by, None, _PAGE)
    keys = dict.fromkeys(
        column for one, name in zip(question.by, page.names, strict=True) for column in _columns(one, name)
    )
    return Table((*keys, *FIGURES, "entities", "levels"), _records(services, page, naming, tuple(keys)))


async def _records(
    services: Services, page: Asked, naming: Naming, keys: tuple[str, ...]
) -> AsyncGenerator[Record, None]:
    ranking = replace(page.ranking, limit=_PAGE)
    while True:
        rows = await services.rollups.rows(page.rollup, ranking, naming)
        for row in rows:
            yield _record(RollupRow.of(row, page.rollup.by, page.names, naming), page, keys)
        if len(rows) < _PAGE:
            return
        ranking = replace(ranking, after=rows[-1].place)


def _columns(dimension: Dimension, name: str | None) -> tuple[str, ...]:
    match dimension.kind:
        case Kind.ENTITY:
            return "blueprint", "entity"
        case Kind.RULE | Kind.LEVEL:
            return "scorecard", dimension.kind.value.lower()
        case Kind.RULE_LEVEL:
            return "scorecard", _OF_RULE_LEVEL
        case Kind.PROPERTY:
            return (f"properties.{name}",)
        case Kind.RELATION:
            return (f"relations.{name}",)
        case _:
            return (dimension.kind.value.lower(),)


def _record(row: RollupRow, page: Asked, keys: tuple[str, ...]) -> Record:
    told: dict[str, Json] = {}
    for one, name, key in zip(page.rollup.by, page.names, row.keys, strict=True):
        told |= zip(_columns(one, name), _values(key), strict=True)
    levels = row.levels
    return (
        *(told[key] for key in keys),
        *figures_of(row.tally),
        row.entities,
        None if levels is None else {one.level: one.entities for one in levels},
    )


def _values(key: RollupKey) -> tuple[Json, ...]:
    owner = key.blueprint if key.blueprint is not None else key.scorecard
    return (key.value,) if owner is None else (owner, key.value)
