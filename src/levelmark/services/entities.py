"""Entities: written with their scores, read in pages, deleted with a last word in the log."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from levelmark.domain.blueprint import RESERVED
from levelmark.domain.change import CauseKind
from levelmark.domain.entity import Entity
from levelmark.domain.issue import Issue
from levelmark.domain.json import Json
from levelmark.domain.naming import UNNAMED, Naming
from levelmark.engine.validation import read_entity, sound_part
from levelmark.services.keying import keyed_input
from levelmark.services.listing import Ask, Listed, Listing
from levelmark.services.outcome import Outcome, Written
from levelmark.services.pointers import Pointers
from levelmark.services.removal import Removal
from levelmark.services.system.clearing import Clearing
from levelmark.services.system.door import Answers, Documents, SystemDoor
from levelmark.services.system.own import How
from levelmark.services.system.reading import SystemReading
from levelmark.services.targets import Targets
from levelmark.services.writing import Draft, Mode, Writing
from levelmark.storage import Storage
from levelmark.storage.pages import Selection
from levelmark.storage.relations import Pointing

MAX_AT_ONCE: Final = 1_000
"""Entities that one request may write or delete."""


class EntityService:
    """What can be done with entities."""

    def __init__(
        self,
        storage: Storage,
        writing: Writing,
        removal: Removal,
        listing: Listing,
        *,
        targets: Targets,
        reading: SystemReading,
        door: SystemDoor,
        clearing: Clearing,
    ) -> None:
        self._store = storage.entities
        self._history = storage.history
        self._relations = storage.relations
        self._reading = reading
        self._writing = writing
        self._removal = removal
        self._listing = listing
        self._targets = targets
        self._pointers = Pointers(storage)
        self._door = door
        self._clearing = clearing

    async def get(
        self, keys: Iterable[tuple[str, str]], at: datetime | None = None
    ) -> dict[tuple[str, str], Entity]:
        """The entities of these (blueprint, identifier) pairs, those that exist, or did at the instant."""
        wanted = list(keys)
        stored = [key for key in wanted if key[0] not in RESERVED]
        found = await self._reading.get([key for key in wanted if key[0] in RESERVED], at)
        if at is not None:
            return {**found, **await self._history.get(stored, at)}
        return {**found, **{key: held.entity for key, held in (await self._store.get(stored)).items()}}

    async def existing(self, keys: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
        """Those of the keys that entities have."""
        return await self._targets.existing(keys)

    async def pointing(self, asks: Sequence[Pointing], most: int) -> list[list[str]]:
        """The identifiers of those that point, for each of the asks; of the stored together `most`."""
        stored = iter(
            await self._relations.pointing([ask for ask in asks if ask.blueprint not in RESERVED], most)
        )
        return [
            await self._reading.pointing(ask) if ask.blueprint in RESERVED else next(stored) for ask in asks
        ]

    async def page(
        self, selection: Selection, query: Json, ask: Ask, naming: Naming = UNNAMED
    ) -> list[Listed]:
        """A page of the selected entities that the query, if there is one, is true of, with their places.

        The selection and the order are in keys, the query, as it was sent, in names.

        Raises NotFoundError where there is no such blueprint or scorecard, InvalidInputError where the query
        is not sound, or nothing can be ordered by the property.
        """
        if selection.blueprint in RESERVED:
            return await self._reading.listed(selection, query, ask)
        return await self._listing.listed(selection, query, ask, naming)

    async def upsert(
        self, documents: Sequence[Json], mode: Mode, naming: Naming = UNNAMED, *, strict: bool = False
    ) -> list[Written[Entity]]:
        """Writes entities, each on its own: the answers stand in the order of the documents.

        The documents are in names, as they were sent; the answers are in keys.

        One that points at an entity that does not exist gets a warning; if `strict`, it is not written. What
        the same request writes exists.
        """

        async def others(ordinary: Documents) -> Answers:
            return await self._upsert(ordinary, mode, naming, strict=strict)

        return await self._door.upsert(documents, How(mode, naming, strict), others)

    async def _upsert(self, documents: Documents, mode: Mode, naming: Naming, *, strict: bool) -> Answers:
        answers: Answers = {}
        drafts: list[tuple[int, Draft]] = []
        seen: dict[tuple[str, str], int] = {}
        for place, document in documents.items():
            checked = read_entity(document)
            sent = checked.value or sound_part(document)
            if sent is None:
                answers[place] = Written(Outcome.INVALID, None, checked.issues)
                continue
            draft = Draft(keyed_input(sent, naming), mode, checked.issues, sent, naming)
            key = draft.key
            if seen.setdefault(key, place) != place:
                answers[place] = Written(Outcome.INVALID, None, (_twice(seen[key]),))
                continue
            drafts.append((place, draft))
        written = await self._write([draft for _, draft in drafts], strict=strict)
        for (place, _), answer in zip(drafts, written, strict=True):
            answers[place] = answer
        return answers

    async def _write(self, drafts: list[Draft], *, strict: bool) -> list[Written[Entity]]:
        lacking = await self._targets.lacking(drafts)
        judged = lacking.refused(drafts) if strict else drafts
        written = await self._writing.write(judged, CauseKind.ENTITY_WRITTEN)
        return lacking.warned(drafts, written)

    async def evaluate(
        self, blueprint: str, identifiers: Sequence[str], naming: Naming = UNNAMED
    ) -> list[Written[Entity]]:
        """Evaluates entities now; the answers stand in the order of the identifiers."""
        if blueprint in RESERVED:
            return await self._door.evaluate(blueprint, identifiers)
        return await self._writing.evaluate([(blueprint, name) for name in identifiers], naming)

    async def delete(
        self,
        blueprint: str,
        identifiers: Sequence[str],
        naming: Naming = UNNAMED,
        *,
        strict: bool = False,
    ) -> list[Written[Entity]]:
        """Deletes entities, each on its own; their scores go, and the log says so.

        One that others point at gets a warning; if `strict`, it stays, unless these others go with it.
        """
        if blueprint in RESERVED:
            return await self._door.delete(blueprint, identifiers, strict=strict)
        leaving = await self._pointers.leaving(blueprint, identifiers)
        held = leaving.held() if strict else set()
        gone = await self._removal.entities(blueprint, [name for name in identifiers if name not in held])
        await self._clearing.entities(blueprint, gone.values())
        return [
            _deleted(gone.get(name), leaving.told(name, naming), (naming.blueprints.name(blueprint), name))
            if name not in held
            else Written(Outcome.INVALID, None, (_needed(leaving.told(name, naming, held)),))
            for name in identifiers
        ]


def _deleted(gone: Entity | None, pointed_at: str | None, key: tuple[str, str]) -> Written[Entity]:
    if gone is None:
        return Written(Outcome.INVALID, None, (_absent(*key),))
    if pointed_at is None:
        return Written(Outcome.DELETED, gone)
    return Written(Outcome.DELETED, gone, (Issue.warning(("identifier",), "POINTED_AT", pointed_at),))


def _needed(pointed_at: str | None) -> Issue:
    message = f"{pointed_at}; let these point elsewhere, or delete them too"
    return Issue.error(("identifier",), "POINTED_AT", message)


def _twice(first: int) -> Issue:
    message = f"this entity stands already at [{first}] of the request"
    return Issue.error(("identifier",), "DUPLICATE", message)


def _absent(blueprint: str, name: str) -> Issue:
    message = f"blueprint `{blueprint}` has no entity `{name}`"
    return Issue.error(("identifier",), "NOT_FOUND", message)
