"""The values: what entities have, drawn so that every level is reached and one in ten is missing."""

from collections.abc import Callable, Sequence
from itertools import accumulate
from random import Random
from typing import Final, TypeAlias

from levelmark.domain.json import Json

MISSING: Final = 0.1
"""The share of values that an entity does not have."""

TEAMS: Final = tuple(f"team-{number:02}" for number in range(40))
"""The first has fourteen times the entities of the last."""

_SHARES: Final = list(accumulate((place + 1) ** -0.7 for place in range(len(TEAMS))))
_APPLICATIONS: Final = tuple(f"application-{number:03}" for number in range(250))
_APPLICATION_SHARES: Final = list(accumulate((place + 1) ** -0.5 for place in range(len(_APPLICATIONS))))
_LANGUAGES: Final = ("Python", "Python", "Go", "Go", "TypeScript", "Java", "Rust", "Perl")
_LIFECYCLES: Final = ("production", "production", "production", "experimental", "deprecated")
_RUNBOOKS: Final = ("", "https://docs.example/run", "https://docs.example/start", "https://wiki.example/run")
_REVIEWS: Final = ("code", "code", "design", "attack")

Draw: TypeAlias = Callable[[Random], Json]

_VALUES: Final[dict[str, Draw]] = {
    "tier": lambda draw: draw.choice("1223334444"),
    "lifecycle": lambda draw: draw.choice(_LIFECYCLES),
    "application": lambda draw: draw.choices(_APPLICATIONS, cum_weights=_APPLICATION_SHARES)[0],
    "language": lambda draw: draw.choice(_LANGUAGES),
    "runbook": lambda draw: draw.choice(_RUNBOOKS),
    "coverage": lambda draw: round(draw.triangular(0, 100, 60), 1),
    "latency": lambda draw: round(draw.expovariate(1 / 300)),
    "incidents": lambda draw: int(draw.expovariate(1 / 5)),
    "replicas": lambda draw: draw.randint(1, 5),
    "vulnerabilities": lambda draw: int(draw.expovariate(1 / 8)),
    "onCall": lambda draw: draw.random() < 0.7,
    "reviews": lambda draw: sorted(set(draw.choices(_REVIEWS, k=draw.randint(0, 3)))),
}

_EDITED: Final = tuple(name for name in _VALUES if name != "tier")


def team(draw: Random) -> str | tuple[str, ...] | None:
    """Who owns an entity: mostly one team, sometimes two, now and then none."""
    lot = draw.random()
    if lot < 0.02:
        return None
    if lot < 0.05:
        return tuple(draw.sample(TEAMS, 2))
    return _one_team(draw)


def other_team(draw: Random, before: Sequence[str]) -> str:
    """Who owns an entity after those `before`."""
    while True:
        if (one := _one_team(draw)) not in before:
            return one


def _one_team(draw: Random) -> str:
    return draw.choices(TEAMS, cum_weights=_SHARES)[0]


def properties(draw: Random) -> dict[str, Json]:
    """What an entity is born with."""
    return {name: value(draw) for name, value in _VALUES.items() if draw.random() >= MISSING}


def with_other_tier(draw: Random, before: dict[str, Json]) -> dict[str, Json]:
    """The properties with another tier than before."""
    others = [one for one in "1234" if one != before.get("tier")]
    return before | {"tier": draw.choice(others)}


def edited(draw: Random, before: dict[str, Json]) -> dict[str, Json]:
    """The properties with another draw of one of them, which may come out the same."""
    name = draw.choice(_EDITED)
    if draw.random() < MISSING:
        return {one: value for one, value in before.items() if one != name}
    return before | {name: _VALUES[name](draw)}
