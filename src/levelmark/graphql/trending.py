"""Trending: what a trend is asked for, in the words of the services."""

from collections.abc import Sequence

from levelmark.engine.trend import intervals
from levelmark.graphql.arguments import instant_of
from levelmark.graphql.connections import page_size
from levelmark.graphql.inputs.trends import TagFilterInput, TagInput, TrendFilterInput
from levelmark.graphql.types.enums import Interval
from levelmark.services.tagging import TagName
from levelmark.services.trends import Question, Time, Where


def question_of(
    interval: Interval,
    from_: str,
    to: str | None = None,
    every: int = 1,
    time_zone: str = "UTC",
    scorecard: str | None = None,
    rule: str | None = None,
    blueprint: str | None = None,
    group_by: Sequence[TagInput] | None = None,
    filter: TrendFilterInput | None = None,
    first: int = 50,
) -> Question:
    """The question of a trend; raises InvalidInputError where its arguments cannot mean one."""
    end = None if to is None else instant_of("to", to)
    unit = intervals.Interval[interval.name]
    time = Time(instant_of("from", from_), end, unit, every, time_zone)
    by, where = tuple(map(_tag, group_by or ())), _where(filter)
    return Question(time, blueprint, scorecard, rule, by, where, page_size(first))


def _tag(tag: TagInput | TagFilterInput) -> TagName:
    return TagName(tag.property, tag.relation, tag.scorecard)


def _where(filter: TrendFilterInput | None) -> Where:
    if filter is None:
        return ()
    teams = [] if filter.teams is None else [(TagName("$team"), tuple(filter.teams))]
    return (*teams, *((_tag(one), tuple(one.values)) for one in filter.tags or ()))
