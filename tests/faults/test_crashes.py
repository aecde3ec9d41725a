"""A process ends between two steps of a write: another finishes what it began, and doubles nothing."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from levelmark.domain.change import CauseKind, Transition
from levelmark.plugins import Registry
from levelmark.services import Services
from levelmark.services.writing import Mode
from levelmark.storage import Storage
from tests.faults.catalogue import attacked_blueprint, crowd, popular
from tests.faults.conftest import Repaired
from tests.faults.interleaving import CrashError, before, crash
from tests.faults.scale import chance
from tests.support.consistency import assert_consistent
from tests.support.documents import condition, entity, query

CROWD = 120
"""Entities that a crash hits at once."""


async def test_a_crash_between_the_write_and_the_log_loses_nothing(
    doomed: Services, repaired: Repaired, monkeypatch: pytest.MonkeyPatch
) -> None:
    before(monkeypatch, doomed.storage.log, "append", crash)
    with pytest.raises(CrashError):
        await doomed.entities.upsert(crowd(chance("owed"), CROWD), Mode.REPLACE)
    assert await doomed.storage.log.read(0, 1) == []
    told = await repaired()
    assert [before for before, _ in told] == [None] * CROWD


async def test_a_crash_in_the_middle_of_the_log_doubles_nothing(
    doomed: Services, repaired: Repaired, monkeypatch: pytest.MonkeyPatch
) -> None:
    append = doomed.storage.log.append

    async def append_half(transitions: Sequence[Transition]) -> list[bool]:
        *whole, last = transitions[: CROWD // 2]
        await append([*whole, replace(last, moves=last.moves[:2])])
        raise CrashError

    with monkeypatch.context() as patch:
        patch.setattr(doomed.storage.log, "append", append_half)
        with pytest.raises(CrashError):
            await doomed.entities.upsert(crowd(chance("half"), CROWD), Mode.REPLACE)
    await repaired()


async def test_a_crash_between_the_log_and_the_outbox_doubles_nothing(
    doomed: Services, repaired: Repaired, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(transitions: Sequence[Transition]) -> None:
        del transitions

    with monkeypatch.context() as patch:
        patch.setattr(doomed.storage.entities, "settle", never)
        await doomed.entities.upsert(crowd(chance("unsettled"), CROWD), Mode.REPLACE)
        await doomed.delivery.close()
    logged = await doomed.storage.log.bounds()
    assert await doomed.storage.entities.owed(1)
    await repaired()
    assert await doomed.storage.log.bounds() == logged


async def test_a_crash_between_an_edit_and_its_evaluation_leaves_no_old_score(
    doomed: Services, repaired: Repaired, monkeypatch: pytest.MonkeyPatch
) -> None:
    await doomed.entities.upsert(crowd(chance("edited"), CROWD), Mode.REPLACE)
    before(monkeypatch, doomed.storage.evaluations, "add", crash)
    with pytest.raises(CrashError):
        await doomed.scorecards.upsert(popular(1))
    await repaired()


async def test_a_crash_between_a_write_and_its_look_at_the_definitions_leaves_no_old_score(
    doomed: Services, repaired: Repaired, monkeypatch: pytest.MonkeyPatch
) -> None:
    await doomed.entities.upsert(crowd(chance("first"), CROWD), Mode.REPLACE)

    async def edit_and_crash() -> None:
        await doomed.storage.definitions.scorecard.remove(
            (await doomed.storage.definitions.scorecards("service"))[0]
        )
        raise CrashError

    before(monkeypatch, doomed.storage.log, "append", edit_and_crash)
    with pytest.raises(CrashError):
        await doomed.entities.upsert(crowd(chance("second"), CROWD), Mode.REPLACE)
    await repaired()


async def test_however_much_was_left_behind_is_delivered_in_two_rounds(
    doomed: Services, mongo_url: str, database: str, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    before(monkeypatch, doomed.storage.log, "append", crash)
    with pytest.raises(CrashError):
        await doomed.entities.upsert(crowd(chance("many"), 700), Mode.REPLACE)
    async with Storage(mongo_url, database) as own:
        heir = Services(own, registry)
        await heir.reconciler.reconcile(CauseKind.SCORECARD_WRITTEN)
        assert await own.log.bounds() == (1, 0), "its writer may still be at it"
        await heir.reconciler.reconcile(CauseKind.SCORECARD_WRITTEN)
        await heir.delivery.close()
        assert await own.entities.owed(1) == []
        assert len({change.entity for change in await own.log.read(0, 10_000)}) == 700


@pytest.mark.parametrize("count", [0, CROWD])
async def test_a_crash_while_a_blueprint_goes_leaves_nothing_of_it(
    doomed: Services, repaired: Repaired, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    await doomed.entities.upsert(crowd(chance("gone"), count), Mode.REPLACE)
    before(monkeypatch, doomed.storage.definitions.scorecard, "remove", crash)
    with pytest.raises(CrashError):
        await doomed.blueprints.delete("service", force=True)
    await repaired()
    assert await doomed.storage.entities.count("service") == 0
    assert await doomed.storage.definitions.scorecards() == []


async def test_an_undelivered_deletion_is_told_before_what_its_successor_did(
    doomed: Services, repaired: Repaired, monkeypatch: pytest.MonkeyPatch
) -> None:
    await doomed.entities.upsert([entity("api", stars=20, archived=False)], Mode.REPLACE)
    await delete_and_crash(doomed, monkeypatch, "api")
    await doomed.entities.upsert([entity("api", stars=3)], Mode.REPLACE)
    await doomed.entities.upsert([entity("api", stars=7)], Mode.REPLACE)
    assert await repaired() == [(None, "Gold"), ("Gold", None), (None, "Bronze"), ("Bronze", "Silver")]


async def test_an_undelivered_deletion_is_told_first_though_its_successor_had_no_score_at_first(
    doomed: Services, repaired: Repaired, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = query(condition("language", "=", "go"))
    await doomed.scorecards.delete("modern", force=True)
    await doomed.scorecards.upsert(popular(filter=wanted))
    await doomed.entities.upsert([entity("api", stars=20, archived=False, language="go")], Mode.REPLACE)
    await delete_and_crash(doomed, monkeypatch, "api")
    await doomed.entities.upsert([entity("api", stars=7)], Mode.REPLACE)
    await doomed.entities.upsert([entity("api", stars=7, language="go")], Mode.REPLACE)
    assert await repaired() == [(None, "Gold"), ("Gold", None), (None, "Silver")]


async def test_several_lives_are_told_one_after_the_other(
    doomed: Services, repaired: Repaired, monkeypatch: pytest.MonkeyPatch
) -> None:
    for stars in (3, 7, 20):
        before(monkeypatch, doomed.storage.log, "append", crash)
        with pytest.raises(CrashError):
            await doomed.entities.upsert([entity("api", stars=stars)], Mode.REPLACE)
        await delete_and_crash(doomed, monkeypatch, "api")
    await repaired()


async def delete_and_crash(services: Services, patch: pytest.MonkeyPatch, name: str) -> None:
    before(patch, services.storage.log, "append", crash)
    with pytest.raises(CrashError):
        await services.entities.delete("service", [name])


async def test_a_clock_that_is_an_hour_ahead_strands_no_evaluation_and_turns_no_time_back(
    storage: Storage, registry: Registry
) -> None:
    def ahead() -> datetime:
        return datetime.now(UTC) + timedelta(hours=1)

    dice = chance("clocks")
    for stars in range(3):  # each is evaluated by the one and written by the other, in turns
        async with Services(storage, registry) as late:
            await late.blueprints.upsert(attacked_blueprint())
            await late.entities.upsert(crowd(dice, CROWD), Mode.REPLACE)
            await late.entities.delete("service", ["service-00000"])
            await assert_consistent(storage, registry.operators, within=8)
        async with Services(storage, registry, clock=ahead) as early:
            await early.scorecards.upsert(popular(2 + stars))
            if stars:
                await assert_consistent(storage, registry.operators, within=8)
            if stars > 1:
                await early.entities.upsert(crowd(dice, CROWD), Mode.MERGE)
    async with Services(storage, registry) as late:
        await late.entities.upsert(crowd(dice, CROWD), Mode.REPLACE)
        await late.scorecards.upsert(popular(7))
        await assert_consistent(storage, registry.operators, within=8)
    for one in await storage.entities.chunk("service", None, CROWD):
        assert (one.entity.created_at or "") <= (one.entity.updated_at or "")
