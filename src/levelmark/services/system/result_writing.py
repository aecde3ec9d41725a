"""Writing what others have added to rule results: results themselves come and go with what they are about."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from msgspec import UNSET, Struct
from msgspec.structs import replace

from levelmark.domain.entity import Entity, EntityInput
from levelmark.domain.issue import Issue
from levelmark.domain.json import Json, identical
from levelmark.domain.naming import Names
from levelmark.domain.parts import joined, parted
from levelmark.domain.system import RULE_RESULT
from levelmark.services.catalogue import Definitions
from levelmark.services.drafts import Draft
from levelmark.services.outcome import Outcome, Written
from levelmark.services.system.cards import Cards
from levelmark.services.system.own import How, OwnValues, Parted
from levelmark.services.system.protection import PROTECTED
from levelmark.services.system.reading import SystemReading

_PARTS: Final = 3


class _Stated(Struct, frozen=True):
    """A result as it stands, and the key under which what others have added to it is kept."""

    key: str
    entity: Entity


class ResultWriting:
    """Writes entities of `_rule_result`."""

    def __init__(self, cards: Cards, own: OwnValues, reading: SystemReading) -> None:
        self._cards = cards
        self._own = own
        self._reading = reading

    async def write(self, sent: Mapping[int, EntityInput], how: How) -> dict[int, Written[Entity]]:
        """Writes what the documents give of what others have added; the answers by the documents' places."""
        stated = await self._stated(one.identifier for one in sent.values())
        definitions = await self._own.definitions(RULE_RESULT)
        wrong: dict[int, tuple[Issue, ...]] = {}
        drafts: dict[int, Draft] = {}
        for place, one in sent.items():
            found = stated.get(one.identifier)
            judged = (_absent(one),) if found is None else _judged(one, found, definitions, how)
            if isinstance(judged, EntityInput) and found is not None:
                drafts[place] = self._own.draft(judged, found.key, how)
            elif isinstance(judged, tuple):
                wrong[place] = judged
        judgements = await self._own.issues(list(drafts.values()), strict=how.strict)
        wrong |= {place: issues for place, issues in zip(drafts, judgements, strict=True) if issues}
        written = await self._write({place: one for place, one in drafts.items() if place not in wrong})
        stands = await self._reading.get((RULE_RESULT, sent[place].identifier) for place in written)
        return {
            **{place: Written(Outcome.INVALID, None, issues) for place, issues in wrong.items()},
            **{
                place: replace(one, value=stands.get((RULE_RESULT, sent[place].identifier)))
                for place, one in written.items()
            },
        }

    async def _stated(self, identifiers: Iterable[str]) -> dict[str, _Stated]:
        parts = {one: split for one in identifiers if len(split := parted(one)) == _PARTS}
        cards = await self._cards.of(card for card, _, _ in parts.values())
        found = await self._reading.get((RULE_RESULT, one) for one in parts)
        stated: dict[str, _Stated] = {}
        for (_, identifier), entity in found.items():
            card, rule, name = parts[identifier]
            key = cards[card].key(rule) if card in cards else None
            if key is not None:
                stated[identifier] = _Stated(joined(card, key, name), entity)
        return stated

    async def _write(self, drafts: Mapping[int, Draft]) -> dict[int, Written[Entity]]:
        written = await self._own.write(list(drafts.values()))
        return {
            place: replace(one, outcome=Outcome.UPDATED) if one.outcome is Outcome.CREATED else one
            for place, one in zip(drafts, written, strict=True)
        }


def _judged(
    sent: EntityInput, stated: _Stated, definitions: Definitions, how: How
) -> EntityInput | tuple[Issue, ...]:
    """What the document gives of what others have added, unless it changes something else."""
    names = how.naming.properties_of(RULE_RESULT)
    parts = Parted.of(sent, definitions, names)
    changes = tuple(_changes(parts.kept, stated.entity, names))
    return changes or replace(parts.own, icon=UNSET, team=UNSET)


def _absent(sent: EntityInput) -> Issue:
    message = f"there is no rule result `{sent.identifier}`: results come by themselves, and are not created"
    return Issue.error(("identifier",), "NOT_FOUND", message)


def _changes(kept: EntityInput, entity: Entity, names: Names) -> Iterator[Issue]:
    """An issue for all that is sent of a result otherwise than it is."""
    values = {**entity.properties, **entity.derived}
    for name, value in kept.properties.items():
        if not identical(value, values.get(names.key(name))):
            yield _protected(("properties", name), name)
    for name, target in kept.relations.items():
        if (target or None) != entity.relations.get(names.key(name)):
            yield _protected(("relations", name), name)
    attributes: dict[str, tuple[Json, Json]] = {
        "title": (kept.title, entity.title),
        "icon": (kept.icon, entity.icon),
        "team": (kept.team, entity.team),
    }
    for name, (sent, stands) in attributes.items():
        if sent is not UNSET and sent != stands:
            yield _protected((name,), name)


def _protected(path: tuple[str, ...], name: str) -> Issue:
    message = f"`{name}` is protected: it follows from the evaluation; leave it out, or send it as it is"
    return Issue.error(path, PROTECTED, message)
