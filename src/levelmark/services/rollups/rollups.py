"""Rollups: rule results counted by whatever entities, scorecards and rules have in common.

One aggregation for each blueprint. Where a group can have results of several blueprints, or the engine has
the last word on a filter, all groups come here, a bounded number, and are added up; else the database gives
no more than a page of them.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable
from typing import Any, Final

from msgspec.structs import replace

from levelmark.domain.errors import InvalidInputError
from levelmark.domain.json import Json
from levelmark.domain.naming import UNNAMED, Naming
from levelmark.domain.tally import Tally
from levelmark.services.catalogue import Catalogue
from levelmark.services.clock import Clock
from levelmark.services.lookup import Lookup
from levelmark.services.readers import ranked
from levelmark.services.rollups.counter import EntityCounter, check
from levelmark.services.rollups.order import BY_KEY, in_order
from levelmark.services.rollups.plan import Plan, plans_of
from levelmark.services.rollups.question import MAX_DIMENSIONS, OF_SCORECARD, Kind, Rollup, Row
from levelmark.services.scored import scored
from levelmark.services.sieve import Sieves
from levelmark.storage import Storage
from levelmark.storage.pages import Page
from levelmark.storage.ranking import Ranking
from levelmark.storage.tallies import Tallied

MAX_GROUPS: Final = 20_000
"""Groups that are told apart here, at most."""

_APART: Final = OF_SCORECARD | {Kind.BLUEPRINT, Kind.ENTITY}
_UNORDERED: Final = Page(order=None)


class Rollups:
    """Counts results.

    >>> async def example(rollups: Rollups) -> None:
    ...     question = Rollup((Dimension(Kind.TEAM),), scorecards=("quality",))
    ...     for row in await rollups.rows(question, Ranking(Figure.PERCENTAGE, limit=3)):
    ...         print(row.key, row.tally.percentage)
    """

    def __init__(self, storage: Storage, catalogue: Catalogue, clock: Clock) -> None:
        self._sieves = Sieves(storage, catalogue, clock)
        self._lookup = Lookup(storage, catalogue)
        self._catalogue = catalogue
        self._entities = storage.entities
        self._tallies = storage.tallies
        self._definitions = storage.definitions

    async def rows(self, rollup: Rollup, ranking: Ranking = BY_KEY, naming: Naming = UNNAMED) -> list[Row]:
        """The groups that have results, in that order, at most as many as the ranking says.

        Raises NotFoundError where there is no such blueprint, scorecard or rule, InvalidInputError where the
        query is not sound or results cannot be counted so, LimitExceededError where it is too much.
        """
        if len(rollup.by) > MAX_DIMENSIONS:
            raise InvalidInputError(f"results are counted by {MAX_DIMENSIONS} dimensions at most")
        plans = await self._plans(rollup, naming)
        apart = len(plans) == 1 or any(one.kind in _APART for one in rollup.by)
        asked = ranking if apart else Ranking(limit=MAX_GROUPS + 1)
        found = await asyncio.gather(*(self._of(plan, rollup, asked, naming) for plan in plans))
        groups = [one for some in found for one in some] if apart else _merged(found)
        return _rows(groups, rollup, ranking, plans)

    async def whole(self, rollup: Rollup, naming: Naming = UNNAMED) -> Row:
        """All results that the question is about as one group, which may be empty."""
        rows = await self.rows(replace(rollup, by=()), naming=naming)
        return rows[0] if rows else Row((), Tally(), 0, ())

    async def _plans(self, rollup: Rollup, naming: Naming) -> list[Plan]:
        if rollup.blueprints is None:
            every = await self._catalogue.every()
            found = [every[name] for name in sorted(every)]
        else:
            found = await self._lookup.blueprints(dict.fromkeys(rollup.blueprints), naming)
        return plans_of(rollup, await scored(self._definitions, found, rollup.selection.source.at), naming)

    async def _of(self, plan: Plan, rollup: Rollup, ranking: Ranking, naming: Naming) -> list[Tallied]:
        blueprint = plan.scored.definitions.blueprint
        selection = rollup.selection.of(blueprint.identifier)
        sieved = await self._sieves.of(blueprint, selection, rollup.query, naming)
        if sieved.test is None:
            return await self._tallies.tallies(sieved.selection, plan.tallying, ranking)
        counter = EntityCounter(plan, MAX_GROUPS)
        async with self._entities.scan(sieved.selection, _UNORDERED) as candidates:
            async for held in candidates:
                if sieved.passes(held.entity):
                    counter.add(held.entity)
        return counter.groups


def _merged(found: Iterable[list[Tallied]]) -> list[Tallied]:
    groups: dict[Any, Tallied] = {}
    for some in found:
        check(len(some), MAX_GROUPS)
        for one in some:
            key = tuple(map(ranked, one.key))
            groups[key] = _added(groups[key], one) if key in groups else one
        check(len(groups), MAX_GROUPS)
    return list(groups.values())


def _added(one: Tallied, other: Tallied) -> Tallied:
    levels = Counter(one.levels) + Counter(other.levels)
    return Tallied(one.key, one.tally + other.tally, one.entities + other.entities, levels)


def _rows(groups: Iterable[Tallied], rollup: Rollup, ranking: Ranking, plans: list[Plan]) -> list[Row]:
    return [_row(one, place, rollup, plans) for place, one in in_order(groups, ranking)]


def _row(group: Tallied, place: tuple[Json, ...], rollup: Rollup, plans: list[Plan]) -> Row:
    cards = {card.identifier: card for plan in plans for card in plan.scored.scorecards}
    if not plans[0].tallying.levels:
        return Row(group.key, group.tally, group.entities, place)
    scorecard = _scorecard(group, rollup, plans)
    names = [one.title for one in cards[scorecard].levels]
    names += sorted(group.levels.keys() - set(names))  # of entities that are yet to be evaluated anew
    levels = tuple((name, group.levels.get(name, 0)) for name in names)
    return Row(group.key, group.tally, group.entities, place, scorecard, levels)


def _scorecard(group: Tallied, rollup: Rollup, plans: list[Plan]) -> str:
    at = 0
    for one in rollup.by:
        if one.kind in OF_SCORECARD:
            return str(group.key[at])
        at += one.width
    return next(card for plan in plans for card in plan.tallying.rules)
