"""Writing entities: outcomes, scores and the log."""

from levelmark.services import Services
from levelmark.services.outcome import Outcome
from levelmark.services.writing import Mode
from levelmark.storage.log import Changes
from tests.support.documents import blueprint, condition, entity, rule, scorecard


async def test_a_written_entity_comes_back_with_its_level(services: Services) -> None:
    await services.blueprints.upsert(blueprint())
    await services.scorecards.upsert(
        scorecard("popular", rule("liked", "Bronze", condition("stars", ">", 5)))
    )
    written = await services.entities.upsert([entity("api", stars=6)], Mode.REPLACE)
    assert written[0].outcome is Outcome.CREATED
    assert written[0].value is not None
    assert written[0].value.scores[0].level == "Bronze"


async def test_writing_the_same_again_changes_nothing_and_logs_nothing(services: Services) -> None:
    await services.blueprints.upsert(blueprint())
    await services.scorecards.upsert(
        scorecard("popular", rule("liked", "Bronze", condition("stars", ">", 5)))
    )
    await services.entities.upsert([entity("api", stars=6)], Mode.REPLACE)
    before = await services.storage.log.page(Changes(), None, 100)
    again = await services.entities.upsert([entity("api", stars=6)], Mode.REPLACE)
    assert again[0].outcome is Outcome.UNCHANGED
    assert await services.storage.log.page(Changes(), None, 100) == before
