"""Writing what others have added to rule results: results themselves come and go with what they are about."""

from collections.abc import Iterator, Mapping
from typing import Final

from msgspec import UNSET, Struct
from msgspec.structs import replace

from levelmark.domain.entity import Entity, EntityInput
from levelmark.domain.issue import Issue
from levelmark.domain.json import Json, identical
from levelmark.domain.naming import Names
from levelmark.domain.parts import parted
from levelmark.domain.system import RULE_RESULT
from levelmark.services.drafts import Draft
from levelmark.services.outcome import Outcome, Written
from levelmark.services.system.cards import Cards, Parts, Stated
from levelmark.services.system.own import How, OwnValues, Parted
from levelmark.services.system.protection import PROTECTED
from levelmark.services.system.stating import with_own

_PARTS: Final = 3


class _Planned(Struct, frozen=True):
    """What is to be written of one document, and about which result."""

    stated: Stated
    draft: Draft


class ResultWriting:
    """Writes entities of `_rule_result`."""

    def __init__(self, cards: Cards, own: OwnValues) -> None:
        self._cards = cards
        self._own = own

    async def write(self, sent: Mapping[int, EntityInput], how: How) -> dict[int, Written[Entity]]:
        """Writes what the documents give of what others have added; the answers by the documents' places."""
        asked = {place: parts for place, one in sent.items() if (parts := _parts(one.identifier))}
        found = await self._cards.results(asked.values())
        answers: dict[int, Written[Entity]] = {}
        planned: dict[int, _Planned] = {}
        for place, one in sent.items():
            stated = found.get(asked[place]) if place in asked else None
            step = _absent(one) if stated is None else await self._planned(one, stated, how)
            if isinstance(step, _Planned):
                planned[place] = step
            else:
                answers[place] = Written(Outcome.INVALID, None, step)
        return answers | await self._write(planned, how)

    async def _planned(self, sent: EntityInput, stated: Stated, how: How) -> _Planned | tuple[Issue, ...]:
        names = how.naming.properties_of(RULE_RESULT)
        parts = Parted.of(sent, await self._own.definitions(RULE_RESULT), names)
        if issues := tuple(_changes(parts.kept, stated.entity, names)):
            return issues
        own = replace(parts.own, icon=UNSET, team=UNSET)
        return _Planned(stated, self._own.draft(own, stated.key, how))

    async def _write(self, planned: Mapping[int, _Planned], how: How) -> dict[int, Written[Entity]]:
        drafts = [one.draft for one in planned.values()]
        wrong = dict(zip(planned, await self._own.issues(drafts, strict=how.strict), strict=True))
        sound = {place: one for place, one in planned.items() if not wrong[place]}
        written = await self._own.write([one.draft for one in sound.values()])
        answers = {place: Written[Entity](Outcome.INVALID, None, issues) for place, issues in wrong.items()}
        for (place, one), answer in zip(sound.items(), written, strict=True):
            made = Outcome.UPDATED if answer.outcome is Outcome.CREATED else answer.outcome
            value = None if made is Outcome.INVALID else with_own(one.stated.entity, answer.value)
            answers[place] = Written(made, value, answer.issues)
        return answers


def _parts(identifier: str) -> Parts | None:
    parts = parted(identifier)
    return (parts[0], parts[1], parts[2]) if len(parts) == _PARTS else None


def _absent(sent: EntityInput) -> tuple[Issue, ...]:
    message = f"there is no rule result `{sent.identifier}`: results come by themselves, and are not created"
    return (Issue.error(("identifier",), "NOT_FOUND", message),)


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
