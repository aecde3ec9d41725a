"""Documents that many tests use: a small catalogue of services."""

from typing import Any

from levelmark.domain.json import Json


def blueprint(identifier: str = "service", **extra: Any) -> dict[str, Json]:
    """A blueprint with one property of each type."""
    properties = {
        "language": {"type": "string"},
        "stars": {"type": "number"},
        "archived": {"type": "boolean"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "settings": {"type": "object"},
        "deployed_at": {"type": "string", "format": "date-time"},
    }
    return {
        "identifier": identifier,
        "title": identifier.title(),
        "schema": {"properties": properties},
    } | extra


def condition(name: str, operator: str, *value: Json) -> dict[str, Json]:
    """A condition on a property, with a value or without."""
    return {"property": name, "operator": operator} | ({"value": value[0]} if value else {})


def query(*conditions: Json, combinator: str = "and") -> dict[str, Json]:
    """A query over these conditions."""
    return {"combinator": combinator, "conditions": list(conditions)}


def rule(identifier: str, level: str, *conditions: Json) -> dict[str, Json]:
    """A rule that wants all of the conditions."""
    return {
        "identifier": identifier,
        "title": identifier.title(),
        "level": level,
        "query": query(*conditions),
    }


def scorecard(identifier: str, *rules: Json, of: str = "service", **extra: Any) -> dict[str, Json]:
    """A scorecard over the default levels."""
    return {
        "identifier": identifier,
        "title": identifier.title(),
        "blueprint": of,
        "rules": list(rules),
    } | extra


def entity(identifier: str, of: str = "service", **properties: Json) -> dict[str, Json]:
    """An entity with these properties."""
    return {"identifier": identifier, "blueprint": of, "properties": properties}
