"""Search: entities of all blueprints by their words, the best first."""

from collections.abc import Sequence

from msgspec import Struct

from levelmark.domain.blueprint import RESERVED
from levelmark.domain.entity import Entity
from levelmark.domain.naming import UNNAMED, Naming
from levelmark.domain.search import Search
from levelmark.services.catalogue import Catalogue
from levelmark.services.lookup import Lookup
from levelmark.services.matching import matched
from levelmark.services.system.reading import SystemReading
from levelmark.storage import Storage
from levelmark.storage.searching import Hit


class Found(Struct, frozen=True):
    """An entity that was found, by which hit, and in which of its properties the words stand."""

    hit: Hit
    entity: Entity
    matched: tuple[str, ...]


class Hits(Struct, frozen=True):
    """A page of what was found; `end` is its last hit, and `more` says whether others stand behind it."""

    found: tuple[Found, ...]
    end: Hit | None
    more: bool


class SearchService:
    """Finds entities."""

    def __init__(self, storage: Storage, catalogue: Catalogue, system: SystemReading) -> None:
        self._system = system
        self._search = storage.search
        self._entities = storage.entities
        self._lookup = Lookup(storage, catalogue)

    async def hits(
        self,
        text: str,
        blueprints: Sequence[str] | None,
        teams: Sequence[str] | None,
        after: Hit | None,
        first: int,
        *,
        naming: Naming = UNNAMED,
    ) -> Hits:
        """The `first` best hits behind `after`, of any of the blueprints and teams, if some are named.

        Raises InvalidInputError where the text has no word, LimitExceededError where it is too long,
        NotFoundError where there is no such blueprint.
        """
        search = Search.of(text)
        await self._lookup.blueprints(blueprints or (), naming)
        search = await self._search.anchored(search)
        hits = await self._search.hits(search, blueprints, teams, after, first + 1)
        if teams is None and (blueprints is None or not RESERVED.isdisjoint(blueprints)):
            source = await self._system.searched()
            hits += await self._search.hits(search, blueprints, teams, after, first + 1, source=source)
            hits.sort(key=lambda hit: (-hit.score, hit.blueprint, hit.identifier))
        page = hits[:first]
        keys = [(hit.blueprint, hit.identifier) for hit in page]
        held = await self._entities.get(key for key in keys if key[0] not in RESERVED)
        entities = {key: one.entity for key, one in held.items()}
        entities |= await self._system.get(key for key in keys if key[0] in RESERVED)
        found = tuple(
            Found(hit, one, matched(search, one))
            for hit, key in zip(page, keys, strict=True)
            if (one := entities.get(key))
        )
        return Hits(found, page[-1] if page else after, len(hits) > first)
