"""Entities: written with their scores, read in pages, deleted with a last word in the log."""

from collections.abc import Iterable, Sequence
from typing import Final

from levelmark.domain.change import CauseKind
from levelmark.domain.entity import Entity
from levelmark.domain.errors import InvalidInputError, NotFoundError
from levelmark.domain.issue import Issue, has_errors
from levelmark.domain.json import Json
from levelmark.engine.evaluate import compile_filter
from levelmark.engine.explain import Probes
from levelmark.engine.present import Present
from levelmark.engine.validation import read_entity, read_query, sound_part
from levelmark.services.catalogue import Catalogue, Definitions
from levelmark.services.clock import Clock, now_text
from levelmark.services.outcome import Outcome, Written
from levelmark.services.removal import Removal
from levelmark.services.writing import Draft, Mode, Writing
from levelmark.storage import Storage
from levelmark.storage.pages import Page, Selection
from levelmark.storage.prefilter import prefilter

MAX_AT_ONCE: Final = 1_000
"""Entities that one request may write or delete."""


class EntityService:
    """What can be done with entities."""

    def __init__(
        self, storage: Storage, catalogue: Catalogue, writing: Writing, removal: Removal, clock: Clock
    ) -> None:
        self._store = storage.entities
        self._clock = clock
        self._catalogue = catalogue
        self._writing = writing
        self._removal = removal

    async def get(self, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Entity]:
        """The entities of these (blueprint, identifier) pairs, those that exist."""
        return {key: held.entity for key, held in (await self._store.get(keys)).items()}

    async def page(self, selection: Selection, query: Json, page: Page) -> list[Entity]:
        """A page of the selected entities that the query, if there is one, is true of.

        Raises NotFoundError where there is no such blueprint, InvalidInputError where the query is not sound.
        """
        definitions = await self._catalogue.one(selection.blueprint)
        if definitions is None:
            raise NotFoundError(f"there is no blueprint `{selection.blueprint}`")
        if query is None:
            async with self._store.scan(selection, page) as found:
                return [held.entity async for held in found]
        return await self._filtered(definitions, selection, query, page)

    async def _filtered(
        self, definitions: Definitions, selection: Selection, document: Json, page: Page
    ) -> list[Entity]:
        blueprint = definitions.blueprint
        checked = read_query(document, blueprint, self._catalogue.operators, ("filter", "query"))
        if checked.value is None:
            raise InvalidInputError("; ".join(_told(one) for one in checked.issues if has_errors([one])))
        selects = compile_filter(
            Probes(checked.value, blueprint, self._catalogue.operators), Present.at(now_text(self._clock))
        )
        narrowed = Selection(
            selection.blueprint,
            selection.teams,
            selection.scorecard,
            selection.levels,
            prefilter(checked.value, blueprint),
        )
        found: list[Entity] = []
        whole = Page(page.order, page.descending, page.after, 0, max(page.limit, 100))
        async with self._store.scan(narrowed, whole) as candidates:
            async for held in candidates:
                if selects(held.entity):
                    found.append(held.entity)
                if len(found) == page.limit:
                    break
        return found

    async def upsert(self, documents: Sequence[Json], mode: Mode) -> list[Written[Entity]]:
        """Writes entities, each on its own: the answers stand in the order of the documents."""
        answers: list[Written[Entity] | None] = [None] * len(documents)
        drafts: list[tuple[int, Draft]] = []
        seen: dict[tuple[str, str], int] = {}
        for place, document in enumerate(documents):
            checked = read_entity(document)
            sent = checked.value or sound_part(document)
            if sent is None:
                answers[place] = Written(Outcome.INVALID, None, checked.issues)
                continue
            key = (sent.blueprint, sent.identifier)
            if seen.setdefault(key, place) != place:
                answers[place] = Written(Outcome.INVALID, None, (_twice(seen[key]),))
                continue
            drafts.append((place, Draft(sent, mode, checked.issues)))
        written = await self._writing.write([draft for _, draft in drafts], CauseKind.ENTITY_WRITTEN)
        for (place, _), answer in zip(drafts, written, strict=True):
            answers[place] = answer
        return [answer for answer in answers if answer is not None]

    async def evaluate(self, blueprint: str, identifiers: Sequence[str]) -> list[Written[Entity]]:
        """Evaluates entities now; the answers stand in the order of the identifiers."""
        return await self._writing.evaluate([(blueprint, name) for name in identifiers])

    async def delete(self, blueprint: str, identifiers: Sequence[str]) -> list[Written[Entity]]:
        """Deletes entities, each on its own; their scores go, and the log says so."""
        gone = await self._removal.entities(blueprint, identifiers)
        return [
            Written(Outcome.DELETED, gone[name])
            if name in gone
            else Written(Outcome.INVALID, None, (_absent(blueprint, name),))
            for name in identifiers
        ]


def _twice(first: int) -> Issue:
    message = f"this entity stands already at [{first}] of the request"
    return Issue.error(("identifier",), "DUPLICATE", message)


def _absent(blueprint: str, name: str) -> Issue:
    message = f"blueprint `{blueprint}` has no entity `{name}`"
    return Issue.error(("identifier",), "NOT_FOUND", message)


def _told(issue: Issue) -> str:
    meant = f" (did you mean `{issue.suggestion}`?)" if issue.suggestion else ""
    return f"{issue.path}: {issue.message}{meant}"
