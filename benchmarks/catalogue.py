"""The catalogue: a seeded blueprint with entities and scorecards, the same on every machine.

Twelve properties of every kind, about a tenth of the values missing; three scorecards of eight rules, each
of one to three conditions. Every draw comes from one generator of a fixed seed.
"""

from collections.abc import Callable, Sequence
from random import Random
from typing import Final, TypeAlias

from msgspec import UNSET

from levelmark.domain.blueprint import Blueprint, Schema
from levelmark.domain.entity import Entity
from levelmark.domain.json import Json
from levelmark.domain.query import Condition, Query
from levelmark.domain.scorecard import Rule, Scorecard

SEED: Final = 20260101
MISSING: Final = 0.1
"""The share of values that an entity does not have."""

LEVELS: Final = ("Basic", "Bronze", "Silver", "Gold")
_PATTERN: Final = ("Bronze", "Bronze", "Bronze", "Silver", "Silver", "Silver", "Gold", "Gold")
"""The levels of a scorecard's eight rules."""

_LANGUAGES: Final = ("Python", "Go", "TypeScript", "Java", "Rust")
_LIFECYCLES: Final = ("production", "staging", "experimental", "deprecated")
_TAGS: Final = ("pii", "public", "internal", "pci", "legacy", "beta")
_TOOLS: Final = ("datadog", "sentry", "pagerduty", "grafana")

Draw: TypeAlias = Callable[[Random], Json]


def _date(draw: Random) -> str:
    return f"2025-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}T{draw.randint(0, 23):02}:30:00.000Z"


_VALUES: Final[dict[str, tuple[dict[str, Json], Draw]]] = {
    "language": ({"type": "string"}, lambda draw: draw.choice(_LANGUAGES)),
    "lifecycle": ({"type": "string"}, lambda draw: draw.choice(_LIFECYCLES)),
    "repository": ({"type": "string"}, lambda draw: f"https://git.example/team-{draw.randint(1, 30)}/app"),
    "readme": ({"type": "string"}, lambda draw: draw.choice(("", "How to run it", "TODO"))),
    "coverage": ({"type": "number"}, lambda draw: round(draw.uniform(0, 100), 1)),
    "open_incidents": ({"type": "number"}, lambda draw: draw.randint(0, 9)),
    "replicas": ({"type": "number"}, lambda draw: draw.randint(0, 6)),
    "has_runbook": ({"type": "boolean"}, lambda draw: draw.random() < 0.6),
    "on_call": ({"type": "boolean"}, lambda draw: draw.random() < 0.6),
    "tags": ({"type": "array"}, lambda draw: draw.sample(_TAGS, draw.randint(0, 3))),
    "tools": ({"type": "array"}, lambda draw: draw.sample(_TOOLS, draw.randint(0, 3))),
    "last_deploy": ({"type": "string", "format": "date-time"}, _date),
}

_CONDITIONS: Final[dict[str, tuple[tuple[Sequence[str], Draw], ...]]] = {
    "language": ((("!=",), lambda draw: draw.choice(_LANGUAGES)), (("=",), lambda _: "Python")),
    "lifecycle": ((("!=",), lambda draw: draw.choice(_LIFECYCLES)), (("=",), lambda _: "production")),
    "repository": (
        (("beginsWith",), lambda _: "https://git.example/"),
        (("endsWith",), lambda _: "/app"),
        (("contains",), lambda draw: f"team-{draw.randint(1, 3)}"),
    ),
    "readme": ((("isNotEmpty",), lambda _: None), (("doesNotContains",), lambda _: "TODO")),
    "coverage": (((">", ">="), lambda draw: draw.randint(5, 60)),),
    "open_incidents": ((("<", "<="), lambda draw: draw.randint(4, 9)), (("=",), lambda _: 0)),
    "replicas": (((">", ">="), lambda draw: draw.randint(0, 2)),),
    "has_runbook": ((("=",), lambda _: True), (("!=",), lambda _: False)),
    "on_call": ((("=",), lambda _: True), (("!=",), lambda _: False)),
    "tags": (
        (("contains", "doesNotContains"), lambda draw: draw.choice(_TAGS)),
        (("containsAny",), lambda draw: draw.sample(_TAGS, 4)),
    ),
    "tools": ((("contains",), lambda draw: draw.choice(_TOOLS)), (("isNotEmpty",), lambda _: None)),
    "last_deploy": (((">", ">="), lambda draw: f"2025-{draw.randint(1, 6):02}-01T00:00:00.000Z"),),
}
"""What rules ask of each property; mostly what a healthy entity has, so that all levels are reached."""


def blueprint() -> Blueprint:
    """The type of all entities: twelve properties of every kind."""
    return Blueprint("service", "Service", Schema({name: shape for name, (shape, _) in _VALUES.items()}))


def entities(count: int) -> list[Entity]:
    """That many entities, about a tenth of their values missing."""
    draw = Random(SEED)
    return [Entity("service", f"service-{number}", properties=_properties(draw)) for number in range(count)]


def scorecards() -> list[Scorecard]:
    """Three scorecards of eight rules, each rule of one to three conditions."""
    draw = Random(SEED)
    return [Scorecard(f"scorecard-{number}", "A", "service", rules=_rules(draw)) for number in range(3)]


def _properties(draw: Random) -> dict[str, Json]:
    drawn = {name: value(draw) for name, (_, value) in _VALUES.items()}
    return {name: value for name, value in drawn.items() if draw.random() >= MISSING}


def _rules(draw: Random) -> tuple[Rule, ...]:
    return tuple(Rule(f"rule-{place}", "A", level, _query(draw)) for place, level in enumerate(_PATTERN))


def _query(draw: Random) -> Query:
    names = draw.sample(list(_CONDITIONS), draw.randint(1, 3))
    return Query(draw.choice(("and", "or")), tuple(_condition(draw, name) for name in names))


def _condition(draw: Random, name: str) -> Condition:
    operators, value = draw.choice(_CONDITIONS[name])
    operator, drawn = draw.choice(operators), value(draw)
    return Condition(operator, name, value=UNSET if drawn is None else drawn)
