"""The door: of a request that writes entities, each document goes where its kind is written.

Scorecards come first, then rules, then all ordinary entities, then rule results: so a rule finds its
scorecard, and a result its entity, though one request brings both. The answers stand in the documents' order.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final, TypeAlias

from msgspec.structs import replace

from levelmark.domain.blueprint import RESERVED
from levelmark.domain.entity import Entity, EntityInput
from levelmark.domain.issue import Issue, has_errors
from levelmark.domain.json import Json, text_issues
from levelmark.domain.system import RULE, RULE_RESULT, SCORECARD
from levelmark.engine.validation import Checked, read_entity
from levelmark.services.outcome import Outcome, Written
from levelmark.services.system.own import How
from levelmark.services.system.protection import PROTECTED
from levelmark.services.system.reading import SystemReading
from levelmark.services.system.result_writing import ResultWriting
from levelmark.services.system.writing import DefinitionWriting, absence

Answers: TypeAlias = dict[int, Written[Entity]]
"""What became of documents, by their places in the request."""

Documents: TypeAlias = Mapping[int, Json]
"""Documents by their places in the request."""

_ORDER: Final = (SCORECARD, RULE, None, RULE_RESULT)


class SystemDoor:
    """Writes entities of the system blueprints, and lets all others pass."""

    def __init__(
        self, reading: SystemReading, definitions: DefinitionWriting, results: ResultWriting
    ) -> None:
        self._reading = reading
        self._definitions = definitions
        self._results = results

    async def upsert(
        self, documents: Sequence[Json], how: How, others: Callable[[Documents], Awaitable[Answers]]
    ) -> list[Written[Entity]]:
        """Writes all documents; those of ordinary blueprints by `others`."""
        kinds: dict[str | None, dict[int, Json]] = {kind: {} for kind in _ORDER}
        for place, document in enumerate(documents):
            kinds[_kind(document)][place] = document
        answers: Answers = {}
        for kind in _ORDER:
            if kind is None:
                answers |= await others(kinds[kind])
            elif kinds[kind]:
                answers |= await self._write(kind, kinds[kind], how)
        return [answers[place] for place in range(len(documents))]

    async def _write(self, kind: str, documents: Documents, how: How) -> Answers:
        sound, answers = _read_all(documents)
        if kind == RULE_RESULT:
            return answers | await self._results.write(sound, how)
        write = self._definitions.scorecard if kind == SCORECARD else self._definitions.rule
        done = {place: await write(sent, how) for place, sent in sound.items()}
        stands = await self._reading.get((kind, one.identifier) for one in done.values() if one.identifier)
        for place, one in done.items():
            answers[place] = replace(one.written, value=stands.get((kind, one.identifier or "")))
        return answers

    async def delete(
        self, blueprint: str, identifiers: Sequence[str], *, strict: bool
    ) -> list[Written[Entity]]:
        """Deletes scorecards or rules; rule results stay as long as what they are about."""
        if blueprint == RULE_RESULT:
            return [Written(Outcome.INVALID, None, (_stays(one),)) for one in identifiers]
        gone = {
            one: await self._definitions.delete(blueprint, one, strict=strict)
            for one in dict.fromkeys(identifiers)
        }
        return [gone[one] for one in identifiers]

    async def evaluate(self, blueprint: str, identifiers: Sequence[str]) -> list[Written[Entity]]:
        """The entities as they stand: they have nothing that could be evaluated anew."""
        stands = await self._reading.get((blueprint, one) for one in identifiers)
        found = [stands.get((blueprint, one)) for one in identifiers]
        absent = [Written[Entity](Outcome.INVALID, None, (absence(blueprint, one),)) for one in identifiers]
        return [
            Written(Outcome.UNCHANGED, one) if one else lacking
            for one, lacking in zip(found, absent, strict=True)
        ]


def _kind(document: Json) -> str | None:
    blueprint = document.get("blueprint") if isinstance(document, dict) else None
    return blueprint if isinstance(blueprint, str) and blueprint in RESERVED else None


def _read_all(documents: Documents) -> tuple[dict[int, EntityInput], Answers]:
    """The documents that can be read, each identifier once, and the answers to the others."""
    sound: dict[int, EntityInput] = {}
    answers: Answers = {}
    seen: dict[str, int] = {}
    for place, document in documents.items():
        checked = _read(document)
        if checked.value is None:
            answers[place] = Written(Outcome.INVALID, None, checked.issues)
        elif (first := seen.setdefault(checked.value.identifier, place)) != place:
            message = f"this entity stands already at [{first}] of the request"
            issue = Issue.error(("identifier",), "DUPLICATE", message)
            answers[place] = Written(Outcome.INVALID, None, (issue,))
        else:
            sound[place] = checked.value
    return sound, answers


def _read(document: dict[str, Json]) -> Checked[EntityInput]:
    """The entity of a document; an identifier of several parts may be longer than one that people choose."""
    identifier = document.get("identifier")
    if not isinstance(identifier, str) or not identifier:
        return read_entity(document)
    checked = read_entity({**document, "identifier": "-"})
    issues = (*text_issues(identifier, ("identifier",)), *checked.issues)
    if checked.value is None or has_errors(issues):
        return Checked(None, issues)
    return Checked(replace(checked.value, identifier=identifier), issues)


def _stays(identifier: str) -> Issue:
    message = f"`{identifier}` is protected: rule results come and go with their rules and entities"
    return Issue.error(("identifier",), PROTECTED, message)
