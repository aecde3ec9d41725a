"""The scorecards: one or two for each blueprint, with rules over own and derived properties."""

from typing import Final

from levelmark.domain.json import Json

_Document = dict[str, Json]


def _is(name: str, operator: str, *value: Json) -> _Document:
    return {"property": name, "operator": operator} | ({"value": value[0]} if value else {})


def _points(name: str, operator: str, *value: Json) -> _Document:
    return {"relation": name, "operator": operator} | ({"value": value[0]} if value else {})


def _against(name: str, operator: str, other: str) -> _Document:
    """Compares a property with another one of the same entity."""
    return _is(name, operator, {"property": other})


def _all(*conditions: Json) -> _Document:
    return {"combinator": "and", "conditions": list(conditions)}


def _any(*conditions: Json) -> _Document:
    return {"combinator": "or", "conditions": list(conditions)}


def _scorecard(identifier: str, blueprint: str, query: Json, *rules: tuple[str, str, _Document]) -> _Document:
    document: _Document = {
        "identifier": identifier,
        "title": identifier.title(),
        "blueprint": blueprint,
        "rules": [
            {"identifier": name, "title": name.replace("-", " ").capitalize(), "level": level, "query": rule}
            for name, level, rule in rules
        ],
    }
    return document | ({"filter": query} if query else {})


STAFFING: Final = _scorecard(
    "staffing",
    "team",
    None,
    ("has-services", "Bronze", _all(_is("services", ">", 0))),
    ("few-lost", "Bronze", _all(_is("minutesLost", "<", 60_000), _is("openIncidents", "<", 130))),
    ("has-lead", "Silver", _all(_is("lead", "isNotEmpty"), _is("channel", "beginsWith", "https://"))),
    ("bearable", "Silver", _any(_is("load", "<", 1.2), _is("tier", ">", 2))),
    ("nothing-urgent", "Gold", _all(_is("urgentIncidents", "<=", 20), _is("busiestService", "<", 9))),
    ("spare-replicas", "Gold", _any(_is("leastHeadroom", ">", -3), _is("tier", "!=", 1))),
)

RELIABILITY: Final = _scorecard(
    "reliability",
    "service",
    _all(_is("lifecycle", "!=", "deprecated")),
    ("has-owner", "Bronze", _all(_points("owner", "isNotEmpty"), _is("ownerName", "isNotEmpty"))),
    ("few-open", "Bronze", _all(_is("openIncidents", "<", 6))),
    ("enough-replicas", "Silver", _all(_against("replicas", ">=", "minReplicas"))),
    ("soon-repaired", "Silver", _any(_is("meanRepair", "<=", 260), _is("openIncidents", "=", 0))),
    (
        "nothing-retired",
        "Silver",
        _all(_is("retiredUses", "=", 0), _is("tagsUsed", "doesNotContains", "legacy")),
    ),
    (
        "healthy",
        "Gold",
        _all(_is("health", "!=", "red"), _any(_is("worstSeverity", "<", 5), _is("worstSeverity", "isEmpty"))),
    ),
    ("covered", "Gold", _all(_is("medianCoverage", ">=", 30))),
    (
        "settled",
        "Gold",
        _all(_is("createdOn", "<", "2026-01-01"), _is("languagesUsed", "doesNotContains", "Perl")),
    ),
    ("calm", "Gold", _any(_is("incidentsByMonth", "<", 1), _points("dependsOn", "isEmpty"))),
)

TROUBLE: Final = {"Bronze": 40, "Silver": 12, "Gold": 4}
"""By level, how many open incidents what a service depends on must stay below."""

FOUNDATIONS: Final = _scorecard(
    "foundations",
    "service",
    None,
    *(
        (f"{level.lower()}-below", level, _all(_is("troubleBelow", "<", limit)))
        for level, limit in TROUBLE.items()
    ),
)

UPKEEP: Final = _scorecard(
    "upkeep",
    "repository",
    _all(_is("archived", "!=", True)),
    (
        "has-service",
        "Bronze",
        _all(_points("service", "isNotEmpty"), _points("service", "!=", "service-0000")),
    ),
    ("has-owner", "Bronze", _all(_is("ownerName", "contains", "Team"))),
    ("alive", "Silver", _all(_is("lastCommit", "between", {"preset": "last3Months"}))),
    ("not-neglected", "Silver", _all(_is("neglected", "=", False))),
    ("few-reviews-wait", "Gold", _all(_against("openPullRequests", "<", "stars"))),
    ("in-use", "Gold", _any(_is("lifecycle", "=", "production"), _is("serviceHealth", "=", "green"))),
)

RESPONSE: Final = _scorecard(
    "response",
    "incident",
    _all(_is("severity", ">=", 2)),
    (
        "somebody-owns-it",
        "Bronze",
        _all(_is("ownerName", "isNotEmpty"), _is("serviceName", "!=", "Service 7")),
    ),
    ("not-urgent", "Silver", _all(_is("urgent", "!=", True))),
    ("sound-times", "Silver", _any(_against("resolvedAt", ">=", "openedAt"), _is("status", "=", "open"))),
    ("repaired", "Gold", _all(_is("minutes", "<=", 240), _is("resolvedAt", "isNotEmpty"))),
    (
        "recent",
        "Gold",
        _all(_is("openedAt", ">=", "2026-01-01T00:00:00Z"), _is("serviceHealth", "!=", "red")),
    ),
)

SCORECARDS: Final = (STAFFING, RELIABILITY, FOUNDATIONS, UPKEEP, RESPONSE)
