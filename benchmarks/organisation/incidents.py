"""The incidents: edits of theirs that move levels, of services two relations away or of their own."""

from collections.abc import Iterator
from random import Random

from msgspec import Struct

from benchmarks.organisation.catalogue import Catalogue, Document
from benchmarks.organisation.edits import state_of
from benchmarks.organisation.scorecards import TROUBLE


class Incident(Struct, frozen=True):
    """One incident and two documents to merge into it.

    Its `status` moves the levels of the services `moved`, its `severity` its own level.
    """

    identifier: str
    status: Document
    severity: Document
    moved: frozenset[str]


def incidents(seed: int, catalogue: Catalogue, count: int) -> Iterator[Incident]:
    """That many, each right once both edits of those before it are made."""
    draw, organisation = Random(f"incidents {seed}"), _Organisation(catalogue)
    names = sorted(organisation.incidents)
    while count:
        identifier = draw.choice(names)
        status, moved = organisation.turn(identifier)
        if moved:
            count -= 1
            yield Incident(identifier, status, organisation.swing(identifier), moved)
        else:
            organisation.turn(identifier)


class _Organisation:
    """Who depends on whom, and how many incidents are open."""

    def __init__(self, catalogue: Catalogue) -> None:
        services = {name: one for (of, name), one in state_of(catalogue).items() if of == "service"}
        self.incidents = {name: (one["relations"]["service"], dict(one["properties"]))
                          for (of, name), one in state_of(catalogue).items()
                          if of == "incident" and one["relations"]["service"] in services}  # fmt: skip
        self._below = {name: [other for other in one["relations"]["dependsOn"] if other in services]
                       for name, one in services.items()}  # fmt: skip
        self._above: dict[str, list[str]] = {name: [] for name in services}
        for name, below in self._below.items():
            for other in below:
                self._above[other].append(name)
        self._open = dict.fromkeys(services, 0)
        for service, properties in self.incidents.values():
            self._open[service] += properties.get("status") == "open"

    def turn(self, incident: str) -> tuple[Document, frozenset[str]]:
        """The incident opens or ends: the edit, and the services whose levels move."""
        service, properties = self.incidents[incident]
        opens = properties.get("status") != "open"
        before = {name: self._level(name) for name in self._above[service]}
        properties["status"] = "open" if opens else "resolved"
        self._open[service] += 1 if opens else -1
        moved = frozenset(name for name, level in before.items() if self._level(name) != level)
        return _merge(incident, status=properties["status"]), moved

    def swing(self, incident: str) -> Document:
        """The incident comes into its own scorecard, or leaves it."""
        properties = self.incidents[incident][1]
        properties["severity"] = 1 if properties.get("severity", 0) > 1 else 2
        return _merge(incident, severity=properties["severity"])

    def _level(self, service: str) -> int:
        trouble = sum(self._open[other] for other in self._below[service])
        return sum(trouble < limit for limit in TROUBLE.values())


def _merge(incident: str, **properties: str | int) -> Document:
    return {"identifier": incident, "blueprint": "incident", "properties": dict(properties)}
