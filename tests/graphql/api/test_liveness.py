"""Liveness: who follows a service hears of an incident of what that depends on, and nobody else does."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any
from uuid import uuid4

import pytest

from levelmark.domain.json import Json
from tests.graphql.api import operations
from tests.graphql.api.client import Client, Data
from tests.graphql.api.streams import sent_events, socket_to, take
from tests.support.documents import condition, query, rule, scorecard
from tests.support.waiting import eventually

DERIVED = """query($blueprint: String!) {
    entities(blueprint: $blueprint, first: 10) {edges {node {identifier derived}}}
}"""
OPEN = {"db": 0, "cache": 1, "lone": 0, "api": 0, "web": 0}


class Shop:
    """Services: `web` depends on `api`, that on `db`; and `cache`, which has an open incident."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.service = f"service-{uuid4().hex[:8]}"
        self.incident = f"incident-{uuid4().hex[:8]}"

    def build(self) -> None:
        incident, service = self._incident_blueprint(), self._service_blueprint()
        self.client.write_blueprint(service | {"aggregationProperties": {}})
        self.client.write_blueprint(incident)
        self.client.write_blueprint(service)
        calm = rule("calm-below", "Bronze", condition("troubleBelow", "<", 1))
        self.client.write_scorecard(scorecard(f"calm-{self.service}", calm, of=self.service))
        self.depend({"db": [], "cache": [], "lone": [], "api": ["db", "lone"], "web": ["api"]})
        self.tell("broken-cache", "cache", "open")
        self.tell("broken-db", "db", "resolved")

    def tell(self, identifier: str, service: str, status: str) -> None:
        document: dict[str, Json] = {"identifier": identifier, "blueprint": self.incident}
        of = {"properties": {"status": status}, "relations": {"service": service}}
        self.client.write_entities(document | of)

    def depend(self, uses: dict[str, list[str]]) -> None:
        self.client.write_entities(
            *({"identifier": name, "blueprint": self.service, "relations": {"dependsOn": used}}
              for name, used in uses.items())
        )  # fmt: skip

    async def open_incidents(self) -> dict[str, int]:
        nodes = self.client.nodes(DERIVED, blueprint=self.service)
        return {one["identifier"]: one["derived"]["openIncidents"] for one in nodes}

    def newest(self) -> str:
        """The cursor behind the last level that has moved."""
        newest = self.client.nodes(operations.LEVEL_CHANGES, filter={"blueprint": self.service}, first=1)
        cursor: str = newest[0]["cursor"]
        return cursor

    def of(self, entity: str) -> dict[str, Json]:
        return {"blueprint": self.service, "entity": entity}

    def _incident_blueprint(self) -> dict[str, Json]:
        return {
            "identifier": self.incident,
            "title": "Incident",
            "schema": {"properties": {"status": {"type": "string"}}},
            "relations": {"service": {"target": self.service}},
        }

    def _service_blueprint(self) -> dict[str, Json]:
        count = {"calculationBy": "entities", "func": "count"}
        total = {"calculationBy": "property", "func": "sum", "property": "openIncidents"}
        number = {"title": "Incidents", "type": "number"}
        below = {"target": self.service, "calculationSpec": total, "pathFilter": [{"path": ["dependsOn"]}]}
        own = {
            "target": self.incident,
            "calculationSpec": count,
            "query": query(condition("status", "=", "open")),
        }
        return {
            "identifier": self.service,
            "title": "Service",
            "schema": {"properties": {}},
            "relations": {"dependsOn": {"target": self.service, "many": True}},
            "aggregationProperties": {"openIncidents": number | own, "troubleBelow": number | below},
        }


@pytest.fixture
async def shop(api: Client) -> Shop:
    shop = Shop(api)
    shop.build()
    await eventually(shop.open_incidents, lambda now: now == OPEN)
    return shop


def move(change: Data) -> tuple[str, str, str, str]:
    return change["entityIdentifier"], change["fromLevel"], change["toLevel"], change["cause"]["kind"]


LOST = ("api", "Bronze", "Basic", "RELATED_ENTITY_WRITTEN")
REGAINED = ("api", "Basic", "Bronze", "RELATED_ENTITY_WRITTEN")


async def test_an_incident_moves_the_level_two_hops_away_once_and_its_end_moves_it_back(shop: Shop) -> None:
    async with socket_to(shop.client.url) as socket:
        start = shop.newest()
        heard = socket.follow(operations.FOLLOW_LEVELS, filter=shop.of("api"), after=start)
        async with aclosing(heard):
            assert await told_of_both(shop, heard) == [LOST, REGAINED]
            shop.depend({"api": ["cache"]})
            # What is heard next is this, so that neither of the two was told twice.
            assert list(map(move, await take(1, heard))) == [("api", "Bronze", "Basic", "ENTITY_WRITTEN")]


async def test_an_event_stream_tells_the_same(shop: Shop) -> None:
    start = shop.newest()
    events = sent_events(shop.client.url, operations.FOLLOW_LEVELS, filter=shop.of("api"), after=start)

    async def changes() -> AsyncGenerator[Data, None]:
        async for event in events:
            yield event.data["data"]["levelChanges"]

    async with aclosing(events), aclosing(changes()) as heard:
        assert await told_of_both(shop, heard) == [LOST, REGAINED]


@pytest.mark.parametrize("bystander", ["db", "web", "lone"])
async def test_other_services_hear_nothing_of_it(shop: Shop, bystander: str) -> None:
    async with socket_to(shop.client.url) as socket:
        start = shop.newest()
        near = socket.follow(operations.FOLLOW_LEVELS, filter=shop.of("api"), after=start)
        far = socket.follow(operations.FOLLOW_LEVELS, filter=shop.of(bystander), after=start)
        async with aclosing(near), aclosing(far):
            first = asyncio.create_task(take(1, far))
            await told_of_both(shop, near)
            shop.depend({bystander: ["cache"]})
            assert list(map(move, await first)) == [(bystander, "Bronze", "Basic", "ENTITY_WRITTEN")]


async def told_of_both(shop: Shop, heard: AsyncGenerator[Data, None]) -> list[Any]:
    """What is heard when an incident begins, and when it ends."""
    told = []
    for status in ("open", "resolved"):
        hearing = asyncio.create_task(take(1, heard))
        await asyncio.sleep(0)
        shop.tell("broken-db", "db", status)
        told += [move(one) for one in await hearing]
    return told
