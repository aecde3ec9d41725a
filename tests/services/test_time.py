"""Time: what depends on it changes at its very instant, though nobody has written anything."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

import pytest
import pytest_asyncio

from levelmark.domain.change import CauseKind, ChangeKind
from levelmark.domain.entity import Entity
from levelmark.domain.instant import instant, to_moment
from levelmark.domain.issue import has_errors
from levelmark.domain.json import Json
from levelmark.plugins import Registry
from levelmark.services import Services
from levelmark.services.writing import Mode
from levelmark.storage import Storage
from levelmark.storage.log import Changes
from tests.graphql.api.commands import Commands
from tests.support.catalogue import write
from tests.support.documents import blueprint, condition, entity, query, rule, scorecard
from tests.support.explaining import winning
from tests.support.waiting import eventually

NOON: Final = datetime(2026, 1, 10, 12, tzinfo=UTC)
TICK: Final = timedelta(milliseconds=1)
"""What the services' clock counts in."""
DAY: Final = timedelta(days=1)


class Hands:
    """A clock that stands where it is put."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def put(self, text: str) -> None:
        """Puts it to an instant."""
        self.now = at(text)


def at(text: str) -> datetime:
    found = instant(text)
    assert found is not None
    return to_moment(found)


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest_asyncio.fixture
async def still(storage: Storage, registry: Registry, hands: Hands) -> AsyncIterator[Services]:
    """Services without background work: nothing happens but by `tick`."""
    services = Services(storage, registry, clock=hands)
    yield services
    await services.delivery.close()
    await services.calculator.close()


@pytest_asyncio.fixture(scope="module")
async def shared(mongo_url: str, registry: Registry) -> AsyncIterator[tuple[Services, Hands]]:
    """The same for tests that leave nothing that is due, with its clock."""
    hands, database = Hands(), f"time-{uuid4().hex}"
    async with Storage(mongo_url, database) as storage:
        services = Services(storage, registry, clock=hands)
        yield services, hands
        await services.delivery.close()
        await storage.database.client.drop_database(database)


async def define(services: Services, *documents: dict[str, Any]) -> None:
    """Writes blueprints and scorecards."""
    for one in documents:
        shelf: Any = services.scorecards if "rules" in one else services.blueprints
        written = await shelf.upsert(one)
        assert not has_errors(written.issues), written.issues


async def stored(services: Services, identifier: str = "api") -> Entity:
    """A service as it is stored."""
    held = await services.storage.entities.get([("service", identifier)])
    return held["service", identifier].entity


async def due(services: Services, identifier: str = "api") -> datetime | None:
    """When time can change it, as it is stored."""
    row = await services.storage.database["entities"].find_one({"identifier": identifier})
    assert row is not None
    return None if row["due"] is None else to_moment(int(row["due"]))


async def result(services: Services) -> str | None:
    """The result of the only rule; None without a score."""
    scores = (await stored(services)).scores
    return scores[0].results[0].result.value if scores else None


async def turn(services: Services, hands: Hands, text: str, look: Callable[[], Awaitable[Json]]) -> Json:
    """What is seen from an instant on, at which something changes and before which nothing does."""
    before = await look()
    for early in (timedelta(seconds=1), TICK, timedelta(microseconds=1)):
        hands.now = at(text) - early
        assert await services.timekeeping.tick() == 0
        assert await look() == before
    hands.put(text)
    assert await services.timekeeping.tick() == 1
    assert await services.timekeeping.tick() == 0
    after = await look()
    assert after != before
    return after


BERLIN: Final = {"timeZone": "Europe/Berlin"}


@pytest.mark.parametrize(
    ("asked", "deployed", "turns"),
    [
        (("olderThan", "P30D"), "2026-01-09T08:00:00Z", ["2026-02-08T08:00:00Z PASSED"]),
        (("olderThan", "P1M"), "2026-01-31T00:00:00Z", ["2026-02-28T00:00:00Z PASSED"]),
        (("newerThan", "PT12H"), "2026-01-10T11:30:00.250Z", ["2026-01-10T23:30:00.250Z NOT_PASSED"]),
        (("newerThan", "P1D"), "2026-01-11T06:00:00+01:00", ["2026-01-12T05:00:00Z NOT_PASSED"]),
        (("between", {"preset": "today", **BERLIN}), "2026-01-12T23:30:00Z",
         ["2026-01-12T23:00:00Z PASSED", "2026-01-13T23:00:00Z NOT_PASSED"]),
        (("between", {"preset": "tomorrow"}), "2026-01-12T00:00:00Z",
         ["2026-01-11T00:00:00Z PASSED", "2026-01-12T00:00:00Z NOT_PASSED"]),
        (("between", {"preset": "yesterday"}), "2026-01-12T12:00:00Z",
         ["2026-01-13T00:00:00Z PASSED", "2026-01-14T00:00:00Z NOT_PASSED"]),
        (("between", {"preset": "lastWeek"}), "2026-01-10T15:00:00Z",
         ["2026-01-10T15:00:00Z PASSED", "2026-01-18T00:00:00Z NOT_PASSED"]),
        (("between", {"preset": "nextWeek"}), "2026-01-20T15:00:00Z",
         ["2026-01-13T00:00:00Z PASSED", "2026-01-20T15:00:00.001Z NOT_PASSED"]),
        (("notBetween", {"preset": "lastDay"}), "2026-01-10T10:00:00Z", ["2026-01-12T00:00:00Z PASSED"]),
    ],
    ids=lambda one: f"{one[0]} {one[1]}" if isinstance(one, tuple) else "",
)  # fmt: skip
async def test_a_rule_turns_at_its_instants_and_not_before(
    shared: tuple[Services, Hands], asked: tuple[str, Json], deployed: str, turns: list[str]
) -> None:
    services, hands = shared
    hands.now = NOON
    only = rule("only", "Bronze", condition("deployed_at", *asked))
    await define(services, blueprint(), scorecard("quality", only))
    await services.entities.upsert([entity("api", deployed_at=deployed)], Mode.REPLACE)
    for text in turns:
        instant_, _, expected = text.partition(" ")
        assert await turn(services, hands, instant_, lambda: result(services)) == expected
    assert await due(services) is None
    hands.now += 4000 * DAY
    assert await services.timekeeping.tick() == 0
    await services.entities.delete("service", ["api"])


async def test_what_does_not_depend_on_time_is_never_due(still: Services, hands: Hands) -> None:
    fixed = condition("deployed_at", "between", {"from": "2026-01-01", "to": "2026-12-31"})
    await define(still, blueprint(), scorecard("quality", rule("only", "Bronze", fixed)))
    await write(still, entity("api", deployed_at="2026-06-01T00:00:00Z"), entity("bare"))
    assert (await due(still), await due(still, "bare")) == (None, None)
    old = condition("deployed_at", "olderThan", "P1D")
    await define(still, scorecard("quality", rule("only", "Bronze", old)))
    await still.entities.upsert([entity("bare", stars=1)], Mode.MERGE)
    assert await due(still, "bare") is None
    hands.now += 4000 * DAY
    assert await still.timekeeping.tick() == 0


async def test_what_is_due_is_found_by_an_index(
    mongo_url: str, database: str, registry: Registry, hands: Hands
) -> None:
    commands = Commands()
    async with Storage(mongo_url, database, listeners=(commands,)) as storage:
        services = Services(storage, registry, clock=hands)
        old = condition("deployed_at", "olderThan", "P1D")
        await define(services, blueprint(), scorecard("quality", rule("only", "Bronze", old)))
        await write(
            services, *[entity(f"e{number}", deployed_at="2026-01-10T00:00:00Z") for number in range(50)]
        )
        with commands.recorded() as sent:
            assert await services.timekeeping.tick() == 0
        (asked,) = [{key: one[key] for key in ("find", "filter", "sort", "limit")} for one in sent]
        plan = await storage.database.command("explain", asked, verbosity="executionStats")
        stages = set(winning(plan["queryPlanner"]["winningPlan"]))
        await services.delivery.close()
        await storage.database.client.drop_database(database)
    assert "IXSCAN" in stages
    assert not stages & {"COLLSCAN", "SORT"}
    assert plan["executionStats"]["totalKeysExamined"] <= 1


async def test_the_log_tells_that_time_has_passed_and_of_whom(still: Services, hands: Hands) -> None:
    only = rule("only", "Bronze", condition("deployed_at", "newerThan", "P1D"))
    await define(still, blueprint(), scorecard("quality", only))
    await write(still, entity("api", deployed_at="2026-01-10T10:00:00Z"),
                entity("web", deployed_at="2026-01-10T11:00:00Z"))  # fmt: skip
    before = (await still.storage.log.page(Changes(), None, 1))[0].number
    hands.put("2026-01-11T10:30:00Z")
    assert await still.timekeeping.tick() == 1
    found = await still.storage.log.read(before, 100)
    assert {(one.entity, one.kind, one.before, one.after) for one in found} == {
        ("api", ChangeKind.LEVEL, "Bronze", "Basic"),
        ("api", ChangeKind.RULE_RESULT, "PASSED", "NOT_PASSED"),
    }
    assert {one.cause.kind for one in found} == {CauseKind.TIME_PASSED}
    assert {one.at for one in found} == {"2026-01-11T10:30:00.000Z"}
    await still.counting.write()
    (count,) = [one for one in await still.storage.counts.all(None) if one.cause is CauseKind.TIME_PASSED]
    assert (count.blueprint, count.evaluated, count.changed) == ("service", 1, 1)


async def test_a_filter_lets_a_score_come_and_go_in_time(still: Services, hands: Hands) -> None:
    soon = query(condition("deployed_at", "between", {"preset": "nextDay"}))
    only = rule("only", "Bronze", condition("stars", ">", 5))
    await define(still, blueprint(), scorecard("quality", only, filter=soon))
    await write(still, entity("api", deployed_at="2026-01-13T06:00:00Z", stars=9))
    assert await result(still) is None
    assert await turn(still, hands, "2026-01-12T00:00:00Z", lambda: result(still)) == "PASSED"
    assert await turn(still, hands, "2026-01-13T06:00:00.001Z", lambda: result(still)) is None
    levels = await still.storage.log.page(Changes(kind=ChangeKind.LEVEL), None, 10)
    assert [(one.before, one.after, one.cause.kind.value) for one in levels] == [
        ("Bronze", None, "TIME_PASSED"),
        (None, "Bronze", "TIME_PASSED"),
    ]


def aggregating(**spec: Json) -> list[dict[str, Json]]:
    """Services that aggregate the incidents that point at them."""
    found: dict[str, Json] = {"target": "incident", "calculationSpec": spec}
    recent = {"combinator": "and", "rules": [condition("$createdAt", "newerThan", "P2D")]}
    entities = {"target": "incident", "calculationSpec": {"calculationBy": "entities", "func": "count"}}
    both = {"found": found, "recent": entities | {"query": recent}}
    incident = blueprint("incident", relations={"hits": {"target": "service"}})
    return [blueprint(aggregationProperties=both), incident]


def struck(identifier: str, **properties: Json) -> dict[str, Json]:
    return entity(identifier, "incident", **properties) | {"relations": {"hits": "api"}}


async def test_an_average_over_time_is_another_when_another_unit_begins(
    still: Services, hands: Hands
) -> None:
    spec: dict[str, Json] = {"calculationBy": "entities", "func": "average", "averageOf": "day"}
    seldom = rule("only", "Bronze", condition("found", "<", 2))
    await define(still, *aggregating(**spec), scorecard("quality", seldom))
    await write(still, struck("i1"), struck("i2"), struck("i3"))
    hands.put("2026-01-10T18:00:00Z")
    await write(still, entity("api"))

    async def look() -> Json:
        return (await stored(still)).derived["found"], await result(still)

    assert await look() == (3.0, "NOT_PASSED")
    assert await due(still) == NOON + DAY + timedelta(microseconds=1)
    assert await turn(still, hands, "2026-01-11T12:00:00.001Z", look) == (1.5, "PASSED")
    assert await due(still) == NOON + 2 * DAY
    hands.now = NOON + 2 * DAY
    assert await still.timekeeping.tick() == 1
    assert (await stored(still)).derived == {"found": 1.5, "recent": 0}
    assert await turn(still, hands, "2026-01-12T12:00:00.001Z", look) == (1.0, "PASSED")


async def test_what_an_aggregation_counts_goes_in_time(still: Services, hands: Hands) -> None:
    await define(still, *aggregating(calculationBy="property", func="sum", property="stars"))
    await write(still, struck("i1", stars=1))
    hands.put("2026-01-10T13:00:00Z")
    await write(still, struck("i2", stars=1), entity("api"))

    async def look() -> Json:
        return (await stored(still)).derived

    assert await look() == {"found": 2, "recent": 2}
    assert await turn(still, hands, "2026-01-12T12:00:00Z", look) == {"found": 2, "recent": 1}
    assert await turn(still, hands, "2026-01-12T13:00:00Z", look) == {"found": 2, "recent": 0}
    assert await due(still) is None


async def test_a_calculation_that_asks_for_the_time_is_answered_anew_every_hour(
    still: Services, hands: Hands
) -> None:
    hands.put("2026-01-10T12:30:00Z")
    program = "(now - (.properties.deployed_at | fromdate)) / 3600"
    age: dict[str, Json] = {"calculation": program, "type": "number"}
    await define(
        still,
        blueprint(calculationProperties={"age": age, "fixed": {"calculation": "1", "type": "number"}}),
        scorecard("quality", rule("only", "Bronze", condition("age", ">=", 2))),
    )
    await write(still, entity("api", deployed_at="2026-01-10T12:00:00Z"))

    async def look() -> Json:
        return (await stored(still)).derived["age"], await result(still)

    assert await look() == (0, "NOT_PASSED")
    assert await turn(still, hands, "2026-01-10T13:00:00Z", look) == (1, "NOT_PASSED")
    assert await turn(still, hands, "2026-01-10T14:00:00Z", look) == (2, "PASSED")
    assert await due(still) == at("2026-01-10T15:00:00Z")


async def test_what_can_change_first_is_due_first(still: Services, hands: Hands) -> None:
    hour: dict[str, Json] = {"calculation": "now / 3600 | floor", "type": "number"}
    old = rule("only", "Bronze", condition("deployed_at", "olderThan", "PT30M"))
    document = blueprint(calculationProperties={"hour": hour})
    await define(still, document, scorecard("quality", old))
    await write(still, entity("api", deployed_at="2026-01-10T11:50:00Z"))
    assert await turn(still, hands, "2026-01-10T12:20:00Z", lambda: result(still)) == "PASSED"
    assert await due(still) == at("2026-01-10T13:00:00Z")
    await write(still, entity("api", deployed_at="2026-01-10T13:10:00Z"))
    assert await due(still) == at("2026-01-10T13:00:00Z")


async def test_what_time_changes_in_one_reaches_those_that_read_it(
    storage: Storage, registry: Registry, hands: Hands
) -> None:
    documents = aggregating(calculationBy="entities", func="count")
    team = {"combinator": "and", "rules": [condition("recent", ">", 0)]}
    busy = {
        "target": "service",
        "calculationSpec": {"calculationBy": "entities", "func": "count"},
        "query": team,
    }
    async with Services(storage, registry, clock=hands) as services:
        await define(services, documents[0] | {"relations": {"owner": {"target": "team"}}}, documents[1])
        await define(services, blueprint("team", aggregationProperties={"busy": busy}))
        await write(
            services, entity("red", "team"), entity("api") | {"relations": {"owner": "red"}}, struck("i1")
        )
        await services.settled()

        async def look() -> tuple[Json, Json]:
            held = await storage.entities.get([("service", "api"), ("team", "red")])
            service, red = (held[key].entity for key in (("service", "api"), ("team", "red")))
            return service.derived["recent"], red.derived["busy"]

        assert await look() == (1, 1)
        hands.now = NOON + 2 * DAY
        await eventually(look, lambda seen: seen == (0, 0))
