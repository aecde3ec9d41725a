"""Trends: exact series over time, out of every state that entities were in."""

from datetime import UTC, datetime
from itertools import islice
from typing import Final, TypeAlias

from msgspec import Struct

from levelmark.domain.blueprint import RESERVED
from levelmark.domain.days import days_in, zone_names
from levelmark.domain.errors import InvalidInputError, LimitExceededError, NotFoundError
from levelmark.domain.instant import instant_text
from levelmark.domain.json import Json
from levelmark.domain.naming import UNNAMED, Naming
from levelmark.domain.window import UTC_NAME
from levelmark.engine.trend.intervals import Interval, Span, spans
from levelmark.engine.trend.scope import Scope
from levelmark.engine.trend.series import Point, Series
from levelmark.engine.trend.tags import Group
from levelmark.services.catalogue import Catalogue, Definitions
from levelmark.services.clock import Clock
from levelmark.services.lookup import Lookup, known_scorecard, meant
from levelmark.services.tagging import Tagger, TagName
from levelmark.storage import Storage

MAX_POINTS: Final = 2_000
"""Points of one series, at most."""

MAX_GROUPS: Final = 1_000
"""Groups that are told apart, at most."""

MAX_SHOWN: Final = 10_000
"""Points of all series that are shown, at most."""

MAX_EVERY: Final = 1_000
"""Units of time in one interval, at most."""

MAX_BY: Final = 2
"""Tags that entities are grouped by, at most."""


class Time(Struct, frozen=True):
    """From when until before when (None: now), at which intervals, by the clocks of which zone."""

    begin: datetime
    end: datetime | None
    interval: Interval
    every: int = 1
    zone: str = UTC_NAME


Where: TypeAlias = tuple[tuple[TagName, tuple[Json, ...]], ...]
"""Tags, each with values."""


class Question(Struct, frozen=True):
    """What a trend is asked of, in names: of a blueprint, one of its scorecards, or a rule of that one.

    Only entities count that have, of each tag in `where`, one of the values; None is for those without.
    """

    time: Time
    blueprint: str | None = None
    scorecard: str | None = None
    rule: str | None = None
    by: tuple[TagName, ...] = ()
    where: Where = ()
    first: int = 50


class TrendSeries(Struct, frozen=True):
    """The points of one group, which is named by the values of the tags that were asked for."""

    group: tuple[Json, ...]
    points: tuple[Point, ...]


class Trend(Struct, frozen=True):
    """The series of the largest groups, and how many groups there are in all.

    `levels` are those of the scorecard as it is now, in their order; None where there is not one scorecard.
    """

    scope: Scope
    by: tuple[TagName, ...]
    levels: tuple[str, ...] | None
    series: tuple[TrendSeries, ...]
    groups: int


class TrendService:
    """Tells what stood when, what changed meanwhile, and why."""

    def __init__(self, storage: Storage, catalogue: Catalogue, clock: Clock) -> None:
        self._store = storage.trends
        self._history = storage.history
        self._definitions = storage.definitions
        self._lookup = Lookup(storage, catalogue)
        self._clock = clock

    async def trend(self, question: Question, naming: Naming = UNNAMED) -> Trend:
        """The series of the groups that had the most entities at any point.

        Raises NotFoundError where there is no such blueprint, scorecard or rule, InvalidInputError where the
        question is not sound, LimitExceededError where the answer would be too large.
        """
        now = self._clock()
        begin, found = _begin(question.time, now), _spans(question.time, now)
        definitions = await self._of(question, naming)
        tagger = Tagger(definitions, naming)
        scope = _scope(question, tagger)
        series = await self._read(scope, begin, found)
        if not series.has_results:
            _check_known(question, definitions, naming)
        # Without tags there is one group, and it is there though nothing was ever in it.
        groups = series.groups if scope.by else frozenset[Group]({()})
        shown = sorted(groups, key=lambda group: (-series.peak(group), group))[: question.first]
        _check_size(len(groups), len(shown) * len(found))
        told = (TrendSeries(tagger.told(scope.by, one), tuple(series.points(one))) for one in shown)
        return Trend(scope, question.by, _levels(scope, definitions), tuple(told), len(groups))

    async def _read(self, scope: Scope, begin: datetime, found: list[Span]) -> Series:
        series, ats = Series(found), [one.at for one in found]
        await self._history.flush()
        async for group, what, value, times in self._store.stood(scope, begin):
            series.begin(group, what, value, times)
            _check_size(series.size, 0)
        async for place, group, event, times in self._store.befell(scope, begin, ats):
            series.add(place, group, event, times)
            _check_size(series.size, 0)
        return series

    async def _of(self, question: Question, naming: Naming) -> Definitions:
        if question.blueprint in RESERVED:
            told = f"what `{question.blueprint}` lists has no states of its own"
            raise InvalidInputError(f"{told}; ask for the trend of a blueprint whose entities have scores")
        if question.blueprint is not None:
            return await self._lookup.blueprint(naming.blueprints.key(question.blueprint), naming)
        if question.scorecard is None:
            raise InvalidInputError("name the `scorecard` or the `blueprint` that the trend is of")
        scorecard = await self._definitions.scorecard.get(question.scorecard)
        if scorecard is None:
            told = f"there is no scorecard `{question.scorecard:.100}`"
            raise NotFoundError(f"{told}; if it was deleted, name its blueprint, too")
        return await self._lookup.blueprint(scorecard.value.blueprint, naming)


def _begin(time: Time, now: datetime) -> datetime:
    if time.begin > now:
        raise InvalidInputError(f"`from` names an instant that is still to come: {instant_text(time.begin)}")
    return _to_millisecond(time.begin)


def _to_millisecond(at: datetime) -> datetime:
    """The instant as the history counts: in whole milliseconds."""
    return at.astimezone(UTC).replace(microsecond=at.microsecond // 1_000 * 1_000)


def _spans(time: Time, now: datetime) -> list[Span]:
    begin, end = _to_millisecond(time.begin), _to_millisecond(min(time.end or now, now))
    days = days_in(time.zone)
    if begin >= end:
        raise InvalidInputError("`from` must come before `to`, and before the present")
    if not 1 <= time.every <= MAX_EVERY:
        raise InvalidInputError(f"`every` is from 1 to {MAX_EVERY:,} units")
    if days is None:
        known = meant(time.zone, zone_names())
        raise InvalidInputError(
            f"`timeZone` is a name such as `Europe/Berlin`, not `{time.zone:.100}`{known}"
        )
    found = list(islice(spans(begin, end, time.interval, time.every, days), MAX_POINTS + 1))
    if len(found) > MAX_POINTS:
        told = f"a series has at most {MAX_POINTS:,} points"
        raise LimitExceededError(f"{told}; ask for longer intervals or a shorter time")
    return found


def _scope(question: Question, tagger: Tagger) -> Scope:
    scorecard, rule = question.scorecard, None
    if question.rule is not None:
        if scorecard is None:
            raise InvalidInputError("a `rule` is one of a scorecard: name that as `scorecard`, too")
        rule = tagger.naming.rules_of(scorecard).key(question.rule)
    if len(question.by) > MAX_BY:
        raise InvalidInputError(f"entities are grouped by {MAX_BY} tags at most")
    by = tuple(map(tagger.tag, question.by))
    tags = [(tagger.tag(name), values) for name, values in question.where]
    where = tuple((tag, tagger.values(tag, values)) for tag, values in tags)
    return Scope(tagger.definitions.blueprint.identifier, scorecard, rule, by, where)


def _levels(scope: Scope, definitions: Definitions) -> tuple[str, ...] | None:
    if scope.scorecard is None:
        return None
    known = (one.value for one in definitions.scorecards if one.value.identifier == scope.scorecard)
    return tuple(level.title for scorecard in known for level in scorecard.levels)


def _check_known(question: Question, definitions: Definitions, naming: Naming) -> None:
    """Where nothing was found, what was asked of must at least exist: it may be misspelt."""
    if question.scorecard is None:
        return
    scorecard = known_scorecard(definitions, question.scorecard, naming)
    names = naming.rules_of(scorecard.identifier)
    rules = [names.name(rule.identifier) for rule in scorecard.rules]
    if question.rule is not None and question.rule not in rules:
        told = f"scorecard `{scorecard.identifier}` has no rule `{question.rule:.100}`, and had none then"
        raise NotFoundError(told + meant(question.rule, rules))


def _check_size(groups: int, points: int) -> None:
    if groups > MAX_GROUPS:
        raise LimitExceededError(
            f"there are more than {MAX_GROUPS:,} groups; narrow the entities by `filter`"
        )
    if points > MAX_SHOWN:
        told = f"{points:,} points would be shown, and {MAX_SHOWN:,} are the most"
        raise LimitExceededError(f"{told}; ask for fewer groups with `first`, or for longer intervals")
