"""The outcome: all that follows for an entity, its derived values with its levels and rule results."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from msgspec import Struct

from tests.support.scratch.conditions import verdict
from tests.support.scratch.graph import Graph
from tests.support.scratch.values import Document, Json, Key
from tests.support.scratch.world import Seen, World

_LEVELS: Final = ("Basic", "Bronze", "Silver", "Gold")
_RESULTS: Final = {"true": "PASSED", "false": "NOT_PASSED", "missing": "NO_DATA"}


class Standing(Struct, frozen=True):
    """What an entity scores in one scorecard: its level, and every rule's result."""

    level: str
    results: dict[str, str]


class Outcome(Struct, frozen=True):
    """The derived values of an entity, and its standings by scorecard; none where a filter leaves it out."""

    derived: dict[str, Json]
    standings: dict[str, Standing]


def evaluate(
    blueprints: Iterable[Document],
    scorecards: Iterable[Document],
    entities: Iterable[Document],
    now: datetime,
) -> dict[Key, Outcome]:
    """What follows for every entity, by blueprint and identifier.

    Entities are documents as they are sent; where rules or programs read `createdAt` and the like, these
    stand beside the other fields.
    """
    world, cards = World(Graph(blueprints, entities), now), list(scorecards)
    return {key: Outcome(world.derived(key), _standings(world, cards, key)) for key in world.graph.entities}


def _standings(world: World, scorecards: Iterable[Document], key: Key) -> dict[str, Standing]:
    mine = [card for card in scorecards if card["blueprint"] == key[0]]
    return {
        card["identifier"]: _standing(card, Seen(world, key, world.now))
        for card in mine
        if not card.get("filter") or world.matches(key, card["filter"])
    }


def _standing(scorecard: Document, entity: Seen) -> Standing:
    rules = scorecard.get("rules") or []
    results = {rule["identifier"]: _RESULTS[verdict(rule["query"], entity)] for rule in rules}
    titles = [level["title"] for level in scorecard.get("levels") or ()] or list(_LEVELS)
    reached = titles[0]
    for title in titles[1:]:
        asked = [results[rule["identifier"]] for rule in rules if rule["level"] == title]
        if any(result != "PASSED" for result in asked):
            break
        reached = title if asked else reached
    return Standing(reached, results)
