"""A random catalogue: some entities of two blueprints; whatever can be missing is missing somewhere."""

import random
from typing import Any, Final

from levelmark.domain.json import Json
from levelmark.plugins import JsonType, Operator, Registry
from levelmark.services import Services
from levelmark.services.writing import Mode
from tests.support.documents import blueprint, condition, entity, query, rule, scorecard

TIERS: Final = ("gold", "Gold", "", 1, 1.5, True, None)
TEAMS: Final = ("red", "blue", "green")
CAKE: Final = Operator(
    name="sharesCake",
    description="A cake that so many can share; an error for nobody.",
    types=frozenset({JsonType.NUMBER}),
    value_schema=None,
    prepare=lambda _: lambda actual: 12 % actual == 0,
)
RULES: Final = (
    rule("liked", "Bronze", condition("stars", ">", 5)),
    rule("starred", "Bronze", condition("stars", "isNotEmpty")),
    rule("in-go", "Silver", condition("language", "=", "Go")),
    rule("ordered", "Gold", condition("stars", "sharesCake")),
    rule("old", "Gold", condition("deployed_at", "olderThan", "P1D")),
)
SCORECARDS: Final = (
    scorecard("quality", *RULES),
    scorecard("loved", *RULES[:2], filter=query(condition("archived", "!=", True))),
    scorecard("bare"),
    scorecard("library", *RULES[2:4], of="library"),
)


def with_cake(registry: Registry) -> Registry:
    """The registry with the operator that fails at times."""
    return Registry({**registry.operators, CAKE.name: CAKE}, {}, registry.plugins)


async def write(services: Services, seed: int, count: int = 40) -> None:
    """Writes the catalogue of that seed; all of it is evaluated when this returns."""
    chance = random.Random(seed)
    for name in ("service", "library"):
        await services.blueprints.upsert(_blueprint(name))
    for one in SCORECARDS:
        await services.scorecards.upsert(one)
    await services.settled()
    many = [_entity(chance, name, place) for name in ("service", "library") for place in range(count)]
    await services.entities.upsert(many, Mode.REPLACE)
    await services.settled()


def _blueprint(name: str) -> dict[str, Json]:
    document: Any = blueprint(
        name,
        relations={"on": {"target": "service", "many": True}, "in": {"target": "library"}},
        calculationProperties={"half": {"calculation": ".properties.stars / 2", "type": "number"}},
    )
    document["schema"]["properties"] |= {"any": {}} | ({"tier": {}} if name == "service" else {})
    return dict(document)


def _entity(chance: random.Random, name: str, place: int) -> dict[str, Json]:
    values: dict[str, Json] = {
        "stars": chance.choice((None, 0, 4, 9)),
        "language": chance.choice(("Go", "Rust", "C", None)),
        "archived": chance.choice((True, False, None)),
        "tags": chance.choice((None, [], ["x"], ["x", "y", "x"])),
        "any": chance.choice((None, "a", ["a", 1, True, {"b": 1}], {"c": 1}, 1.0, 1)),
        "deployed_at": chance.choice((None, "2020-01-01T00:00:00Z")),
    } | ({"tier": chance.choice(TIERS)} if name == "service" else {})
    kept = {key: value for key, value in values.items() if value is not None}
    return entity(f"e{place:02}", name, **kept) | {
        "team": chance.choice((None, "red", ["red", "blue"], list(TEAMS))),
        "title": chance.choice((None, f"T {place % 5}")),
        "relations": {
            "on": chance.choice(([], ["e01"], ["e01", "e02", "e01"])),
            "in": chance.choice((None, "", "e03")),
        },
    }


DECIDED: dict[str, Json] = {
    "nobody": None,
    "the database": query(condition("$identifier", ">", "")),
    "the engine": query(condition("$identifier", "doesNotContains", "#")),
}
"""Filters that leave nobody out, and who decides them."""
