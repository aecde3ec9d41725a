"""The type Trend: what stood when, and what changed meanwhile."""

from collections.abc import Iterable
from typing import Self

import strawberry

from levelmark.domain.instant import instant_text
from levelmark.domain.json import Json
from levelmark.domain.naming import Names, Naming
from levelmark.engine.trend import events, series
from levelmark.graphql.scalars import JSON, DateTime
from levelmark.graphql.types.enums import Origin
from levelmark.graphql.types.level_count import LevelCount
from levelmark.graphql.types.tally import Tally
from levelmark.services import trends
from levelmark.services.tagging import TagName


@strawberry.type(
    description="Rule results that moved within an interval, all of one origin. `passed` grew by began - "
    "ceased + appearedPassed - wentPassed + arrivedPassed - leftPassed, `tested` by appeared - went + "
    "arrived - left."
)
class TrendMovement:
    """A view of `levelmark.engine.trend.series.Movement`."""

    origin: Origin = strawberry.field(description="What it was that changed.")
    began: int = strawberry.field(description="Results that began to pass, having been another before.")
    ceased: int = strawberry.field(description="Results that passed and ceased to.")
    appeared: int = strawberry.field(
        description="New results: of entities that were created, of rules that were added or came to apply."
    )
    appeared_passed: int = strawberry.field(description="Those that appeared and pass.")
    went: int = strawberry.field(
        description="Results that are no more, as entity or rule was deleted, or the rule ceased to apply."
    )
    went_passed: int = strawberry.field(description="Those that went and passed.")
    arrived: int = strawberry.field(
        description="Results of entities that came into the group because a tag of theirs had changed."
    )
    arrived_passed: int = strawberry.field(description="Those that arrived and pass.")
    left: int = strawberry.field(
        description="Results of entities that left the group because a tag of theirs had changed."
    )
    left_passed: int = strawberry.field(description="Those that left and passed.")

    @classmethod
    def of(cls, origin: events.Origin, moved: series.Movement) -> Self:
        """The view of a movement."""
        return cls(
            origin=Origin[origin.name],
            began=moved.began,
            ceased=moved.ceased,
            appeared=moved.appeared,
            appeared_passed=moved.appeared_passed,
            went=moved.went,
            went_passed=moved.went_passed,
            arrived=moved.arrived,
            arrived_passed=moved.arrived_passed,
            left=moved.left,
            left_passed=moved.left_passed,
        )


@strawberry.type(description="What stood at one instant, and what happened since the point before.")
class TrendPoint:
    """A view of `levelmark.engine.trend.series.Point`."""

    start: DateTime = strawberry.field(description="When the interval began.")
    end: DateTime = strawberry.field(description="When the interval ends; it may be still to come.")
    at: DateTime = strawberry.field(
        description="The instant whose standing is shown, the same that `asOf` shows: the interval's end, or "
        "the end of the time that was asked for, or the present, whichever is first."
    )
    tally: Tally = strawberry.field(description="The rule results.")
    entities: int = strawberry.field(
        description="The entities, those without a score in the scorecard included."
    )
    levels: list[LevelCount] | None = strawberry.field(
        description="How many of the entities stand on which level; null where one scorecard is not named."
    )
    created: int = strawberry.field(description="Entities that were created.")
    deleted: int = strawberry.field(description="Entities that were deleted.")
    arrived: int = strawberry.field(description="Entities that came into the group by a tag that changed.")
    left: int = strawberry.field(description="Entities that left the group by a tag that changed.")
    moved: list[TrendMovement] = strawberry.field(
        description="Rule results that moved since the point before, or since `from`: one for each origin."
    )

    @classmethod
    def of(cls, point: series.Point, levels: tuple[str, ...] | None, names: Names) -> Self:
        """The view of a point; `levels` are those to show in any case."""
        span, traffic = point.span, point.traffic
        return cls(
            start=DateTime(instant_text(span.start)),
            end=DateTime(instant_text(span.end)),
            at=DateTime(instant_text(span.at)),
            tally=Tally.of(point.tally),
            entities=point.entities,
            levels=None if levels is None else _levels(point, levels, names),
            created=traffic.created,
            deleted=traffic.deleted,
            arrived=traffic.arrived,
            left=traffic.left,
            moved=[TrendMovement.of(one, point.moved[one]) for one in events.Origin if one in point.moved],
        )


def _levels(point: series.Point, levels: Iterable[str], names: Names) -> list[LevelCount]:
    """The levels in the order of the scorecard, and behind them those that it had once."""
    every = dict.fromkeys([*levels, *sorted(point.levels)])
    return [LevelCount(level=names.name(level), entities=point.levels.get(level, 0)) for level in every]


@strawberry.type(
    description="What the entities of a group have in common: a tag of `groupBy`, and its value."
)
class Tag:
    """A view of a tag's name and a value."""

    property: str | None = strawberry.field(description="The property, if it was asked by.")
    relation: str | None = strawberry.field(description="The relation, if it was asked by.")
    scorecard: str | None = strawberry.field(description="The scorecard, if it was asked by its levels.")
    value: JSON | None = strawberry.field(
        description="A text, a number or a boolean; null for entities without a value."
    )

    @classmethod
    def of(cls, name: TagName, value: Json) -> Self:
        """The view of a tag."""
        shown = None if value is None else JSON(value)
        return cls(property=name.property, relation=name.relation, scorecard=name.scorecard, value=shown)


@strawberry.type(description="The points of one group of entities.")
class TrendSeries:
    """A view of `levelmark.services.trends.TrendSeries`."""

    tags: list[Tag] = strawberry.field(description="What the group is told by, in the order of `groupBy`.")
    points: list[TrendPoint] = strawberry.field(description="A point for each interval, oldest first.")


@strawberry.type(description="Exact series over time, out of every state that entities were in.")
class Trend:
    """A view of `levelmark.services.trends.Trend`."""

    blueprint_identifier: str = strawberry.field(description="The blueprint of the entities.")
    groups: int = strawberry.field(description="How many groups there are, those not shown included.")
    series: list[TrendSeries] = strawberry.field(
        description="One for each group, those that had the most entities at any point first."
    )

    @classmethod
    def of(cls, trend: trends.Trend, naming: Naming) -> Self:
        """The view of a trend."""
        names = naming.levels_of(trend.scope.scorecard or "")
        return cls(
            blueprint_identifier=naming.blueprints.name(trend.scope.blueprint),
            groups=trend.groups,
            series=[
                TrendSeries(
                    tags=[Tag.of(*pair) for pair in zip(trend.by, found.group, strict=True)],
                    points=[TrendPoint.of(point, trend.levels, names) for point in found.points],
                )
                for found in trend.series
            ],
        )
