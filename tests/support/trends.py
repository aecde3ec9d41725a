"""What stood when, and what trends must say of it: worked out step by step from what was seen."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import product
from typing import Any, Final

from msgspec import Struct

from levelmark.domain.entity import Entity
from levelmark.domain.json import Json
from levelmark.engine.trend.events import Origin
from levelmark.engine.trend.series import Movement, Point, Traffic
from levelmark.services import Services
from levelmark.services.tagging import TagName
from levelmark.services.trends import Question
from levelmark.storage.pages import Page, Selection

Seen = dict[str, Entity]
"""All entities of a blueprint by their identities."""

Told = tuple[tuple[str, Json], ...]
"""The values of a group, each behind what tells True from 1."""

NOON: Final = datetime(2026, 1, 10, 12, tzinfo=UTC)


class Hands:
    """A clock that stands where it is put."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


class Step(Struct, frozen=True):
    """What was seen after something had been done, and whose doing it was."""

    at: datetime
    origin: Origin
    seen: Seen


class Recorder:
    """Keeps what stands after each step."""

    def __init__(self, services: Services, blueprint: str) -> None:
        self._services = services
        self._blueprint = blueprint
        self.steps: list[Step] = []

    async def record(self, at: datetime, origin: Origin) -> None:
        """Keeps what stands now, which came about at that instant."""
        async with self._services.storage.entities.scan(Selection(self._blueprint), Page()) as found:
            seen = {held.entity.uid: held.entity async for held in found}
        self.steps.append(Step(at, origin, seen))

    def at(self, instant: datetime) -> Seen:
        """What stood at an instant."""
        known = [step.seen for step in self.steps if step.at <= instant]
        return known[-1] if known else {}

    def between(self, begin: datetime, end: datetime) -> Iterator[tuple[Seen, Step]]:
        """The steps after one instant and until another, each with what was seen before it."""
        before: Seen = {}
        for step in self.steps:
            if begin < step.at <= end:
                yield before, step
            before = step.seen


class Expected:
    """What a trend must say, of one question."""

    def __init__(self, recorder: Recorder, question: Question) -> None:
        self._recorder = recorder
        self._question = question

    def groups(self, points: Sequence[Point]) -> set[Told]:
        """The groups in which there was an entity at the beginning or after any step."""
        seen = self._seen(self._question.time.begin, points[-1].span.at)
        return {group for one in seen for entity in one.values() for group in self._groups(entity)}

    def has_results(self, begin: datetime, end: datetime) -> bool:
        """Whether any result of an entity that counts stood from one instant to another."""
        everyone = [entity for one in self._seen(begin, end) for entity in one.values()]
        return any(self._results(one) and self._groups(one) for one in everyone)

    def _seen(self, begin: datetime, end: datetime) -> list[Seen]:
        return [self._recorder.at(begin), *(step.seen for _, step in self._recorder.between(begin, end))]

    def point(self, group: Told, since: datetime, at: datetime) -> tuple[object, ...]:
        """What stands at an instant, and what happened since another."""
        entities = [one for one in self._recorder.at(at).values() if group in self._groups(one)]
        results = Counter(result for one in entities for result in self._results(one).values())
        steps = list(self._recorder.between(since, at))
        moved: dict[Origin, Movement] = {}
        traffic = Traffic()
        for before, step in steps:
            self._move(group, before, step, moved, traffic)
        return len(entities), dict(self._levels(entities)), dict(results), _busy(moved), traffic

    def _levels(self, entities: Sequence[Entity]) -> Counter[str]:
        scores = (one.score(self._question.scorecard or "") for one in entities)
        return Counter(score.level for score in scores if score)

    def _results(self, entity: Entity) -> dict[tuple[str, str], str]:
        return {
            (score.scorecard, one.rule): one.result.value
            for score in entity.scores
            for one in score.results
            if self._question.scorecard in (None, score.scorecard) and self._question.rule in (None, one.rule)
        }

    def _groups(self, entity: Entity | None) -> set[Told]:
        if entity is None:
            return set()
        for name, wanted in self._question.where:
            if not {_told(one) for one in _values(entity, name)} & {_told(one) for one in wanted}:
                return set()
        return set(product(*(map(_told, _values(entity, name)) for name in self._question.by)))

    def _move(
        self,
        group: Told,
        before: Seen,
        step: Step,
        moved: dict[Origin, Movement],
        traffic: Traffic,
    ) -> None:
        movement = moved.setdefault(step.origin, Movement())
        for uid in before.keys() | step.seen.keys():
            was, is_ = before.get(uid), step.seen.get(uid)
            was_in, is_in = group in self._groups(was), group in self._groups(is_)
            results_before = self._results(was) if was and was_in else {}
            results_after = self._results(is_) if is_ and is_in else {}
            across = was is not None and is_ is not None and was_in != is_in
            traffic.arrived += across and is_in
            traffic.left += across and was_in
            traffic.created += was is None and is_in
            traffic.deleted += is_ is None and was_in
            for place in results_before.keys() | results_after.keys():
                _count(movement, results_before.get(place), results_after.get(place), across=across)


def _count(movement: Movement, was: str | None, is_: str | None, *, across: bool) -> None:
    passed, passes = was == "PASSED", is_ == "PASSED"
    if was is None and across:
        movement.arrived, movement.arrived_passed = movement.arrived + 1, movement.arrived_passed + passes
    elif was is None:
        movement.appeared, movement.appeared_passed = movement.appeared + 1, movement.appeared_passed + passes
    elif is_ is None and across:
        movement.left, movement.left_passed = movement.left + 1, movement.left_passed + passed
    elif is_ is None:
        movement.went, movement.went_passed = movement.went + 1, movement.went_passed + passed
    else:
        movement.began += passes and not passed
        movement.ceased += passed and not passes


def shown(point: Point) -> tuple[object, ...]:
    """A point in the words of `Expected.point`."""
    tally = point.tally
    counts = {"PASSED": tally.passed, "NOT_PASSED": tally.not_passed, "NO_DATA": tally.no_data,
              "ERROR": tally.errors}  # fmt: skip
    results = {result: number for result, number in counts.items() if number}
    return point.entities, point.levels, results, _busy(point.moved), point.traffic


def _busy(moved: dict[Origin, Movement]) -> dict[Origin, Movement]:
    return {origin: one for origin, one in moved.items() if one != Movement()}


def _values(entity: Entity, name: TagName) -> list[Any]:
    if name.relation is not None:
        found: list[Any] = [one for one in entity.targets(name.relation) if one]
    elif name.scorecard is not None:
        score = entity.score(name.scorecard)
        found = [score.level] if score else []
    elif name.property == "$team":
        found = list(entity.teams)
    elif name.property == "$identifier":
        found = [entity.identifier]
    else:
        value = (entity.properties | entity.derived).get(name.property or "")
        found = [one for one in (value if isinstance(value, list) else [value]) if one is not None]
        if len(found) > 20 or any(isinstance(one, dict) or len(str(one)) > 256 for one in found):
            found = []
    return found or [None]


def told(group: tuple[Json, ...]) -> Told:
    """A group in the words of `Expected`."""
    return tuple(map(_told, group))


def _told(value: Json) -> tuple[str, Json]:
    """A value that tells 1 from True."""
    return type(value).__name__ if isinstance(value, bool) else "", value
