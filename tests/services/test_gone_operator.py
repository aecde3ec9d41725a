"""A scorecard whose operator is gone: its last results stand, marked, until the operator is back."""

from collections.abc import Iterable

from levelmark.domain.entity import Entity
from levelmark.domain.score import Result
from levelmark.plugins import JsonType, Operator, Registry
from levelmark.services import Services
from levelmark.services.writing import Mode
from levelmark.storage import Storage
from tests.support.documents import blueprint, condition, entity, rule, scorecard
from tests.support.waiting import eventually

EVEN = Operator(
    name="isEven",
    description="An even integer.",
    types=frozenset({JsonType.NUMBER}),
    value_schema=None,
    prepare=lambda _: lambda actual: actual % 2 == 0,
)


def with_operators(registry: Registry, extra: Iterable[Operator]) -> Registry:
    return Registry({**registry.operators, **{one.name: one for one in extra}}, {}, registry.plugins)


async def stored(services: Services) -> Entity:
    return (await services.entities.get([("service", "api")]))["service", "api"]


def first_result(one: Entity) -> Result:
    return one.scores[0].results[0].result


async def test_results_of_a_gone_operator_are_marked_and_its_level_stands(
    storage: Storage, registry: Registry
) -> None:
    async with Services(storage, with_operators(registry, [EVEN])) as services:
        await services.blueprints.upsert(blueprint())
        await services.scorecards.upsert(
            scorecard("even", rule("even", "Bronze", condition("stars", "isEven")))
        )
        await services.entities.upsert([entity("api", stars=4)], Mode.REPLACE)
    async with Services(storage, registry) as services:
        marked = await eventually(lambda: stored(services), lambda one: first_result(one) is Result.ERROR)
        assert marked.scores[0].level == "Bronze"
        assert marked.scores[0].results[0].kept is Result.PASSED
        assert "no installed plugin provides the operator `isEven`" in (
            marked.scores[0].results[0].reason or ""
        )


async def test_an_operator_that_is_back_evaluates_what_was_written_meanwhile(
    storage: Storage, registry: Registry
) -> None:
    async with Services(storage, with_operators(registry, [EVEN])) as services:
        await services.blueprints.upsert(blueprint())
        await services.scorecards.upsert(
            scorecard("even", rule("even", "Bronze", condition("stars", "isEven")))
        )
        await services.entities.upsert([entity("api", stars=4)], Mode.REPLACE)
    async with Services(storage, registry) as services:
        await services.entities.upsert([entity("api", stars=5)], Mode.REPLACE)
        assert (await stored(services)).scores[0].level == "Bronze"
    async with Services(storage, with_operators(registry, [EVEN])) as services:
        back = await eventually(lambda: stored(services), lambda one: first_result(one) is Result.NOT_PASSED)
        assert back.scores[0].level == "Basic"


async def test_an_operator_that_raises_makes_its_rule_an_error_and_loses_no_write(
    storage: Storage, registry: Registry
) -> None:
    def test(_: object) -> bool:
        raise SystemExit("no")

    broken = Operator(
        name="broken",
        description="Fails.",
        types=frozenset({JsonType.NUMBER}),
        value_schema=None,
        prepare=lambda _: test,
    )
    async with Services(storage, with_operators(registry, [broken])) as services:
        await services.blueprints.upsert(blueprint())
        rules = [
            rule("broken", "Bronze", condition("stars", "broken")),
            rule("fine", "Silver", condition("stars", ">", 1)),
        ]
        await services.scorecards.upsert(scorecard("mixed", *rules))
        await services.entities.upsert([entity("api", stars=4)], Mode.REPLACE)
        results = (await stored(services)).scores[0].results
        assert [one.result for one in results] == [Result.ERROR, Result.PASSED]
        assert results[0].reason == "operator `broken` raised SystemExit: no"
