"""Scored blueprints: definitions with the scorecards whose results stand in the rows that are read."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from levelmark.domain.instant import instant_text
from levelmark.domain.scorecard import Scorecard
from levelmark.services.catalogue import Definitions
from levelmark.storage.definitions import DefinitionStore


class Scored(Struct, frozen=True):
    """A blueprint with its scorecards, as they are or were, by identifier."""

    definitions: Definitions
    scorecards: tuple[Scorecard, ...]

    @property
    def identifier(self) -> str:
        """The blueprint's key."""
        return self.definitions.blueprint.identifier


async def scored(
    store: DefinitionStore, blueprints: Sequence[Definitions], at: datetime | None
) -> list[Scored]:
    """The blueprints with the scorecards in force, or with those that were so at an instant."""
    if at is None:
        return [Scored(one, tuple(card.value for card in one.scorecards)) for one in blueprints]
    only = blueprints[0].blueprint.identifier if len(blueprints) == 1 else None
    cards = [one.value for one in await store.scorecards_at(only, instant_text(at))]
    return [
        Scored(one, tuple(card for card in cards if card.blueprint == one.blueprint.identifier))
        for one in blueprints
    ]
