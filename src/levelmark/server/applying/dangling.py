"""Relations that pointed at nothing when they were sent: whether something sent later stands there now."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any, Final

from levelmark.domain.issue import Issue, path_text
from levelmark.server.client import Client
from levelmark.server.documents import Document, Finding
from levelmark.services.outcome import Outcome
from levelmark.services.targets import DANGLING

_RELATIONS: Final = "query ($identifier: String!) { blueprint(identifier: $identifier) { relations } }"


class Dangling:
    """Keeps the warnings until everything is sent, when most of them may have settled themselves."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._warnings: list[tuple[Document, Issue]] = []
        self._written: set[tuple[str, str]] = set()
        self._relations: dict[str, dict[str, Any]] = {}

    def written(self, document: Document) -> None:
        """Notes that an entity exists now."""
        self._written.add((str(document.blueprint), str(document.identifier)))

    def warned(self, document: Document, issue: Issue) -> None:
        """Notes that an entity points at one that does not exist yet."""
        self._warnings.append((document, issue))

    def remaining(self) -> Iterator[Finding]:
        """The warnings about what was not written afterwards either, each given out once."""
        warnings, self._warnings = self._warnings, []
        for _, some in groupby(warnings, key=lambda pair: id(pair[0])):
            of_one = list(some)
            targets = self._targets(of_one[0][0])
            for document, issue in of_one:
                if targets.get(issue.path) not in self._written:
                    yield document.finding(issue)

    def _targets(self, document: Document) -> dict[str, tuple[str, str]]:
        """What a document points at, by where it says so."""
        targets: dict[str, tuple[str, str]] = {}
        sent: dict[str, Any] = document.content.get("relations") or {}
        for name, relation in self._relations_of(str(document.blueprint)).items():
            value = sent.get(name)
            if isinstance(value, list):
                for place, one in enumerate(value):
                    targets[path_text(("relations", name, place))] = relation["target"], one
            elif value:
                targets[path_text(("relations", name))] = relation["target"], value
        return targets

    def _relations_of(self, blueprint: str) -> dict[str, Any]:
        if blueprint not in self._relations:
            found = self._client.run(_RELATIONS, identifier=blueprint)["blueprint"]
            self._relations[blueprint] = found["relations"] if found else {}
        return self._relations[blueprint]


def is_only_dangling(outcome: Outcome, issues: list[Issue]) -> bool:
    """Whether a document was refused, and for nothing but that it points at what does not exist yet."""
    return outcome is Outcome.INVALID and {issue.code for issue in issues} == {DANGLING}
