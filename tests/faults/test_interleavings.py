"""Two at the same thing, at the exact moment at which it hurts."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from levelmark.domain.json import Json
from levelmark.plugins import Registry
from levelmark.services import Services
from levelmark.services.outcome import Outcome
from levelmark.services.writing import Mode
from levelmark.storage import Storage
from levelmark.storage.log import Changes
from tests.faults.interleaving import after, before
from tests.support.consistency import assert_consistent, levels
from tests.support.documents import blueprint, condition, entity, rule, scorecard


@pytest.fixture
def one(storage: Storage, registry: Registry) -> Services:
    """A process that does only what it is told."""
    return Services(storage, registry)


@pytest_asyncio.fixture
async def other(
    mongo_url: str, database: str, storage: Storage, registry: Registry
) -> AsyncIterator[Services]:
    """Another one over the same database."""
    del storage  # it is there first, and drops the database last
    async with Storage(mongo_url, database) as own:
        yield Services(own, registry)


def starry(threshold: int) -> dict[str, Json]:
    return scorecard("starry", rule("bright", "Bronze", condition("stars", ">", threshold)))


async def define(services: Services, threshold: int = 5) -> None:
    await services.blueprints.upsert(blueprint())
    await services.scorecards.upsert(starry(threshold))


async def write(services: Services, stars: int, name: str = "api") -> Outcome:
    (written,) = await services.entities.upsert([entity(name, stars=stars)], Mode.REPLACE)
    return written.outcome


async def sweep(services: Services) -> None:
    """Works at all open evaluations."""
    while (evaluation := await services.storage.evaluations.take("test")) is not None:
        services.evaluations._owner = "test"
        await services.evaluations._work(evaluation)


async def told(storage: Storage) -> list[str | None]:
    """The levels that the log tells of, in order."""
    changes = await storage.log.page(Changes(), None, 100)
    return [change.after for change in reversed(levels(changes))]


async def settled(storage: Storage, registry: Registry) -> None:
    """Lets a process that is started anew finish what is left, and checks everything."""
    async with Services(storage, registry):
        await assert_consistent(storage, registry.operators)


async def test_a_sweep_by_superseded_definitions_does_not_undo_an_evaluation_by_newer_ones(
    one: Services, other: Services, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    await define(one, threshold=5)
    await write(one, stars=6)
    await one.scorecards.upsert(starry(9))

    async def newer() -> None:
        await other.scorecards.upsert(starry(2))
        await write(other, stars=7)

    before(monkeypatch, one.storage.entities, "outdated", newer)
    await sweep(one)
    assert await told(one.storage) == ["Bronze"]
    await settled(one.storage, registry)


async def test_a_write_by_superseded_definitions_does_not_undo_an_evaluation_by_newer_ones(
    one: Services, other: Services, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    await define(one, threshold=9)
    await write(one, stars=6)

    async def newer() -> None:
        await other.scorecards.upsert(starry(2))
        await write(other, stars=7)

    before(monkeypatch, one.storage.entities, "get", newer)
    await write(one, stars=8)
    assert await told(one.storage) == ["Basic", "Bronze"]
    await settled(one.storage, registry)


async def test_a_write_that_is_evaluated_again_does_not_undo_a_deletion_that_came_between(
    one: Services, other: Services, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    await define(one)

    async def edit_and_delete() -> None:
        await other.scorecards.upsert(starry(2))
        (deleted,) = await other.entities.delete("service", ["api"])
        assert deleted.outcome is Outcome.DELETED

    after(monkeypatch, one.storage.entities, "commit", edit_and_delete)
    assert await write(one, stars=4) is Outcome.CREATED
    assert await one.storage.entities.count("service") == 0
    await settled(one.storage, registry)


async def test_a_write_that_is_evaluated_again_does_not_undo_a_write_that_came_between(
    one: Services, other: Services, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    await define(one)

    async def edit_and_write() -> None:
        await other.scorecards.upsert(starry(2))
        assert await write(other, stars=9) is Outcome.UPDATED

    after(monkeypatch, one.storage.entities, "commit", edit_and_write)
    await write(one, stars=4)
    stored = await one.entities.get([("service", "api")])
    assert stored["service", "api"].properties == {"stars": 9}
    await settled(one.storage, registry)


@pytest.mark.parametrize("swept", [False, True])
async def test_the_answer_to_a_write_that_is_evaluated_again_carries_the_newest_level(
    one: Services, other: Services, registry: Registry, monkeypatch: pytest.MonkeyPatch, *, swept: bool
) -> None:
    await define(one)
    await write(one, stars=3)

    async def edit() -> None:
        await other.scorecards.upsert(starry(2))
        if swept:
            await sweep(other)

    after(monkeypatch, one.storage.entities, "commit", edit)
    (written,) = await one.entities.upsert([entity("api", stars=4)], Mode.REPLACE)
    assert written.value is not None
    assert (written.outcome, written.value.scores[0].level) == (Outcome.UPDATED, "Bronze")
    await settled(one.storage, registry)


async def test_a_deletion_that_lost_to_a_write_is_tried_again(
    one: Services, other: Services, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    await define(one)
    await write(one, stars=4)
    before(monkeypatch, one.storage.entities, "bury", lambda: write(other, stars=9))
    (deleted,) = await one.entities.delete("service", ["api"])
    assert deleted.value is not None
    assert (deleted.outcome, deleted.value.properties) == (Outcome.DELETED, {"stars": 9})
    assert await one.storage.entities.count("service") == 0
    await settled(one.storage, registry)


async def test_a_deletion_takes_an_entity_once_and_not_its_successor(
    one: Services, other: Services, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    await define(one)
    await write(one, stars=4)

    async def create_again() -> None:
        assert await write(other, stars=9) is Outcome.CREATED

    after(monkeypatch, one.storage.entities, "bury", create_again)
    (deleted,) = await one.entities.delete("service", ["api"])
    assert deleted.outcome is Outcome.DELETED
    assert await one.storage.entities.count("service") == 1
    await settled(one.storage, registry)


async def test_the_entities_of_a_blueprint_that_is_written_anew_outlive_the_deletion_of_the_old_one(
    one: Services, other: Services, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    await define(one)
    await write(one, stars=4)

    async def create_again() -> None:
        await define(other)
        assert await write(other, stars=9, name="web") is Outcome.CREATED

    after(monkeypatch, one.storage.entities, "bury", create_again)
    await one.blueprints.delete("service", force=True)
    stored = await one.entities.get([("service", "api"), ("service", "web")])
    assert list(stored) == [("service", "web")]
    await settled(one.storage, registry)


async def test_the_reconciler_takes_no_entities_of_a_blueprint_that_is_written_anew(
    one: Services, other: Services, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    await define(one)
    await write(one, stars=4)
    known = await one.storage.definitions.blueprint.get("service")
    assert known is not None
    await one.storage.definitions.blueprint.remove(known)  # and the process crashed

    async def create_again() -> None:
        await define(other)
        assert await write(other, stars=9, name="web") is Outcome.CREATED

    after(monkeypatch, one.storage.definitions.blueprint, "many", create_again)
    await one.reconciler._remove_orphans()
    assert ("service", "web") in await one.entities.get([("service", "web")])
    await settled(one.storage, registry)


@pytest.mark.parametrize("moment", ["remove", "page"])
async def test_a_scorecard_that_is_written_while_its_blueprint_goes_goes_with_it(
    one: Services, other: Services, registry: Registry, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    await define(one)
    after(monkeypatch, one.storage.definitions.scorecard, moment, lambda: other.scorecards.upsert(starry(9)))
    await one.blueprints.delete("service", force=True)
    await settled(one.storage, registry)
    assert await one.storage.definitions.scorecards() == []


async def test_a_blueprint_that_was_edited_judges_the_next_entity(one: Services) -> None:
    await define(one)
    await write(one, stars=4)
    strict = blueprint()
    strict["schema"]["required"] = ["language"]
    await one.blueprints.upsert(strict, force=True)
    assert await write(one, stars=5) is Outcome.INVALID
