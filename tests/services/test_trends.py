"""Trends: whatever is done to a catalogue, every point is what stood, and changes are told by origin."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

import pytest
import pytest_asyncio

from levelmark.domain.errors import NotFoundError
from levelmark.domain.issue import has_errors
from levelmark.domain.json import Json
from levelmark.engine.trend.events import Origin
from levelmark.engine.trend.intervals import Interval
from levelmark.plugins import Registry
from levelmark.services import Services
from levelmark.services.tagging import TagName
from levelmark.services.trends import Question, Time
from levelmark.services.writing import Mode
from levelmark.storage import Storage
from tests.support.documents import blueprint, condition, entity, query, rule, scorecard
from tests.support.trends import NOON, Expected, Hands, Recorder, shown, told

STEPS: Final = 45
PAUSES: Final = [timedelta(minutes=minutes) for minutes in (0, 1, 40, 300, 1_440, 12_000)]
TEAMS: Final[list[Json]] = [None, "red", "blue", ["red", "green"], ["blue", "red"]]
LANGUAGES: Final[list[Json]] = [None, "Go", "Rust", "", "x" * 300]
RULES: Final = {
    "liked": [rule("liked", "Bronze", condition("stars", ">", 5)),
              rule("liked", "Silver", condition("stars", ">", 1))],
    "known": [rule("known", "Bronze", condition("language", "=", "Go")),
              rule("known", "Gold", {"relation": "owner", "operator": "isNotEmpty"})],
    "placed": [rule("placed", "Silver", condition("area", "=", "shop"))],
}  # fmt: skip


def kinds() -> list[dict[str, Any]]:
    squad = {"identifier": "squad", "title": "Squad", "schema": {"properties": {"area": {"type": "string"}}}}
    service = blueprint(relations={"owner": {"target": "squad"}, "uses": {"target": "service", "many": True}},
                        mirrorProperties={"area": {"path": "owner.area"}})  # fmt: skip
    service["schema"]["properties"]["any"] = {}
    return [squad, service]


class Story:
    """Random things done to a catalogue, each recorded."""

    def __init__(self, services: Services, hands: Hands, random: Random) -> None:
        self.services, self.hands, self.random = services, hands, random
        self.recorder = Recorder(services, "service")

    async def tell(self) -> Recorder:
        for document in kinds():
            assert not has_errors((await self.services.blueprints.upsert(document)).issues)
        for _ in range(STEPS):
            self.hands.now += self.random.choice(PAUSES)
            act = self.random.choice([self.write] * 6 + [self.delete, self.place] + [self.judge] * 2)
            origin = await act()
            await self.services.settled()
            await self.recorder.record(self.hands.now, origin)
        return self.recorder

    async def write(self) -> Origin:
        pick = self.random.choice
        values: dict[str, Json] = {
            "stars": pick([None, 0, 3, 9]),
            "language": pick(LANGUAGES),
            "any": pick([1, True, "1", [1, "a"], {}]),
            "tags": pick([[], ["x"], ["x", "y"], [str(number) for number in range(25)]]),
        }  # fmt: skip
        properties = {name: value for name, value in values.items() if value is not None}
        relations = {"owner": pick([None, "s1", "s2"]), "uses": pick([[], ["a"], ["a", "b"]])}
        document = entity(pick("abcd"), **properties) | {"team": pick(TEAMS), "relations": relations}
        written = await self.services.entities.upsert([document], pick([Mode.REPLACE, Mode.MERGE]))
        assert not has_errors(written[0].issues), written[0].issues
        return Origin.ENTITY

    async def delete(self) -> Origin:
        await self.services.entities.delete("service", [self.random.choice("abcd")])
        return Origin.ENTITY

    async def place(self) -> Origin:
        squad = entity(self.random.choice(["s1", "s2"]), "squad", area=self.random.choice(["shop", "bank"]))
        await self.services.entities.upsert([squad], Mode.REPLACE)
        return Origin.ENTITY

    async def judge(self) -> Origin:
        name = self.random.choice(["quality", "safety"])
        if self.random.random() < 0.2:
            await self.services.scorecards.delete(name, force=True)
            return Origin.RULE
        rules = [
            self.random.choice(RULES[one])
            for one in self.random.sample(sorted(RULES), self.random.randint(0, 3))
        ]
        extra: dict[str, Json] = (
            {"filter": query(condition("stars", ">=", 0))} if self.random.random() < 0.3 else {}
        )
        written = await self.services.scorecards.upsert(scorecard(name, *rules, **extra))
        assert not has_errors(written.issues), written.issues
        return Origin.RULE


BY: Final = [TagName("$team"), TagName("language"), TagName("tags"), TagName("any"), TagName("area"),
             TagName(relation="owner"), TagName(relation="uses"), TagName(scorecard="quality")]  # fmt: skip
WHERE: Final[list[tuple[TagName, tuple[Json, ...]]]] = [
    (TagName("$team"), ("red",)), (TagName("$team"), ("blue", "green")), (TagName("$team"), (None, "red")),
    (TagName("language"), ("Go", None)), (TagName("any"), (1,)), (TagName("any"), (True,)),
    (TagName("tags"), ("y",)), (TagName("area"), ("shop",)), (TagName(relation="owner"), ("s1",)),
    (TagName("$identifier"), ("a",)), (TagName(scorecard="safety"), ("Basic", None)),
]  # fmt: skip


def asked(random: Random, last: datetime, steps: list[datetime]) -> Question:
    """A random question of a time in which something happened."""
    interval = random.choice(list(Interval))
    span = {Interval.MINUTE: timedelta(hours=20), Interval.HOUR: timedelta(days=20)}.get(
        interval, last - NOON
    )
    begin = random.choice([NOON - timedelta(hours=1) + random.random() * (last - NOON), random.choice(steps)])
    end = random.choice([None, begin + random.random() * span + timedelta(minutes=1)])
    if end is None and interval in {Interval.MINUTE, Interval.HOUR}:
        end = begin + span
    every = random.choice([1, 1, 2, 3, 15])
    zone = random.choice(["UTC", "Europe/Berlin", "America/New_York"])
    scorecard_ = random.choice([None, "quality", "quality", "safety"])
    return Question(
        Time(begin, end, interval, every, zone),
        "service",
        scorecard_,
        random.choice([None, "liked", "known"]) if scorecard_ else None,
        tuple(random.sample(BY, random.randint(0, 2))),
        tuple(random.sample(WHERE, random.choice([0, 0, 1, 2]))),
        first=500,
    )


def nothing(recorder: Recorder, question: Question) -> bool:
    """Whether there is no result that counts, at the beginning or after."""
    expected = Expected(recorder, question)
    end = question.time.end or recorder.steps[-1].at
    return not expected.has_results(question.time.begin, end)


@pytest_asyncio.fixture
async def running(storage: Storage, registry: Registry) -> AsyncIterator[tuple[Services, Hands]]:
    hands = Hands()
    async with Services(storage, registry, clock=hands) as services:
        yield services, hands


@pytest.mark.parametrize("seed", range(3))
async def test_a_trend_says_what_was_seen(running: tuple[Services, Hands], seed: int) -> None:
    services, hands = running
    random = Random(seed)
    recorder = await Story(services, hands, random).tell()
    hands.now += timedelta(hours=1)
    groups = 0
    for _ in range(40):
        question = asked(random, hands.now, [step.at for step in recorder.steps])
        try:
            trend = await services.trends.trend(question)
        except NotFoundError:  # nothing was found of what does not exist now
            assert nothing(recorder, question)
            continue
        expected = Expected(recorder, question)
        if trend.series:
            known = expected.groups(trend.series[0].points)
            assert {told(one.group) for one in trend.series} >= known, question
        for series in trend.series:
            since = question.time.begin
            for point in series.points:
                want = expected.point(told(series.group), since, point.span.at)
                assert shown(point) == want, (question, series.group, point.span)
                since = point.span.at
            groups += 1
    assert groups > 80
