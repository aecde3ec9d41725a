"""A small catalogue whose blueprints derive from one another: services, teams, domains, incidents."""

from typing import Final

from levelmark.domain.issue import has_errors
from levelmark.domain.json import Json
from levelmark.services import Services
from levelmark.services.outcome import Outcome
from levelmark.services.writing import Mode
from tests.support.documents import condition, entity, rule, scorecard

COUNT: Final[dict[str, Json]] = {"calculationBy": "entities", "func": "count"}
NUMBER: Final[dict[str, Json]] = {"type": "number"}
STRING: Final[dict[str, Json]] = {"type": "string"}
CALM: Final = rule("calm", "Bronze", condition("open", "<", 1))


def declared(identifier: str, properties: dict[str, Json], **parts: Json) -> dict[str, Json]:
    """A blueprint with these properties."""
    return {
        "identifier": identifier,
        "title": identifier.title(),
        "schema": {"properties": properties},
    } | parts


TEAM: Final = declared("team", {"slack": STRING, "motto": STRING})
SERVICE: Final = declared(
    "service",
    {"stars": NUMBER, "note": STRING},
    relations={"team": {"target": "team"}, "domain": {"target": "domain"}},
    mirrorProperties={"slack": {"path": "team.slack"}},
    calculationProperties={"loud": {"calculation": ".properties.slack", "type": "string"}},
    aggregationProperties={
        "open": {
            "target": "incident",
            "calculationSpec": COUNT,
            "query": {"combinator": "and", "rules": [condition("status", "!=", "done")]},
        }
    },
)
DOMAIN: Final = declared(
    "domain",
    {},
    aggregationProperties={
        "open": {
            "target": "service",
            "calculationSpec": {"calculationBy": "property", "func": "sum", "property": "open"},
        }
    },
)
INCIDENT: Final = declared(
    "incident",
    {"status": STRING, "note": STRING},
    relations={"hits": {"target": "service"}},
    mirrorProperties={"weight": {"path": "hits.stars"}},
)
RULES: Final = (CALM, rule("liked", "Silver", condition("stars", ">", 5)))
QUALITY: Final = scorecard("quality", *RULES)


def struck(identifier: str, service: str, **properties: Json) -> dict[str, Json]:
    """An incident of a service."""
    return entity(identifier, "incident", **properties) | {"relations": {"hits": service}}


def owned(identifier: str, team: str, domain: str, **properties: Json) -> dict[str, Json]:
    """A service of a team, in a domain."""
    return entity(identifier, **properties) | {"relations": {"team": team, "domain": domain}}


ENTITIES: Final = [
    entity("red", "team", slack="#red", motto="Fast"),
    entity("blue", "team", slack="#blue"),
    entity("shop", "domain"),
    entity("bank", "domain"),
    owned("a", "red", "shop", stars=9),
    owned("b", "red", "bank", stars=1),
    owned("c", "red", "bank"),
    owned("d", "blue", "shop", stars=9),
    struck("i1", "a", status="open"),
    struck("i2", "a", status="done"),
    struck("i3", "b", status="open"),
]


async def load(services: Services) -> None:
    """Writes all of it, and returns when everything has followed."""
    for document in (TEAM, DOMAIN, SERVICE, INCIDENT):
        written = await services.blueprints.upsert(document)
        assert not has_errors(written.issues), written.issues
    assert not has_errors((await services.scorecards.upsert(QUALITY)).issues)
    for kind in ("team", "domain", "service", "incident"):  # those that are looked at come first
        await write(services, *[one for one in ENTITIES if one["blueprint"] == kind])
        await services.settled()


async def write(services: Services, *documents: Json, mode: Mode = Mode.MERGE) -> list[Outcome]:
    """Writes entities that are sound; what came of each."""
    written = await services.entities.upsert(list(documents), mode)
    assert not [one.issues for one in written if has_errors(one.issues)]
    return [one.outcome for one in written]
