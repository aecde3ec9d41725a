"""Clearing: what others have added to a scorecard, a rule or a result goes with it.

Whoever deletes one clears at once; what a crash, or another process, has left behind is found by going round.
Nobody sees it meanwhile, since what is read begins with what there is.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from levelmark.domain.entity import Entity
from levelmark.domain.parts import joined, parted
from levelmark.domain.scorecard import Scorecard
from levelmark.domain.system import RULE, RULE_RESULT, SCORECARD, extension
from levelmark.services.catalogue import Catalogue
from levelmark.services.removal import Removal
from levelmark.storage import Storage
from levelmark.storage.pages import Page, Selection

_CHUNK: Final = 500
_RULE_PARTS: Final = 2
_BEHIND_SLASH: Final = "0"  # the character that comes next: what begins with a text ends before


class Clearing:
    """Deletes what has lost what it was about."""

    def __init__(self, storage: Storage, catalogue: Catalogue, removal: Removal) -> None:
        self._storage = storage
        self._catalogue = catalogue
        self._removal = removal
        self._round: dict[str, str | None] = dict.fromkeys((SCORECARD, RULE, RULE_RESULT))

    async def scorecard(self, identifier: str) -> None:
        """Clears what belonged to a scorecard that is gone, its rules and their results."""
        await self._removal.entities(SCORECARD, [identifier])
        for blueprint in (RULE, RULE_RESULT):
            await self._begun(blueprint, joined(identifier))

    async def rules(self, before: Scorecard, after: Scorecard) -> None:
        """Clears what belonged to rules that a new version of their scorecard has not."""
        kept = {rule.identifier for rule in after.rules}
        gone = [
            joined(before.identifier, one.identifier) for one in before.rules if one.identifier not in kept
        ]
        await self._removal.entities(RULE, gone)
        for one in gone:
            await self._begun(RULE_RESULT, one)

    async def entities(self, blueprint: str, gone: Iterable[Entity]) -> None:
        """Clears what belonged to the results of entities that are gone."""
        results = self._catalogue.seen.blueprints.get(RULE_RESULT)
        names = [one.identifier for one in gone]
        if results is None or not extension(results).own_names or not names:
            return
        scorecards = await self._storage.definitions.scorecards(blueprint)
        rules = [(one.value.identifier, rule.identifier) for one in scorecards for rule in one.value.rules]
        for name in names:
            await self._removal.entities(RULE_RESULT, [joined(*rule, name) for rule in rules])

    async def _begun(self, blueprint: str, begin: str) -> None:
        behind = {"identifier": {"$gt": f"{begin}/", "$lt": f"{begin}{_BEHIND_SLASH}"}}
        page = Page(limit=_CHUNK, batch=_CHUNK)
        while True:
            async with self._storage.entities.scan(Selection(blueprint, results=behind), page) as found:
                names = [held.entity.identifier async for held in found]
            if not names:
                return
            await self._removal.entities(blueprint, names)

    async def go_round(self) -> None:
        """Looks at the next of what is kept, and clears what has lost what it was about."""
        for blueprint, after in self._round.items():
            chunk = await self._storage.entities.chunk(blueprint, after, _CHUNK)
            names = [one.entity.identifier for one in chunk]
            parts = {one: (one,) if blueprint == SCORECARD else parted(one) for one in names}
            lost = await self._lost(parts)
            if lost:
                await self._removal.entities(blueprint, lost)
            self._round[blueprint] = names[-1] if len(names) == _CHUNK else None

    async def _lost(self, parts: Mapping[str, tuple[str, ...]]) -> list[str]:
        if not parts:
            return []
        cards = await self._storage.definitions.scorecard.many({one[0] for one in parts.values()})
        rules = {name: {rule.identifier for rule in one.value.rules} for name, one in cards.items()}
        about = {
            name: (cards[one[0]].value.blueprint, one[2])
            for name, one in parts.items() if len(one) > _RULE_PARTS and one[0] in cards
        }  # fmt: skip
        there = await self._storage.relations.existing(about.values())
        return [
            name for name, one in parts.items()
            if one[0] not in cards
            or (len(one) >= _RULE_PARTS and one[1] not in rules[one[0]])
            or (name in about and about[name] not in there)
        ]  # fmt: skip
