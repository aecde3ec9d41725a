"""Sending documents: blueprints, then entities, then scorecards, each kind in the order of the files.

What others have added to scorecards and rules, which are entities too, comes when these are there.

Entities and scorecards need their blueprints. Entities go before scorecards, so that a new rule meets the
values that come with it: the other way round, every entity would fall to a lower level and rise again, and
whoever is notified of level changes would hear both.

A blueprint may use others that come later: what was refused is sent again once all others are there, for as
long as that helps.

An entity may stand before those that it points at. Where these must exist (`strict`), those that were refused
only for that are sent again for as long as that helps.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, Final, TypeAlias

from msgspec import Struct, convert, json

from levelmark.domain.blueprint import RESERVED
from levelmark.domain.issue import Issue, Severity
from levelmark.server.applying.applied import Applied
from levelmark.server.applying.dangling import Dangling, is_only_dangling
from levelmark.server.client import Client, RejectedError
from levelmark.server.documents import Document, Kind
from levelmark.services.outcome import Outcome
from levelmark.services.targets import DANGLING

CHUNK_DOCUMENTS: Final = 1_000
"""Entities in one request, at most."""

_HOPEFUL: Final = frozenset({"UNKNOWN_BLUEPRINT", "NO_PATH"})
"""Codes of what another blueprint may mend that is sent later."""

CHUNK_BYTES: Final = 1_000_000
"""Bytes of entities in one request, at most, unless a single one has more."""

Show: TypeAlias = Callable[[int, int | None], None]
"""Shows how much is done, and of how much where that is known."""

Progress: TypeAlias = Callable[[str], AbstractContextManager[Show]]
"""What shows how a piece of work gets on, which is called as it is told here."""

_ORDER: Final = (
    (Kind.BLUEPRINT, False), (Kind.ENTITY, False), (Kind.SCORECARD, False), (Kind.ENTITY, True),
)  # fmt: skip
_ISSUES: Final = "issues { path code message suggestion severity }"
_DEFINITION: Final = f"outcome {_ISSUES} evaluation {{ identifier }}"
_OPERATIONS: Final = {
    Kind.BLUEPRINT: "mutation ($input: BlueprintInput!) "
    f"{{ payload: upsertBlueprint(input: $input) {{ {_DEFINITION} }} }}",
    Kind.SCORECARD: "mutation ($input: ScorecardInput!) "
    f"{{ payload: upsertScorecard(input: $input) {{ {_DEFINITION} }} }}",
    Kind.ENTITY: "mutation ($input: UpsertEntitiesInput!) "
    f"{{ payload: upsertEntities(input: $input) {{ results {{ outcome {_ISSUES} }} }} }}",
}
_INVALID_VALUE: Final = re.compile(
    r"Variable '\$input' has invalid value(?: at \.(?:entities\[0\]\.?)?(?P<path>[^:]*))?: (?P<message>.*)",
    re.DOTALL,
)
_QUOTED_VALUE: Final = re.compile(r"(?:, f| F)ound: \{.*", re.DOTALL)


class How(Struct, frozen=True):
    """What becomes of what entities have and the files do not say, and what is refused."""

    merge: bool = False
    force: bool = False
    strict: bool = False


_PLAIN: Final = How()


class Sending:
    """Sends documents to one server; `applied` tells at any time what was done so far."""

    def __init__(self, client: Client, progress: Progress, how: How = _PLAIN) -> None:
        self._client = client
        self._progress = progress
        self._how = {"mode": "MERGE" if how.merge else "REPLACE"} | ({"strict": True} if how.strict else {})
        self._forced = {Kind.BLUEPRINT: {"force": True}} if how.force else {}
        self._dangling = Dangling(client)
        self._waiting: list[tuple[Document, dict[str, Any]]] = []
        self._refusals: list[tuple[Document, dict[str, Any]]] = []
        self._hopeful: list[Document] = []
        self._refused: set[str] = set()
        self.applied = Applied()

    def send(self, documents: Sequence[Document]) -> None:
        """Sends sound documents; raises CommandError where the server does not let it go on."""
        for kind, late in _ORDER:
            chosen = (one for one in documents if one.kind is kind and _is_late(one) is late)
            group = [*self._sendable(chosen)]
            if group:
                self._send_all(kind, group)
            if kind is Kind.BLUEPRINT:
                self._settle_blueprints()
        self.applied.findings += self._dangling.remaining()

    def _sendable(self, documents: Iterator[Document]) -> Iterator[Document]:
        for document in documents:
            if document.blueprint in self._refused:
                self.applied.unsent[document.kind] += 1
            else:
                yield document

    def _send_all(self, kind: Kind, documents: list[Document]) -> None:
        done = 0
        with self._progress(kind.value) as show:
            for chunk in chunks(documents, CHUNK_DOCUMENTS if kind is Kind.ENTITY else 1, CHUNK_BYTES):
                self._send(kind, chunk)
                done += len(chunk)
                show(done, len(documents))
            self._send_waiting()

    def _send_waiting(self) -> None:
        """Sends those again that wait for others; the other way round, since what waits stands before."""
        backwards = False
        while self._waiting:
            before, self._waiting, backwards = self._waiting[::-1], [], not backwards
            for chunk in chunks([document for document, _ in before], CHUNK_DOCUMENTS, CHUNK_BYTES):
                self._send(Kind.ENTITY, chunk)
            if len(self._waiting) == len(before):
                break
        refused, self._waiting = self._waiting[:: -1 if backwards else 1], []
        for document, answer in refused:
            self._note(document, answer)

    def _send(self, kind: Kind, documents: list[Document]) -> None:
        try:
            answers = self._answers(kind, [one.content for one in documents])
        except RejectedError as error:
            self._send_apart(kind, documents, error)
            return
        for document, answer in zip(documents, answers, strict=True):
            if is_only_dangling(Outcome(answer["outcome"]), convert(answer["issues"], list[Issue])):
                self._waiting.append((document, answer))
            elif kind is Kind.BLUEPRINT and answer["outcome"] == Outcome.INVALID:
                self._refusals.append((document, answer))
            else:
                self._note(document, answer)

    def _settle_blueprints(self) -> None:
        """Sends those again that were refused, and asks again what is amiss where others were missing."""
        refusals: list[tuple[Document, dict[str, Any]]] = []
        while self._refusals and len(self._refusals) != len(refusals):
            refusals, self._refusals = self._refusals, []
            for document, _ in refusals:
                self._send(Kind.BLUEPRINT, [document])
        for document, answer in self._refusals:
            self._note(document, answer)
        for document in self._hopeful:
            (answer,) = self._answers(Kind.BLUEPRINT, [document.content])
            issues = convert(answer["issues"], list[Issue])
            self.applied.findings += [document.finding(one) for one in issues if one.code in _HOPEFUL]

    def _send_apart(self, kind: Kind, documents: list[Document], error: RejectedError) -> None:
        """Finds those that the server cannot even read, and sends the others without them."""
        if len(documents) > 1:
            half = len(documents) // 2
            self._send(kind, documents[:half])
            self._send(kind, documents[half:])
            return
        self._count(documents[0], Outcome.INVALID)
        self.applied.findings += [documents[0].finding(_rejection(reason)) for reason in error.reasons]

    def _answers(self, kind: Kind, contents: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if kind is not Kind.ENTITY:
            return [self._payload(kind, content | self._forced.get(kind, {})) for content in contents]
        results: list[dict[str, Any]] = self._payload(kind, {"entities": contents, **self._how})["results"]
        return results

    def _payload(self, kind: Kind, content: dict[str, Any]) -> dict[str, Any]:
        payload: dict[str, Any] = self._client.run(_OPERATIONS[kind], input=content)["payload"]
        return payload

    def _note(self, document: Document, answer: dict[str, Any]) -> None:
        self._count(document, Outcome(answer["outcome"]))
        evaluation = answer.get("evaluation")
        if evaluation:
            self.applied.evaluations.append(evaluation["identifier"])
        for issue in convert(answer["issues"], list[Issue]):
            if issue.code == DANGLING and issue.severity is Severity.WARNING:
                self._dangling.warned(document, issue)
            elif issue.code not in _HOPEFUL or document.kind is not Kind.BLUEPRINT:
                self.applied.findings.append(document.finding(issue))
            elif document not in self._hopeful:
                self._hopeful.append(document)

    def _count(self, document: Document, outcome: Outcome) -> None:
        self.applied.counts[document.kind, outcome] += 1
        if document.kind is Kind.BLUEPRINT and outcome is Outcome.INVALID:
            self._refused.add(str(document.identifier))
        if document.kind is Kind.ENTITY and outcome is not Outcome.INVALID:
            self._dangling.written(document)


def _is_late(document: Document) -> bool:
    """Whether it is an entity of a system blueprint."""
    return document.kind is Kind.ENTITY and document.blueprint in RESERVED


def chunks(documents: Sequence[Document], count: int, size: int) -> Iterator[list[Document]]:
    """The documents in order, in lists of up to `count` that have up to `size` bytes, or one document."""
    chunk: list[Document] = []
    used = 0
    for document in documents:
        needed = len(json.encode(document.content))
        if chunk and (len(chunk) == count or used + needed > size):
            yield chunk
            chunk, used = [], 0
        chunk.append(document)
        used += needed
    if chunk:
        yield chunk


def _rejection(reason: str) -> Issue:
    found = _INVALID_VALUE.match(reason)
    message = _QUOTED_VALUE.sub("", found["message"] if found else reason)
    return Issue((found["path"] or "") if found else "", "REJECTED", message)
