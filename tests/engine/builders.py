"""Builders: the least that a test must say to have an entity, a query or a scorecard."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

from msgspec import UNSET

from levelmark.domain.blueprint import Blueprint, Relation, Schema
from levelmark.domain.entity import Entity
from levelmark.domain.json import Json, JsonType
from levelmark.domain.operator import Missing, Operator
from levelmark.domain.query import Condition, Query, QueryPart
from levelmark.domain.scorecard import DEFAULT_LEVELS, Level, Rule, Scorecard
from levelmark.engine.evaluate import CompiledScorecard
from levelmark.operators import levelmark_operators

NOW = "2026-01-01T00:00:00.000Z"
LATER = "2026-02-01T00:00:00.000Z"
AT = 1_767_225_600_000_000
"""`NOW` as an instant."""
BUILTIN = {operator.name: operator for operator in levelmark_operators()}
BLUEPRINT = Blueprint(
    "service",
    "Service",
    Schema({"due": {"type": "string", "format": "date"}, "seen": {"format": "date-time"}}),
    mirror_properties={"mirrored": {"path": "owner.x"}},
    aggregation_properties={"count": {"target": "service", "calculationSpec": {"func": "count"}}},
    relations={"owner": Relation("team"), "uses": Relation("service", many=True)},
)


def entity(properties: Mapping[str, Json] | None = None) -> Entity:
    return Entity("service", "api", properties=dict(properties or {}))


def condition(subject: str, operator: str, value: Json = UNSET) -> Condition:
    return Condition(operator, property=subject, value=value)


def query(*parts: QueryPart, combinator: Literal["and", "or"] = "and") -> Query:
    return Query(combinator, parts)


def rule(identifier: str, *parts: QueryPart, level: str = "Bronze") -> Rule:
    return Rule(identifier, identifier.title(), level, query(*parts))


def scorecard(
    *rules: Rule, levels: Iterable[str] | None = None, selected_by: Query | None = None
) -> Scorecard:
    titles = DEFAULT_LEVELS if levels is None else tuple(Level(title, "blue") for title in levels)
    return Scorecard("quality", "Quality", "service", titles, rules, selected_by)


def compiled(card: Scorecard, *plugged: Operator) -> CompiledScorecard:
    """The scorecard compiled with the built-in operators and these."""
    return CompiledScorecard(card, BLUEPRINT, BUILTIN | {operator.name: operator for operator in plugged})


def plugged(
    name: str,
    test: Callable[[Json], object] | None = None,
    *,
    timed: Callable[[Json, int], object] | None = None,
    types: Iterable[JsonType] = JsonType,
    missing: Missing = Missing.MISSING,
    instants: bool = False,
    reads_instants: bool = False,
) -> Operator:
    """A plugin's operator as it is after loading; nothing vouches for what `test` or `timed` answers."""
    prepared: dict[str, Any] = {"timed": lambda _: timed} if timed else {"prepare": lambda _: test}
    return Operator(
        name=name,
        description="For a test.",
        types=frozenset(types),
        value_schema={},
        missing=missing,
        instants=instants,
        reads_instants=reads_instants,
        **prepared,
    )
