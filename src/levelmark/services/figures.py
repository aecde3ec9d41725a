"""Figures: what a server holds and how it stands, in numbers, for those who watch it from outside."""

import asyncio
from collections.abc import Iterable

from msgspec import Struct

from levelmark.domain.blueprint import RESERVED
from levelmark.domain.scorecard import Scorecard
from levelmark.domain.tally import Tally
from levelmark.services.catalogue import Catalogue
from levelmark.storage import Storage
from levelmark.storage.figures import Ruled, Scored


class Figures(Struct, frozen=True):
    """All figures, in keys: `entities` by blueprint, scores by level, by team and level, results by rule.

    What is defined and has none counts 0, except by team; the server's own blueprints are left out. `changes`
    are those in the log, `evaluations` those that wait or run.
    """

    entities: dict[str, int]
    scored: tuple[Scored, ...]
    scored_by_team: tuple[Scored, ...]
    ruled: tuple[Ruled, ...]
    changes: int
    evaluations: int


class FigureService:
    """Takes all figures anew, with as many calls however much there is."""

    def __init__(self, storage: Storage, catalogue: Catalogue) -> None:
        self._storage = storage
        self._catalogue = catalogue

    async def figures(self) -> Figures:
        """The figures as they are.

        Raises LimitExceededError where counting takes too long, UnavailableError without a database.
        """
        store, every = self._storage.figures, await self._catalogue.every()
        cards = {one.value.identifier: one.value for own in every.values() for one in own.scorecards}
        entities, scored, by_team, ruled, (first, last), evaluations = await asyncio.gather(
            store.entities(),
            store.scored(),
            store.scored_by_team(),
            store.ruled(),
            self._storage.log.bounds(),
            self._storage.evaluations.open(),
        )
        return Figures(
            {name: entities.get(name, 0) for name in sorted(every) if name not in RESERVED},
            tuple(_levels(cards.values(), scored)),
            tuple(one for one in by_team if one.scorecard in cards),
            tuple(_rules(cards.values(), ruled)),
            last - first + 1,
            evaluations,
        )


def _levels(cards: Iterable[Scorecard], found: Iterable[Scored]) -> list[Scored]:
    """What was found of the scorecards, with their levels on which nobody is."""
    known = {(one.scorecard, one.level): one for one in found}
    return [
        known.get((card.identifier, level.title))
        or Scored(card.blueprint, card.identifier, level.title, 0, Tally())
        for card in cards
        for level in card.levels
    ]


def _rules(cards: Iterable[Scorecard], found: Iterable[Ruled]) -> list[Ruled]:
    known = {(one.scorecard, one.rule): one for one in found}
    return [
        known.get((card.identifier, rule.identifier))
        or Ruled(card.blueprint, card.identifier, rule.identifier, Tally())
        for card in cards
        for rule in card.rules
    ]
