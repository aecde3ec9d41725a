"""The catalogue: blueprints, scorecards and entities drawn from a seed, the same on every machine.

Few services have most of the incidents, one value in twenty is missing, and one link in a hundred points at
nothing.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final, TypeAlias

from msgspec import Struct

from benchmarks.organisation.blueprints import BLUEPRINTS
from benchmarks.organisation.scorecards import SCORECARDS
from levelmark.domain.json import Json

Document: TypeAlias = dict[str, Json]
Key: TypeAlias = tuple[str, str]
"""The blueprint and the identifier of an entity."""

NOW: Final = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
"""The instant before which everything happened, unless told otherwise."""

MISSING: Final = 0.05
"""The share of values that an entity does not have."""

DANGLING: Final = 0.01
"""The share of links that point at nothing."""

_LANGUAGES: Final = ("Python", "Go", "TypeScript", "Java", "Rust", "Perl")
_LIFECYCLES: Final = ("production", "production", "production", "experimental", "deprecated")
_TAGS: Final = ("pii", "public", "internal", "pci", "legacy", "beta")


class Catalogue(Struct, frozen=True):
    """Documents, as the API takes them; those of entities stand behind those that they point at."""

    blueprints: tuple[Document, ...]
    scorecards: tuple[Document, ...]
    entities: tuple[Document, ...]
    now: datetime = NOW


class Sizes(Struct, frozen=True):
    """How many entities each blueprint has."""

    team: int
    service: int
    repository: int
    incident: int

    @classmethod
    def of(cls, entities: int) -> "Sizes":
        """Plausible proportions: of 20,000, there are 40 teams, 3,000 services and 5,000 repositories."""
        team, service, repository = max(6, entities // 500), entities * 3 // 20, entities // 4
        return cls(team, service, repository, entities - team - service - repository)


class Names(Struct, frozen=True):
    """The identifiers that there may be, and draws of those to point at."""

    sizes: Sizes

    def team(self, draw: Random) -> str | None:
        """A team, or nothing, or one that does not exist."""
        return _link(draw, "team", draw.randrange(self.sizes.team))

    def service(self, draw: Random) -> str | None:
        """A service, the first ones far more often than the last."""
        return _link(draw, "service", int(self.sizes.service * draw.random() ** 2))

    def services(self, draw: Random) -> list[str]:
        """Up to four services, each once."""
        drawn = (self.service(draw) for _ in range(draw.choice((0, 0, 1, 1, 2, 4))))
        return list(dict.fromkeys(name for name in drawn if name))


def generate(seed: int, entities: int = 20_000, now: datetime = NOW) -> Catalogue:
    """A catalogue with that many entities, at least 40; `now` is later than all that they tell of."""
    draw, sizes = Random(seed), Sizes.of(entities)
    makers = zip(("team", "service", "repository", "incident"), _counts(sizes), strict=True)
    drawn = (entity(draw, kind, name(kind, place), Names(sizes), now) for kind, count in makers
             for place in range(count))  # fmt: skip
    return Catalogue(BLUEPRINTS, SCORECARDS, tuple(drawn), now)


def name(blueprint: str, number: int) -> str:
    """The identifier of an entity."""
    return f"{blueprint}-{number:04}"


def entity(draw: Random, blueprint: str, identifier: str, names: Names, now: datetime) -> Document:
    """A new entity of the blueprint."""
    number = int(identifier.rpartition("-")[2])
    document: Document = {
        "identifier": identifier,
        "blueprint": blueprint,
        "title": f"{blueprint.capitalize()} {number}",
        "properties": _some(draw, PROPERTIES[blueprint](draw, now).items()),
    }
    relations = {link: pick(names, draw) for link, pick in LINKS[blueprint].items()}
    return document | ({"relations": relations} if relations else {})


def _counts(sizes: Sizes) -> tuple[int, int, int, int]:
    return sizes.team, sizes.service, sizes.repository, sizes.incident


def _link(draw: Random, blueprint: str, number: int) -> str | None:
    if draw.random() < MISSING:
        return None
    return f"no-{blueprint}" if draw.random() < DANGLING else name(blueprint, number)


def _some(draw: Random, properties: Iterable[tuple[str, Json]]) -> Document:
    return {key: value for key, value in properties if draw.random() >= MISSING or key in ALWAYS}


def _before(draw: Random, now: datetime, days: int) -> str:
    at = now - timedelta(days=draw.randrange(days), hours=draw.randrange(24), minutes=17)
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _team(draw: Random, _now: datetime) -> Document:
    return {
        "lead": f"lead-{draw.randint(1, 99)}@example.org",
        "tier": draw.randint(1, 3),
        "channel": f"https://chat.example.org/{draw.randint(1, 99)}",
    }


def _service(draw: Random, now: datetime) -> Document:
    return {
        "language": draw.choice(_LANGUAGES),
        "replicas": draw.randint(1, 8),
        "minReplicas": draw.randint(1, 4),
        "lifecycle": draw.choice(_LIFECYCLES),
        "tags": draw.sample(_TAGS, draw.randint(0, 2)),
        "createdOn": _before(draw, now, 1500)[:10],
    }


def _repository(draw: Random, now: datetime) -> Document:
    return {
        "stars": draw.randint(0, 60),
        "openPullRequests": draw.randint(0, 20),
        "coverage": draw.randint(0, 200) / 2,
        "archived": draw.random() < 0.1,
        "lastCommit": _before(draw, now, 160),
    }


def _incident(draw: Random, now: datetime) -> Document:
    document: Document = {
        "severity": draw.randint(1, 5),
        "status": "open",
        "openedAt": _before(draw, now, 400),
    }
    if draw.random() < 0.7:
        document |= {
            "status": "resolved",
            "minutes": draw.randint(5, 480),
            "resolvedAt": _before(draw, now, 200),
        }
    return document


ALWAYS: Final = frozenset({"openedAt"})
"""What every entity has, since averages per month measure time by it."""

PROPERTIES: Final[dict[str, Callable[[Random, datetime], Document]]] = {
    "team": _team,
    "service": _service,
    "repository": _repository,
    "incident": _incident,
}
"""Draws of all properties, by blueprint."""

LINKS: Final[dict[str, dict[str, Callable[[Names, Random], Json]]]] = {
    "team": {},
    "service": {"owner": Names.team, "dependsOn": Names.services},
    "repository": {"service": Names.service},
    "incident": {"service": Names.service},
}
"""Draws of what relations point at, by blueprint."""
