"""The sample: sound, spread over all levels, and moved by every step of its story."""

import json
from collections import Counter
from typing import Any

from levelmark.domain.entity import Entity
from levelmark.domain.json import TYPES, JsonType
from levelmark.domain.score import Result
from levelmark.server.demo.sample import FOLDER
from levelmark.server.demo.story import story
from levelmark.server.documents import Kind, read_documents
from levelmark.services import Services
from levelmark.services.writing import Mode


def documents(kind: Kind) -> list[dict[str, Any]]:
    reading = read_documents([str(FOLDER)])
    assert reading.findings == ()
    return [json.loads(json.dumps(one.content)) for one in reading.documents if one.kind is kind]


async def loaded(services: Services) -> list[Entity]:
    """The sample's entities, written and evaluated; fails where there is any issue, a warning included."""
    written: list[Any] = [await services.blueprints.upsert(one) for one in documents(Kind.BLUEPRINT)]
    written += [await services.scorecards.upsert(one) for one in documents(Kind.SCORECARD)]
    entities = await services.entities.upsert(documents(Kind.ENTITY), Mode.REPLACE)
    outcomes = [(str(one.outcome), one.issues) for one in (*written, *entities)]
    assert outcomes == [("CREATED", ())] * len(outcomes)
    return [one.value for one in entities if one.value is not None]


def levels(entities: list[Entity]) -> dict[str, Counter[str]]:
    counts: dict[str, Counter[str]] = {}
    for entity in entities:
        for score in entity.scores:
            counts.setdefault(score.scorecard, Counter())[score.level] += 1
    return counts


async def test_entities_stand_on_every_level_of_every_scorecard(services: Services) -> None:
    counts = levels(await loaded(services))
    for document in documents(Kind.SCORECARD):
        titles = [level["title"] for level in document["levels"]]
        assert min(counts[document["identifier"]][title] for title in titles) >= 3, counts


async def test_some_data_is_missing_and_some_entities_are_left_out(services: Services) -> None:
    entities = await loaded(services)
    results = [result.result for entity in entities for score in entity.scores for result in score.results]
    assert results.count(Result.NO_DATA) >= 5
    assert sum(len(entity.scores) == 1 for entity in entities) == 3


def test_properties_of_every_type_are_used() -> None:
    values = [value for entity in documents(Kind.ENTITY) for value in entity["properties"].values()]
    assert {TYPES[type(value)] for value in values} == set(JsonType)


def test_services_depend_on_services_that_exist() -> None:
    entities = documents(Kind.ENTITY)
    related = {name for one in entities for name in one.get("relations", {}).get("depends_on", ())}
    assert related < {one["identifier"] for one in entities}


async def test_every_step_of_the_story_changes_a_level_and_the_last_one_ends_where_it_began(
    services: Services,
) -> None:
    before = {entity.identifier: _standing(entity) for entity in await loaded(services)}
    now = dict(before)
    for step in story():
        [written] = await services.entities.upsert([step.document()], Mode.MERGE)
        assert written.value is not None
        assert written.issues == ()
        assert now[step.entity] != _standing(written.value), step
        now[step.entity] = _standing(written.value)
    assert now == before


def _standing(entity: Entity) -> dict[str, str]:
    return {score.scorecard: score.level for score in entity.scores}
