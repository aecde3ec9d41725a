"""The blueprints: four that see each other through mirrors, calculations and aggregations.

A derived property may read another derived one, of its own entity or of a related one, up to four deep; none
of them reads itself in a circle.
"""

from typing import Final

from levelmark.domain.json import Json

_Document = dict[str, Json]


def _mirror(path: str) -> _Document:
    return {"title": path, "path": path}


def _calculation(kind: str, program: str) -> _Document:
    return {"title": program[:40], "type": kind, "calculation": program}


def _count(target: str, *rules: Json, via: Json = None) -> _Document:
    return _aggregation(target, {"calculationBy": "entities", "func": "count"}, rules, via)


def _over(function: str, target: str, name: str, *rules: Json, via: Json = None) -> _Document:
    return _aggregation(target, {"calculationBy": "property", "func": function, "property": name}, rules, via)


def _aggregation(target: str, spec: _Document, rules: tuple[Json, ...], via: Json) -> _Document:
    document: _Document = {"title": target, "type": "number", "target": target, "calculationSpec": spec}
    if rules:
        document["query"] = {"combinator": "and", "rules": list(rules)}
    return document | ({"pathFilter": [via]} if via else {})


def _is(name: str, value: Json) -> _Document:
    return {"property": name, "operator": "=", "value": value}


_INCIDENTS_OF_TEAM: Final = {"fromBlueprint": "incident", "path": ["service", "owner"]}
_BY_MONTH: Final = {
    "calculationBy": "entities",
    "func": "average",
    "averageOf": "month",
    "measureTimeBy": "openedAt",
}

TEAM: Final[_Document] = {
    "identifier": "team",
    "title": "Team",
    "schema": {
        "properties": {
            "lead": {"type": "string", "format": "user"},
            "tier": {"type": "number"},
            "channel": {"type": "string", "format": "url"},
        }
    },
    "calculationProperties": {
        "load": _calculation(
            "number",
            "if .properties.services == 0 then null"
            " else .properties.openIncidents / .properties.services end",
        ),
    },
    "aggregationProperties": {
        "services": _count("service"),
        "openIncidents": _count("incident", _is("status", "open"), via=_INCIDENTS_OF_TEAM),
        "urgentIncidents": _count("incident", _is("urgent", value=True), via=_INCIDENTS_OF_TEAM),
        "minutesLost": _over("sum", "incident", "minutes"),
        "busiestService": _over("max", "service", "openIncidents"),
        "leastHeadroom": _over("min", "service", "headroom"),
    },
}

SERVICE: Final[_Document] = {
    "identifier": "service",
    "title": "Service",
    "schema": {
        "properties": {
            "language": {"type": "string"},
            "replicas": {"type": "number"},
            "minReplicas": {"type": "number"},
            "lifecycle": {
                "type": "string",
                "enum": ["experimental", "production", "deprecated"],
                "enumColors": {"experimental": "blue", "production": "green", "deprecated": "red"},
            },
            "tags": {"type": "array", "items": {"type": "string"}},
            "createdOn": {"type": "string", "format": "date"},
        }
    },
    "relations": {
        "owner": {"title": "Owner", "target": "team", "required": False, "many": False},
        "dependsOn": {"title": "Depends on", "target": "service", "required": False, "many": True},
    },
    "mirrorProperties": {
        "ownerName": _mirror("owner.$title"),
        "ownerTier": _mirror("owner.tier"),
        "ownerLoad": _mirror("owner.load"),
        "languagesUsed": _mirror("dependsOn.language"),
        "tagsUsed": _mirror("dependsOn.tags"),
    },
    "calculationProperties": {
        "headroom": _calculation(
            "number",
            "if .properties.replicas and .properties.minReplicas"
            " then .properties.replicas - .properties.minReplicas else null end",
        ),
        "health": _calculation(
            "string",
            "if .properties.openIncidents > 4 or (.properties.headroom != null and .properties.headroom < -2)"
            ' then "red" elif .properties.openIncidents > 1 then "amber" else "green" end',
        ),
    },
    "aggregationProperties": {
        "openIncidents": _count("incident", _is("status", "open")),
        "meanRepair": _over("average", "incident", "minutes", _is("status", "resolved")),
        "worstSeverity": _over("max", "incident", "severity"),
        "incidentsByMonth": _aggregation("incident", _BY_MONTH, (), None),
        "medianCoverage": _over("median", "repository", "coverage"),
        "troubleBelow": _over("sum", "service", "openIncidents", via={"path": ["dependsOn"]}),
        "retiredUses": _count("service", _is("lifecycle", "deprecated"), via={"path": ["dependsOn"]}),
        "neighbours": _count("service"),
    },
}

REPOSITORY: Final[_Document] = {
    "identifier": "repository",
    "title": "Repository",
    "schema": {
        "properties": {
            "stars": {"type": "number"},
            "openPullRequests": {"type": "number"},
            "coverage": {"type": "number"},
            "archived": {"type": "boolean"},
            "lastCommit": {"type": "string", "format": "date-time"},
        }
    },
    "relations": {"service": {"title": "Service", "target": "service", "required": False, "many": False}},
    "mirrorProperties": {
        "lifecycle": _mirror("service.lifecycle"),
        "ownerName": _mirror("service.owner.$title"),
        "serviceHealth": _mirror("service.health"),
    },
    "calculationProperties": {
        "attention": _calculation(
            "number", "(.properties.openPullRequests // 0) * 2 + 100 - (.properties.coverage // 0)"
        ),
        "neglected": _calculation(
            "boolean", '.properties.attention > 90 and .properties.serviceHealth != "green"'
        ),
    },
}

INCIDENT: Final[_Document] = {
    "identifier": "incident",
    "title": "Incident",
    "schema": {
        "properties": {
            "severity": {"type": "number"},
            "status": {
                "type": "string",
                "enum": ["open", "resolved"],
                "enumColors": {"open": "red", "resolved": "green"},
            },
            "minutes": {"type": "number"},
            "openedAt": {"type": "string", "format": "date-time"},
            "resolvedAt": {"type": "string", "format": "date-time"},
        }
    },
    "relations": {"service": {"title": "Service", "target": "service", "required": False, "many": False}},
    "mirrorProperties": {
        "serviceName": _mirror("service.$title"),
        "ownerName": _mirror("service.owner.$title"),
        "ownerTier": _mirror("service.owner.tier"),
        "serviceHealth": _mirror("service.health"),
    },
    "calculationProperties": {
        "urgent": _calculation(
            "boolean", '.properties | .status == "open" and .severity >= 4 and .ownerTier == 1'
        ),
    },
}

BLUEPRINTS: Final = (TEAM, SERVICE, REPOSITORY, INCIDENT)
"""In the order in which each but `service` points only at those before it."""
