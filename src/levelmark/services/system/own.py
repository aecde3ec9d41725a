"""Own values: what others have added to a scorecard, a rule or a result, kept as an entity of its own.

Such an entity is of the system blueprint and holds nothing but what was added. Its identifier is made of
keys, so that it stays with a rule that is called otherwise.
"""

from collections.abc import Mapping, Sequence

from msgspec import UNSET, Struct
from msgspec.structs import replace

from levelmark.domain.change import CauseKind
from levelmark.domain.entity import Entity, EntityInput
from levelmark.domain.issue import Issue, has_errors
from levelmark.domain.naming import Names, Naming
from levelmark.domain.system import extension
from levelmark.services.catalogue import Catalogue, Definitions
from levelmark.services.drafts import Draft, Mode, size_issues
from levelmark.services.judging import Judge
from levelmark.services.outcome import Written
from levelmark.services.targets import Targets
from levelmark.services.writing import Writing
from levelmark.storage import Storage


class How(Struct, frozen=True):
    """How a request is to be written, and the names that it speaks in."""

    mode: Mode
    naming: Naming
    strict: bool = False


class Parted(Struct, frozen=True):
    """A document in names, parted into what the server keeps and what others have added."""

    kept: EntityInput
    own: EntityInput

    @classmethod
    def of(cls, sent: EntityInput, definitions: Definitions, names: Names) -> "Parted":
        """The parts of a document."""
        blueprint = definitions.blueprint
        others = extension(blueprint).own_names
        kept = {names.name(key) for key in blueprint.own_names if key not in others}
        return cls(_only(sent, kept, within=True), _only(sent, kept, within=False))

    @property
    def says_of_its_own(self) -> bool:
        """Whether it gives anything that others have added."""
        own = self.own
        return bool(own.properties or own.relations) or own.icon is not UNSET or own.team is not UNSET


def _only(sent: EntityInput, names: set[str], *, within: bool) -> EntityInput:
    properties = {name: one for name, one in sent.properties.items() if (name in names) is within}
    relations = {name: one for name, one in sent.relations.items() if (name in names) is within}
    return replace(sent, properties=properties, relations=relations)


class OwnValues:
    """Reads and writes what others have added."""

    def __init__(self, storage: Storage, catalogue: Catalogue, writing: Writing, targets: Targets) -> None:
        self._store = storage.entities
        self._catalogue = catalogue
        self._writing = writing
        self._targets = targets
        self._judge = Judge()

    async def definitions(self, blueprint: str) -> Definitions:
        """The definitions of a system blueprint."""
        return (await self._catalogue.current([blueprint]))[blueprint]

    async def of(self, blueprint: str, keys: Sequence[str]) -> dict[str, Entity]:
        """What others have added, by the identifiers made of keys."""
        found = await self._store.get([(blueprint, key) for key in keys])
        return {key: held.entity for (_, key), held in found.items()}

    def draft(self, own: EntityInput, key: str, how: How) -> Draft:
        """What is to be written under that key."""
        given = replace(own, identifier=key, title=UNSET)
        names = how.naming.properties_of(own.blueprint)
        keyed = replace(
            given, properties=names.keyed(given.properties), relations=names.keyed(given.relations)
        )
        return Draft(keyed, how.mode, (), given, how.naming)

    async def issues(self, drafts: Sequence[Draft], *, strict: bool) -> list[tuple[Issue, ...]]:
        """What is wrong with each of the drafts, before anything is written."""
        if not drafts:
            return []
        lacking = await self._targets.lacking(drafts)
        judged = lacking.refused(drafts) if strict else drafts
        stored = await self.of(drafts[0].input.blueprint, [one.input.identifier for one in drafts])
        definitions = await self.definitions(drafts[0].input.blueprint)
        return [tuple(self._wrong(one, definitions, stored)) for one in judged]

    def _wrong(self, draft: Draft, definitions: Definitions, stored: Mapping[str, Entity]) -> list[Issue]:
        applied = draft.applied(stored.get(draft.input.identifier))
        entity, sent = definitions.checker.completed(applied), draft.sent or draft.input
        judged = self._judge.issues(entity, sent, definitions, draft.naming)
        found = (*draft.issues, *judged, *size_issues(entity))
        return [one for one in found if has_errors([one])]

    async def write(self, drafts: Sequence[Draft]) -> list[Written[Entity]]:
        """Writes sound drafts."""
        if not drafts:
            return []
        lacking = await self._targets.lacking(drafts)
        written = await self._writing.write(drafts, CauseKind.ENTITY_WRITTEN)
        return lacking.warned(drafts, written)
