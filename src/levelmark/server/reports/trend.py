"""The report of trends: one record for every point of every series."""

from collections.abc import AsyncGenerator
from typing import Any, Final

from levelmark.domain.json import Json
from levelmark.graphql.trending import question_of
from levelmark.graphql.types.trend import Tag, Trend, TrendMovement, TrendPoint
from levelmark.server.reports.table import Record, Table
from levelmark.server.reports.tallies import FIGURES, figures_of
from levelmark.services import Services
from levelmark.services.tagging import TagName

_TRAFFIC: Final = ("entities", "levels", "created", "deleted", "arrived", "left", "moved")


async def trend(services: Services, arguments: dict[str, Any]) -> Table:
    """The table of all series, each of its groups' points behind the group's tags."""
    question, naming = question_of(**arguments), await services.naming.current()
    found = Trend.of(await services.trends.trend(question, naming), naming)
    return Table((*map(_column, question.by), "start", "end", "at", *FIGURES, *_TRAFFIC), _records(found))


async def _records(found: Trend) -> AsyncGenerator[Record, None]:
    for series in found.series:
        for point in series.points:
            yield _record(series.tags, point)


def _column(tag: TagName) -> str:
    if tag.property is not None:
        return f"properties.{tag.property}"
    return f"levels.{tag.scorecard}" if tag.relation is None else f"relations.{tag.relation}"


def _record(tags: list[Tag], point: TrendPoint) -> Record:
    levels = None if point.levels is None else {one.level: one.entities for one in point.levels}
    return (
        *(tag.value for tag in tags),
        point.start,
        point.end,
        point.at,
        *figures_of(point.tally),
        point.entities,
        levels,
        point.created,
        point.deleted,
        point.arrived,
        point.left,
        [_moved(one) for one in point.moved],
    )


def _moved(movement: TrendMovement) -> dict[str, Json]:
    return {
        "origin": movement.origin.name,
        "began": movement.began,
        "ceased": movement.ceased,
        "appeared": movement.appeared,
        "appearedPassed": movement.appeared_passed,
        "went": movement.went,
        "wentPassed": movement.went_passed,
        "arrived": movement.arrived,
        "arrivedPassed": movement.arrived_passed,
        "left": movement.left,
        "leftPassed": movement.left_passed,
    }
