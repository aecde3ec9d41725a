"""Queries of trends."""

from typing import Annotated

import strawberry

from levelmark.graphql.inputs.trends import TagInput, TrendFilterInput
from levelmark.graphql.queries.request import OnlyOfBlueprint, Request
from levelmark.graphql.scalars import DateTime
from levelmark.graphql.trending import question_of
from levelmark.graphql.types.enums import Interval
from levelmark.graphql.types.trend import Trend


@strawberry.type
class TrendQueries:
    """What can be read of how things went."""

    @strawberry.field(
        description="How rule results, levels and entities went over time: an exact point for each interval "
        "that the time from `from` until before `to` touches, 2,000 at most. Every entity counts by the tags "
        "that it had at each instant, in every group whose values it has."
    )
    async def trend(
        self,
        info: Request,
        interval: Annotated[Interval, strawberry.argument(description="The unit of the intervals.")],
        from_: Annotated[
            DateTime,
            strawberry.argument(name="from", description="Since when; movements count from here on."),
        ],
        to: Annotated[
            DateTime | None, strawberry.argument(description="Until when; until now where it is null.")
        ] = None,
        every: Annotated[
            int, strawberry.argument(description="How many units are one interval, up to 1,000.")
        ] = 1,
        time_zone: Annotated[
            str, strawberry.argument(description="The zone of the calendar: `UTC`, `Europe/Berlin` …")
        ] = "UTC",
        scorecard: Annotated[
            str | None, strawberry.argument(description="Only results in this scorecard.")
        ] = None,
        rule: Annotated[
            str | None, strawberry.argument(description="Only results of this rule of the scorecard.")
        ] = None,
        blueprint: OnlyOfBlueprint = None,
        group_by: Annotated[
            list[TagInput] | None,
            strawberry.argument(description="Tags that entities are put together by, two at most."),
        ] = None,
        filter: Annotated[
            TrendFilterInput | None,
            strawberry.argument(description="Which entities count; all of the blueprint where it is null."),
        ] = None,
        first: Annotated[
            int, strawberry.argument(description="How many groups to show: 50 unless told, 500 at most.")
        ] = 50,
    ) -> Trend | None:
        """The series of a trend."""
        question = question_of(
            interval, from_, to, every, time_zone, scorecard, rule, blueprint, group_by, filter, first
        )
        naming = await info.context.naming()
        return Trend.of(await info.context.services.trends.trend(question, naming), naming)
