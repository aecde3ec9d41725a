"""Cards: the scorecards that are there, as they are stored and as they are told."""

from collections.abc import Iterable

from msgspec import Struct

from levelmark.domain.scorecard import Scorecard
from levelmark.domain.versioned import Versioned
from levelmark.engine.translating import told_scorecard
from levelmark.services.naming import NamingSource
from levelmark.storage import Storage


class Card(Struct, frozen=True):
    """A scorecard as it is stored, in keys, and as it is `told`, in names: rule by rule."""

    stored: Versioned[Scorecard]
    told: Scorecard

    def key(self, rule: str) -> str | None:
        """The key of the rule of that name, None where there is none."""
        pairs = zip(self.stored.value.rules, self.told.rules, strict=True)
        return next((stored.identifier for stored, told in pairs if told.identifier == rule), None)


class Cards:
    """Reads scorecards, those in force at the time of asking."""

    def __init__(self, storage: Storage, naming: NamingSource) -> None:
        self._shelf = storage.definitions.scorecard
        self._naming = naming

    async def of(self, identifiers: Iterable[str]) -> dict[str, Card]:
        """The scorecards of these identifiers, those that exist."""
        stored = await self._shelf.many(set(identifiers))
        naming = await self._naming.fresh()
        return {
            name: Card(one, told_scorecard(one, naming.with_scorecard(name, one.names)))
            for name, one in stored.items()
        }

    async def one(self, identifier: str) -> Card | None:
        """The scorecard of that identifier, if it exists."""
        return (await self.of([identifier])).get(identifier)
