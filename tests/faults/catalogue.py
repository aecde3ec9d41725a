"""The catalogue under attack: services whose levels move with every roll of the dice."""

from random import Random
from typing import Final

from levelmark.domain.json import Json
from tests.support.documents import blueprint, condition, entity, query, rule, scorecard

LANGUAGES: Final = ("go", "python", "rust")


def attacked_blueprint() -> dict[str, Json]:
    """The blueprint of all entities under attack."""
    return blueprint()


def popular(threshold: int = 5, **extra: Json) -> dict[str, Json]:
    """A scorecard over the stars, which begin at `threshold` to be many."""
    return scorecard(
        "popular",
        rule("known", "Bronze", condition("stars", ">=", 1)),
        rule("liked", "Silver", condition("stars", ">", threshold)),
        rule("loved", "Gold", condition("stars", ">", 2 * threshold), condition("archived", "=", False)),
        **extra,
    )


def modern() -> dict[str, Json]:
    """A scorecard that leaves out what is archived."""
    return scorecard(
        "modern",
        rule("typed", "Bronze", condition("language", "!=", "python")),
        rule("tagged", "Gold", condition("tags", "containsAny", ["new", "shiny"])),
        filter=query(condition("archived", "!=", True)),
    )


def rolled(dice: Random, identifier: str) -> dict[str, Json]:
    """An entity as the dice have it."""
    properties: dict[str, Json] = {
        "stars": dice.randrange(15),
        "archived": dice.random() < 0.3,
        "language": dice.choice(LANGUAGES),
        "tags": dice.sample(["new", "old", "shiny"], dice.randrange(3)),
    }
    kept = {name: value for name, value in properties.items() if dice.random() < 0.8}
    return entity(identifier, **kept) | {"team": dice.choice(["blue", "green", None])}


def crowd(dice: Random, count: int) -> list[dict[str, Json]]:
    """So many entities."""
    return [rolled(dice, f"service-{number:05}") for number in range(count)]
