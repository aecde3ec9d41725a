"""What others have added to scorecards, rules and results is kept with them, and goes with them."""

from levelmark.domain.change import CauseKind
from levelmark.domain.json import Json
from levelmark.domain.system import RULE, RULE_RESULT, SCORECARD
from levelmark.services.outcome import Outcome
from levelmark.services.writing import Mode
from levelmark.storage import Storage
from tests.support.documents import condition, entity, rule, scorecard
from tests.system.conftest import World, refused, sound

WEIGHTS: tuple[dict[str, Json], ...] = (
    {"blueprint": SCORECARD, "identifier": "quality", "properties": {"weight": 1}},
    {"blueprint": RULE, "identifier": "quality/starred", "properties": {"weight": 2}},
    {"blueprint": RULE_RESULT, "identifier": "quality/starred/api", "properties": {"weight": 3}},
)
KEYS = [(one["blueprint"], one["identifier"]) for one in WEIGHTS]


async def kept(world: World) -> list[Json]:
    """The weights that are kept, None where nothing is."""
    found = [await world.own(*key) for key in KEYS]
    return [None if one is None else one["weight"] for one in found]


async def test_nothing_is_stored_but_what_others_have_added(world: World, storage: Storage) -> None:
    written = await world.write(*WEIGHTS)
    assert [one.outcome for one in written] == [Outcome.UPDATED] * 3
    assert [one.properties["weight"] for one in sound(written)] == [1, 2, 3]
    names = {"$in": [SCORECARD, RULE, RULE_RESULT]}
    rows = await storage.database["entities"].find({"blueprint": names}).to_list(None)
    assert sorted((row["properties"] for row in rows), key=lambda one: one["weight"]) == [
        {"weight": 1},
        {"weight": 2},
        {"weight": 3},
    ]
    assert {len(row["relations"]) for row in rows} == {0}


async def test_the_answer_has_what_the_server_keeps_beside_it(world: World) -> None:
    *_, result = sound(await world.write(*WEIGHTS))
    assert (result.properties["result"], result.properties["entity"]) == ("Passed", "api")
    assert result.relations == {"rule": "quality/starred", "service": "api"}
    assert result.derived == {
        "level": "Bronze", "scorecard": "Quality", "blueprint": "service",
        "entity_link": "/entities/service/api",
    }  # fmt: skip


async def test_a_document_about_what_was_added_leaves_the_rest_even_in_a_replace(world: World) -> None:
    before = await world.services.storage.definitions.scorecard.get("quality")
    await world.write(*WEIGHTS, mode=Mode.REPLACE)
    assert await world.services.storage.definitions.scorecard.get("quality") == before
    assert await kept(world) == [1, 2, 3]
    again = await world.write(*WEIGHTS, mode=Mode.REPLACE)
    assert [one.outcome for one in again] == [Outcome.UNCHANGED] * 3


async def test_it_survives_evaluations_and_edits_and_a_result_that_comes_and_goes(world: World) -> None:
    await world.write(*WEIGHTS)
    quality = scorecard(
        "quality",
        rule("starred", "Silver", condition("stars", ">", 4)),
        filter={"combinator": "and", "conditions": [condition("stars", ">", 100)]},
    )
    await world.services.scorecards.upsert(quality)
    await world.write(entity("api", stars=1))
    await world.services.reconciler.reconcile(CauseKind.SCORECARD_WRITTEN)
    await world.services.settled()
    assert await kept(world) == [1, 2, 3]


async def test_it_stays_with_a_rule_that_is_called_otherwise(world: World) -> None:
    await world.write(*WEIGHTS)
    await world.services.renaming.rule("quality", "starred", "popular")
    (written,) = sound(
        await world.write({"blueprint": RULE, "identifier": "quality/popular", "properties": {"weight": 5}})
    )
    assert (written.identifier, await kept(world)) == ("quality/popular", [1, 5, 3])


async def test_it_goes_with_its_scorecard_its_rule_and_its_entity(world: World) -> None:
    await world.write(*WEIGHTS)
    await world.services.entities.delete("service", ["api"])
    assert await kept(world) == [1, 2, None]
    await world.services.scorecards.delete_rule("quality", "starred")
    assert await kept(world) == [1, None, None]
    await world.services.scorecards.delete("quality", force=True)
    assert await kept(world) == [None, None, None]


async def test_it_goes_with_its_blueprint(world: World) -> None:
    await world.write(*WEIGHTS)
    await world.services.blueprints.delete("service", force=True)
    assert await kept(world) == [None, None, None]


async def test_what_a_crash_left_behind_is_found(world: World) -> None:
    await world.write(*WEIGHTS)
    stored = await world.services.storage.definitions.scorecard.get("quality")
    assert stored is not None
    await world.services.storage.definitions.scorecard.remove(stored)
    await world.services.reconciler.reconcile(CauseKind.SCORECARD_WRITTEN)
    assert await kept(world) == [None, None, None]


async def test_a_result_is_neither_made_nor_changed_nor_deleted(world: World) -> None:
    def result(identifier: str, **fields: Json) -> dict[str, Json]:
        return {"blueprint": RULE_RESULT, "identifier": identifier, **fields}

    same = {"properties": {"result": "Passed", "level": "Bronze"}, "relations": {"service": "api"}}
    assert sound(await world.write(result("quality/starred/api", **same)))
    written = await world.write(
        result("quality/starred/nobody", properties={"weight": 1}),
        result("quality/nothing/api", properties={"weight": 1}),
        result("quality", properties={"weight": 1}),
        result("quality/starred/api", properties={"result": "Not passed"}),
        result("quality/kept/api", relations={"service": "web"}, title="Other", team="me"),
        result("quality/starred/web", properties={"weight": "much"}),
    )
    assert refused(written) == [
        ("identifier", "NOT_FOUND"), ("identifier", "NOT_FOUND"), ("identifier", "NOT_FOUND"),
        ("properties.result", "PROTECTED"),
        ("relations.service", "PROTECTED"), ("title", "PROTECTED"), ("team", "PROTECTED"),
        ("properties.weight", "WRONG_TYPE"),
    ]  # fmt: skip
    deleted = await world.services.entities.delete(RULE_RESULT, ["quality/starred/api"])
    assert refused(deleted) == [("identifier", "PROTECTED")]


async def test_relations_that_were_added_lead_to_what_there_is(world: World) -> None:
    nowhere = {"blueprint": RULE, "identifier": "quality/kept", "relations": {"helper": "nobody"}}
    assert refused(await world.write(nowhere, strict=True)) == [("relations.helper", "DANGLING")]
    (written,) = await world.write(nowhere)
    assert [(issue.path, issue.code) for issue in written.issues] == [("relations.helper", "DANGLING")]
    assert written.value is not None
    assert written.value.relations == {"scorecard": "quality", "helper": "nobody"}
