"""Notifiers are told of level changes, and cannot disturb anything."""

import asyncio
from collections.abc import Mapping

import pytest

from levelmark.domain.json import Json
from levelmark.plugins import Notification, Notifier, Registry
from levelmark.services import Services
from levelmark.services.notifications import Target
from levelmark.services.outcome import Outcome
from levelmark.services.writing import Mode
from levelmark.storage import Storage
from tests.support.documents import blueprint, condition, entity, rule, scorecard
from tests.support.waiting import eventually


class Recorder:
    """A notifier that remembers what it was told, after doing what `fault` does."""

    def __init__(self, fault: BaseException | None = None) -> None:
        self.fault = fault
        self.told: list[tuple[Notification, Mapping[str, Json]]] = []

    async def notify(self, notification: Notification, configuration: Mapping[str, Json]) -> None:
        self.told.append((notification, configuration))
        if self.fault is not None:
            raise self.fault

    def registry(self, registry: Registry) -> Registry:
        notifier = Notifier(
            name="recorder",
            description="Remembers.",
            configuration_schema={"type": "object"},
            notify=self.notify,
        )
        return Registry(registry.operators, {"recorder": notifier}, registry.plugins)

    async def count(self) -> int:
        return len(self.told)


async def fill(services: Services) -> None:
    await services.blueprints.upsert(blueprint())
    await services.scorecards.upsert(scorecard("liked", rule("liked", "Bronze", condition("stars", ">", 5))))
    await services.scorecards.upsert(
        scorecard("kept", rule("kept", "Gold", condition("archived", "=", False)))
    )


async def test_every_level_change_is_told_with_the_targets_configuration(
    storage: Storage, registry: Registry
) -> None:
    recorder = Recorder()
    targets = [Target("recorder", {"channel": "levels"}, ("liked",))]
    async with Services(storage, recorder.registry(registry), targets) as services:
        await fill(services)
        await services.entities.upsert([entity("api", stars=4)], Mode.REPLACE)
        await services.entities.upsert([entity("api", stars=6)], Mode.REPLACE)
        await eventually(recorder.count, lambda count: count == 2)
    (first, configuration), (second, _) = sorted(recorder.told, key=lambda one: one[0].id)
    assert configuration == {"channel": "levels"}
    assert (first.entity, first.scorecard, first.before, first.after) == ("api", "liked", None, "Basic")
    assert (second.before, second.after, second.cause) == ("Basic", "Bronze", "ENTITY_WRITTEN")


async def test_a_write_that_changes_no_level_is_not_told(storage: Storage, registry: Registry) -> None:
    recorder = Recorder()
    async with Services(storage, recorder.registry(registry), [Target("recorder")]) as services:
        await fill(services)
        await services.entities.upsert([entity("api", stars=4)], Mode.REPLACE)
        await eventually(recorder.count, lambda count: count == 2)
        await services.entities.upsert([entity("api", stars=5)], Mode.REPLACE)
        await asyncio.sleep(0.2)
        assert await recorder.count() == 2


@pytest.mark.parametrize(
    "fault", [ValueError("no"), SystemExit("no"), KeyboardInterrupt(), asyncio.CancelledError()]
)
async def test_a_notifier_that_fails_disturbs_no_write(
    storage: Storage, registry: Registry, fault: BaseException
) -> None:
    recorder = Recorder(fault)
    async with Services(storage, recorder.registry(registry), [Target("recorder")]) as services:
        await fill(services)
        written = await services.entities.upsert([entity("api", stars=6)], Mode.REPLACE)
        await eventually(recorder.count, lambda count: count == 2)
        again = await services.entities.upsert([entity("api", stars=1)], Mode.REPLACE)
        assert [one.outcome for one in (*written, *again)] == [Outcome.CREATED, Outcome.UPDATED]
