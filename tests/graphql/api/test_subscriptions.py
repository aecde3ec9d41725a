"""Subscriptions: heard at once, narrowed, and resumed with nothing lost, over sockets and event streams."""

import asyncio
from contextlib import aclosing
from typing import Any

import pytest
from gql.transport.exceptions import TransportConnectionFailed, TransportQueryError

from levelmark.storage import Storage
from tests.graphql.api import operations
from tests.graphql.api.client import Client, Data
from tests.graphql.api.streams import sent_events, socket_to, take
from tests.support.documents import blueprint, condition, entity, rule, scorecard
from tests.support.server import ServerProcess

LIKED = rule("liked", "Bronze", condition("stars", ">", 5))
LOVED = rule("loved", "Silver", condition("stars", ">", 50))


@pytest.fixture
def shop(api: Client, kind: str, card: str) -> str:
    api.write_blueprint(blueprint(kind))
    api.write_scorecard(scorecard(card, LIKED, LOVED, of=kind))
    api.settle(kind)
    return kind


def newest(api: Client, kind: str) -> str:
    """A cursor behind which nothing of the blueprint has happened yet."""
    api.write_entities(entity("first", kind))
    api.query(operations.DELETE_ENTITIES, input={"blueprint": kind, "identifiers": ["first"]})
    cursor: str = api.nodes(operations.LEVEL_CHANGES, filter={"blueprint": kind}, first=1)[0]["cursor"]
    return cursor


def move(change: Data) -> tuple[str, str | None, str | None]:
    return change["entityIdentifier"], change["fromLevel"], change["toLevel"]


async def knock(api: Client, kind: str) -> None:
    """Changes a level again and again, for who wants to know whether a subscription has begun."""
    for stars in range(1_000):
        api.write_entities(entity("knock", kind, stars=stars % 2 * 10))
        await asyncio.sleep(0.05)


async def test_a_subscriber_hears_an_edit_and_after_a_cut_gets_what_it_missed(api: Client, shop: str) -> None:
    own = {"blueprint": shop}
    async with (
        socket_to(api.url) as socket,
        aclosing(socket.follow(operations.FOLLOW_LEVELS, filter=own)) as heard,
    ):
        knocking = asyncio.create_task(knock(api, shop))
        assert (await take(1, heard))[0]["entityIdentifier"] == "knock"
        knocking.cancel()
        api.write_entities(entity("api", shop, stars=9))
        change = (await take(1, heard))[0]
        while change["entityIdentifier"] == "knock":
            change = (await take(1, heard))[0]
        assert move(change) == ("api", None, "Bronze")
        socket.cut()
        with pytest.raises(TransportConnectionFailed):
            await take(1, heard)
    api.write_entities(entity("api", shop, stars=99))
    api.write_entities(entity("api", shop))
    async with socket_to(api.url) as socket:
        again = socket.follow(operations.FOLLOW_LEVELS, filter=own, after=change["cursor"])
        async with aclosing(again):
            missed = await take(2, again)
            assert list(map(move, missed)) == [("api", "Bronze", "Silver"), ("api", "Silver", "Basic")]
            api.write_entities(entity("api", shop, stars=7))
            assert list(map(move, await take(1, again))) == [("api", "Basic", "Bronze")]


async def test_an_event_tells_everything_that_history_tells(api: Client, shop: str, card: str) -> None:
    start = newest(api, shop)
    api.write_entities(entity("api", shop, stars=9) | {"team": "red"})
    own = {"blueprint": shop}
    async with socket_to(api.url) as socket:
        levels = socket.follow(operations.FOLLOW_LEVELS, filter=own, after=start)
        results = socket.follow(operations.FOLLOW_RESULTS, filter=own, after=start)
        async with aclosing(levels), aclosing(results):
            (level,) = await take(1, levels)
            both = await take(2, results)
    assert level == api.nodes(operations.LEVEL_CHANGES, filter=own, first=1)[0]
    assert both[::-1] == api.nodes(operations.RESULT_CHANGES, filter=own, first=2)
    assert (level["cause"]["kind"], level["teams"]) == ("ENTITY_WRITTEN", ["red"])
    assert (level["scorecard"], level["entity"]) == ({"identifier": card}, {"identifier": "api"})
    assert [(one["ruleIdentifier"], one["fromResult"], one["toResult"]) for one in both] == [
        ("liked", None, "PASSED"),
        ("loved", None, "NOT_PASSED"),
    ]


async def test_each_filter_narrows_what_is_told(api: Client, shop: str, card: str) -> None:
    start = newest(api, shop)
    api.write_entities(entity("a", shop, stars=9) | {"team": "red"})
    api.write_entities(entity("b", shop, stars=99) | {"team": ["blue", "green"]})
    own: dict[str, Any] = {"blueprint": shop}

    async with socket_to(api.url) as socket:

        async def told(document: str, count: int, **narrow: Any) -> list[str]:
            events = socket.follow(document, filter=own | narrow, after=start)
            async with aclosing(events):
                changes = await take(count, events)
            return [f"{one['entityIdentifier']} {one.get('ruleIdentifier', '')}".strip() for one in changes]

        assert await told(operations.FOLLOW_LEVELS, 2) == ["a", "b"]
        assert await told(operations.FOLLOW_LEVELS, 1, entity="b") == ["b"]
        assert await told(operations.FOLLOW_LEVELS, 1, teams=["green", "x"]) == ["b"]
        assert await told(operations.FOLLOW_LEVELS, 2, scorecard=card) == ["a", "b"]
        assert await told(operations.FOLLOW_RESULTS, 4) == ["a liked", "a loved", "b liked", "b loved"]
        assert await told(operations.FOLLOW_RESULTS, 2, rule="loved") == ["a loved", "b loved"]


async def test_each_event_reads_things_as_they_are_then(api: Client, shop: str) -> None:
    titles = """
    subscription($filter: ChangeFilterInput, $after: String) {
        levelChanges(filter: $filter, after: $after) {entity {title score(scorecard: "%s") {level {title}}}}
    }"""
    start = newest(api, shop)
    card = api.identifiers(operations.SCORECARDS, blueprint=shop)[0]
    async with socket_to(api.url) as socket:
        events = socket.follow(titles % card, filter={"blueprint": shop}, after=start)
        async with aclosing(events):
            for stars, level in ((9, "Bronze"), (99, "Silver")):
                api.write_entities(entity("api", shop, stars=stars) | {"title": level})
                (change,) = await take(1, events)
                assert change["entity"] == {"title": level, "score": {"level": {"title": level}}}


async def test_server_sent_events_carry_cursors_and_resume_by_the_last_one(api: Client, shop: str) -> None:
    start = newest(api, shop)
    api.write_entities(entity("api", shop, stars=9))
    api.write_entities(entity("api", shop, stars=99))
    own = {"blueprint": shop}
    first = sent_events(api.url, operations.FOLLOW_LEVELS, filter=own, after=start)
    async with aclosing(first):
        (event,) = await take(1, first)
    change = event.data["data"]["levelChanges"]
    assert (event.name, event.id) == ("next", change["cursor"])
    assert move(change) == ("api", None, "Bronze")
    api.write_entities(entity("api", shop))
    resumed = sent_events(api.url, operations.FOLLOW_LEVELS, last_event_id=event.id, filter=own)
    async with aclosing(resumed):
        rest = [one.data["data"]["levelChanges"] for one in await take(2, resumed)]
        assert list(map(move, rest)) == [("api", "Bronze", "Silver"), ("api", "Silver", "Basic")]
    told = sent_events(
        api.url, operations.FOLLOW_LEVELS, last_event_id=start, filter=own, after=rest[0]["cursor"]
    )
    async with aclosing(told):
        assert [one.id for one in await take(1, told)] == [rest[1]["cursor"]]


@pytest.mark.parametrize("document", [operations.FOLLOW_LEVELS, operations.FOLLOW_RESULTS])
@pytest.mark.parametrize(
    ("cursor", "code"),
    [("999999999", "CURSOR_EXPIRED"), ("no cursor", "BAD_USER_INPUT"), ("", "BAD_USER_INPUT"),
     ("-1", "BAD_USER_INPUT"), ("9" * 30, "BAD_USER_INPUT"), ("²", "BAD_USER_INPUT")],
)  # fmt: skip
async def test_a_cursor_of_the_future_or_of_nothing_is_refused(
    api: Client, document: str, cursor: str, code: str
) -> None:
    async with socket_to(api.url) as socket:
        with pytest.raises(TransportQueryError) as refused:
            await take(1, socket.follow(document, after=cursor))
        assert refused.value.errors
        assert refused.value.errors[0]["extensions"]["code"] == code
        assert await take(1, socket.follow("{operators {name}}"))  # the socket goes on
    event = (await take(1, sent_events(api.url, document, after=cursor)))[0]
    assert event.data["errors"][0]["extensions"]["code"] == code


async def test_a_cursor_older_than_what_is_kept_has_expired(server: ServerProcess, storage: Storage) -> None:
    with Client(server.url) as api:
        api.write_blueprint(blueprint("service"))
        api.write_scorecard(scorecard("quality", LIKED))
        for stars in (1, 9, 1, 9):
            api.write_entities(entity("api", stars=stars))
        cursors = [one["cursor"] for one in api.nodes(operations.LEVEL_CHANGES)][::-1]
        await storage.database["changes"].delete_many({"_id": {"$lt": int(cursors[2])}})
        async with socket_to(server.url) as socket:
            with pytest.raises(TransportQueryError) as refused:
                await take(1, socket.follow(operations.FOLLOW_LEVELS, after=cursors[0]))
            assert refused.value.errors
            assert refused.value.errors[0]["extensions"]["code"] == "CURSOR_EXPIRED"
            assert "read the present state" in refused.value.errors[0]["message"]
            oldest = str(int(cursors[2]) - 1)
            kept = socket.follow(operations.FOLLOW_LEVELS, after=oldest)
            async with aclosing(kept):
                assert [one["cursor"] for one in await take(2, kept)] == cursors[2:]
