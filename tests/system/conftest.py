"""What tests of scorecards as entities share: a small catalogue with two scorecards."""

from typing import Any

import pytest_asyncio

from levelmark.domain.entity import Entity
from levelmark.domain.json import Json
from levelmark.domain.system import RULE, RULE_RESULT, SCORECARD
from levelmark.services import Services
from levelmark.services.outcome import Outcome, Written
from levelmark.services.writing import Mode
from tests.graphql.api.conftest import api, card, kind, shared_server
from tests.support.documents import blueprint, condition, entity, rule, scorecard

__all__ = ["api", "card", "kind", "shared_server"]

OWN: dict[str, Any] = {
    "schema": {"properties": {"weight": {"type": "number"}}},
    "relations": {"helper": {"target": "service"}},
}


class World:
    """Services over a small catalogue, and what tests often do with it."""

    def __init__(self, services: Services) -> None:
        self.services = services

    async def fill(self) -> None:
        """Writes the catalogue, with a property and a relation of everybody's own in each blueprint."""
        await self.services.blueprints.upsert(blueprint())
        await self.services.scorecards.upsert(
            scorecard(
                "quality",
                rule("starred", "Bronze", condition("stars", ">", 3)),
                rule("kept", "Silver", condition("archived", "=", False)),
            )
        )
        await self.services.scorecards.upsert(
            scorecard("a/b~c", rule("x/y", "Gold", condition("language", "=", "Go")))
        )
        for name in (SCORECARD, RULE, RULE_RESULT):
            assert (await self.services.blueprints.upsert({"identifier": name, **OWN})).value is not None
        await self.write(entity("api", stars=5, archived=True), entity("web", language="Go"))
        await self.services.settled()

    async def write(
        self, *documents: Json, mode: Mode = Mode.MERGE, strict: bool = False
    ) -> list[Written[Entity]]:
        """Writes entities of whatever blueprints."""
        naming = await self.services.naming.current()
        return await self.services.entities.upsert(documents, mode, naming, strict=strict)

    async def own(self, blueprint: str, identifier: str) -> dict[str, Json] | None:
        """What is kept of everybody's own properties under that key."""
        key = blueprint, identifier
        found = await self.services.storage.entities.get([key])
        return dict(found[key].entity.properties) if key in found else None


@pytest_asyncio.fixture
async def world(services: Services) -> World:
    """The catalogue, written."""
    world = World(services)
    await world.fill()
    return world


def sound(written: list[Written[Entity]]) -> list[Entity]:
    """The entities as they stand, none of which was refused."""
    assert all(one.outcome is not Outcome.INVALID for one in written), written
    return [one.value for one in written if one.value is not None]


def refused(written: list[Written[Entity]]) -> list[tuple[str, str]]:
    """The places and codes of the errors of documents that were all refused."""
    assert all(one.outcome is Outcome.INVALID for one in written), written
    return [(issue.path, issue.code) for one in written for issue in one.issues]
