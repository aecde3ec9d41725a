"""The installation: the system blueprints are there from the start, with relations to all that is evaluated.

Every process sees to it at its start, and several may do so at once: each step is one compare-and-set, and
finding it done is as good as doing it.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from typing import Final

from msgspec.structs import replace

from levelmark.domain.blueprint import META_PROPERTIES, Blueprint, Relation
from levelmark.domain.documents import to_document
from levelmark.domain.errors import ConflictError
from levelmark.domain.json import identical
from levelmark.domain.system import ADDED, CORE, RULE_RESULT, added_relation, completed
from levelmark.domain.versioned import Versioned
from levelmark.services.clock import Clock, now_text
from levelmark.services.naming import NamingSource
from levelmark.storage import Storage

_ATTEMPTS: Final = 50


class Installation:
    """Puts the system blueprints in place."""

    def __init__(self, storage: Storage, naming: NamingSource, clock: Clock) -> None:
        self._definitions = storage.definitions
        self._shelf = storage.definitions.blueprint
        self._naming = naming
        self._clock = clock

    async def ensure(self) -> None:
        """Returns when the system blueprints are as this version of the server has them."""
        for core in CORE.values():
            await self._ensure(core)
        evaluated = {one.value.blueprint for one in await self._definitions.scorecards()}
        stored = await self._shelf.get(RULE_RESULT)
        relations = stored.value.relations.values() if stored else ()
        added = [one.target for one in relations if one.description == ADDED]
        gone = set(added) - (await self._shelf.many(added)).keys() if added else set()
        await self.relate(evaluated, gone)

    async def _ensure(self, core: Blueprint) -> None:
        for _ in range(_ATTEMPTS):
            stored = await self._shelf.get(core.identifier)
            now = now_text(self._clock)
            if stored is None:
                done = await self._shelf.add(core, now)
            else:
                whole = completed(stored.value)
                done = identical(to_document(whole), to_document(stored.value)) or await self._shelf.replace(
                    stored, whole, now
                )
            if done:
                return
        raise ConflictError(f"others keep writing the blueprint `{core.identifier}`; try again in a moment")

    async def relate(self, blueprints: Iterable[str], gone: Iterable[str] = ()) -> None:
        """Returns when rule results have a relation to entities of each of these blueprints.

        They have none any more to entities of those that are `gone`.
        """
        wanted, unwanted = set(blueprints), set(gone)
        for _ in range(_ATTEMPTS):
            stored = await self._shelf.get(RULE_RESULT)
            if stored is None:
                return  # nobody has installed anything here: no result is read as an entity
            new = [one for one in sorted(wanted) if added_relation(stored.value, one) is None]
            old = [one for one in unwanted if added_relation(stored.value, one) is not None]
            if not new and not old:
                return
            if await self._related(stored, await self._shelf.many(new), unwanted):
                return
        raise ConflictError(f"others keep writing the blueprint `{RULE_RESULT}`; try again in a moment")

    async def _related(
        self, stored: Versioned[Blueprint], new: Mapping[str, Versioned[Blueprint]], gone: set[str]
    ) -> bool:
        naming = await self._naming.fresh()
        relations = {
            key: one for key, one in stored.value.relations.items()
            if one.description != ADDED or one.target not in gone
        }  # fmt: skip
        things = stored.names.things
        before = replace(stored.value, relations=relations)
        names = [things.name(key) for key in before.own_names]
        for key, one in new.items():
            name = _free(naming.blueprints.name(key), names)
            names.append(name)
            relations[things.key(name)] = Relation(key, one.value.title, description=ADDED, many=False)
        whole = completed(replace(before, relations=_in_order(relations)))
        own = replace(stored.names, things=things.holding(names))
        if not await self._shelf.replace(stored, whole, now_text(self._clock), own):
            return False
        if own != stored.names:
            await self._naming.settled()
        return True


def _free(name: str, taken: list[str]) -> str:
    """What the relation to the entities of the blueprint of that name is called."""
    return next(one for one in _names(name) if one not in taken and one not in META_PROPERTIES)


def _names(name: str) -> Iterator[str]:
    yield name
    yield f"{name}_entity"
    yield from (f"{name}_entity_{number}" for number in count(2))


def _in_order(relations: Mapping[str, Relation]) -> dict[str, Relation]:
    """Those that the server keeps stand before those that others have added."""
    return dict(sorted(relations.items(), key=lambda pair: pair[1].description != ADDED))
