"""The system blueprints are there from the start; they take additions, and nothing else."""

import asyncio
from typing import Any

import pytest

from levelmark.domain.documents import to_document
from levelmark.domain.json import Json
from levelmark.domain.system import CORE, RULE, RULE_RESULT, SCORECARD
from levelmark.plugins import Registry
from levelmark.services import Services
from levelmark.services.outcome import Outcome
from levelmark.storage import Storage
from tests.support.documents import blueprint, condition, query, rule, scorecard

OWN: dict[str, Any] = {"schema": {"properties": {"weight": {"type": "number"}}}}


async def test_several_processes_that_start_at_once_make_each_blueprint_once(
    storage: Storage, registry: Registry
) -> None:
    await asyncio.gather(*(Services(storage, registry).installation.ensure() for _ in range(6)))
    stored = await storage.definitions.blueprints()
    assert [one.value for one in stored] == [CORE[RULE], CORE[RULE_RESULT], CORE[SCORECARD]]
    assert {one.version for one in stored} == {1}


async def test_a_start_puts_back_what_another_version_of_the_server_lacked(
    services: Services, storage: Storage
) -> None:
    stored = await storage.definitions.blueprint.get(RULE)
    assert stored is not None
    written = await services.blueprints.upsert({"identifier": RULE, **OWN})
    assert written.outcome is Outcome.UPDATED
    rows = storage.database["blueprints"]
    await rows.update_one({"identifier": RULE}, {"$unset": {"document.schema.properties.query": ""}})
    await services.installation.ensure()
    after = await storage.definitions.blueprint.get(RULE)
    assert after is not None
    assert [*after.value.schema.properties] == ["level", "query", "description", "weight"]


async def test_an_extension_is_taken_and_what_the_server_keeps_may_be_left_out_or_sent(
    services: Services,
) -> None:
    written = await services.blueprints.upsert({"identifier": SCORECARD, **OWN})
    assert written.outcome is Outcome.UPDATED
    assert written.value is not None
    assert [*written.value.value.schema.properties] == ["blueprint", "levels", "filter", "weight"]
    again = await services.blueprints.upsert({"identifier": SCORECARD, **OWN})
    whole = await services.blueprints.upsert(to_document(written.value.value))
    assert (again.outcome, whole.outcome) == (Outcome.UNCHANGED, Outcome.UNCHANGED)


CHANGES: dict[str, dict[str, Json]] = {
    "title": {"title": "Something else"},
    "schema.properties.blueprint": {"schema": {"properties": {"blueprint": {"type": "number"}}}},
    "schema.required": {"schema": {"properties": {"weight": {"type": "number"}}, "required": ["weight"]}},
    "relations.levels": {"relations": {"levels": {"target": "team"}}},
    "relations.team.required": {"relations": {"team": {"target": "team", "required": True}}},
    "calculationProperties.percentage": {
        "calculationProperties": {"percentage": {"type": "number", "calculation": "1"}}
    },
    "aggregationProperties.many": {
        "aggregationProperties": {
            "many": {"target": RULE, "calculationSpec": {"func": "count", "calculationBy": "entities"}}
        }
    },
}


@pytest.mark.parametrize("place", CHANGES)
async def test_whatever_changes_what_the_server_keeps_is_refused_even_by_force(
    place: str, services: Services
) -> None:
    document = {"identifier": SCORECARD, **CHANGES[place]}
    written = await services.blueprints.upsert(document, force=True)
    assert written.outcome is Outcome.INVALID
    assert ("PROTECTED", place) in [(issue.code, issue.path) for issue in written.issues]


async def test_a_system_blueprint_is_neither_deleted_nor_renamed_nor_what_it_keeps(
    services: Services,
) -> None:
    await services.blueprints.upsert({"identifier": RULE, **OWN})
    deleted = await services.blueprints.delete(RULE, force=True)
    refused = [
        deleted.issues,
        (await services.renaming.blueprint(RULE, "check")).issues,
        (await services.renaming.property(RULE, "level", "grade")).issues,
        (await services.renaming.property(RULE, "entities_tested", "tested")).issues,
        (await services.renaming.relation(RULE, "scorecard", "of")).issues,
    ]
    assert [issue.code for issues in refused for issue in issues] == ["PROTECTED"] * 5
    assert (await services.renaming.property(RULE, "weight", "points")).outcome is Outcome.UPDATED


async def test_no_scorecard_applies_to_them_and_nothing_is_derived_through_them(services: Services) -> None:
    written = await services.scorecards.upsert(scorecard("quality", of=RULE))
    assert ("blueprint", "SYSTEM_BLUEPRINT") in [(issue.path, issue.code) for issue in written.issues]
    assert written.outcome is Outcome.INVALID
    relations = {"checked": {"target": RULE}}
    plain = await services.blueprints.upsert(blueprint(relations=relations))
    assert plain.outcome is Outcome.CREATED
    through = blueprint(relations=relations, mirrorProperties={"level": {"path": "checked.level"}})
    refused = await services.blueprints.upsert(through, force=True)
    assert [(issue.path, issue.code) for issue in refused.issues] == [
        ("mirrorProperties.level", "SYSTEM_BLUEPRINT")
    ]


async def test_results_have_a_relation_to_each_blueprint_from_its_first_scorecard_on(
    services: Services, storage: Storage
) -> None:
    await services.blueprints.upsert(blueprint())
    await services.blueprints.upsert(blueprint("rule"))
    await services.blueprints.upsert(
        {"identifier": RULE_RESULT, "relations": {"note": {"target": "service"}}}
    )
    await services.scorecards.upsert(scorecard("quality"))
    await services.scorecards.upsert(scorecard("rules", of="rule"))
    stored = await storage.definitions.blueprint.get(RULE_RESULT)
    assert stored is not None
    assert [(name, one.target) for name, one in stored.value.relations.items()] == [
        ("rule", RULE), ("service", "service"), ("rule_entity", "rule"), ("note", "service"),
    ]  # fmt: skip
    changed = {"service": {"target": "service", "required": True}}
    refused = await services.blueprints.upsert({"identifier": RULE_RESULT, "relations": changed})
    assert "relations.service" in [issue.path for issue in refused.issues]
    fewer = await services.blueprints.upsert({"identifier": RULE_RESULT})
    assert fewer.value is not None
    assert [*fewer.value.value.relations] == ["rule", "service", "rule_entity"]


async def test_the_relation_goes_with_its_blueprint_and_does_not_keep_it(
    services: Services, storage: Storage
) -> None:
    await services.blueprints.upsert(blueprint())
    checks = rule("archived", "Bronze", condition("archived", "=", False))
    await services.scorecards.upsert(scorecard("quality", checks, filter=query(condition("stars", ">", 1))))
    await services.scorecards.delete("quality", force=True)
    deleted = await services.blueprints.delete("service", force=False)
    assert (deleted.outcome, deleted.issues) == (Outcome.DELETED, ())
    stored = await storage.definitions.blueprint.get(RULE_RESULT)
    assert stored is not None
    assert [*stored.value.relations] == ["rule"]
