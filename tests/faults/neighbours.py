"""The neighbours under attack: teams, their services and these services' incidents, which see each other.

Each tribe is such a family, apart from all others: a change of its team is seen by its service through one
relation, by its incident through two, and comes back to the team as what its incidents come to.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Final

from levelmark.domain.issue import has_errors
from levelmark.domain.json import Json
from levelmark.services import Services
from levelmark.services.writing import Mode
from levelmark.storage import Storage
from tests.support import scratch
from tests.support.consistency import Oracle, derived_faults
from tests.support.documents import condition, rule, scorecard

BLUEPRINTS: Final = ("team", "service", "incident")

# Nothing in this catalogue depends on the time.
ORACLE: Final[Oracle] = partial(scratch.evaluate, now=datetime(2026, 6, 15, tzinfo=UTC))


def team_blueprint() -> dict[str, Json]:
    """Teams add up the tiers that their incidents mirror, and count the grave ones among them."""
    tiers = {"calculationBy": "property", "func": "sum", "property": "tier"}
    count = {"calculationBy": "entities", "func": "count"}
    grave = {"combinator": "and", "rules": [condition("tier", ">", 4)]}
    way = [{"fromBlueprint": "incident", "path": ["service", "owner"]}]
    shape = {"type": "number", "target": "incident", "pathFilter": way}
    return {
        "identifier": "team",
        "title": "Team",
        "schema": {"properties": {"tier": {"type": "number"}}},
        "aggregationProperties": {
            "burden": {"title": "Burden", "calculationSpec": tiers, **shape},
            "grave": {"title": "Grave", "calculationSpec": count, "query": grave, **shape},
        },
    }


def service_blueprint(**mirrors: str) -> dict[str, Json]:
    """Services mirror their owner; more mirrors by name."""
    named = {"tier": "owner.tier", "burden": "owner.burden", **mirrors}
    return {
        "identifier": "service",
        "title": "Service",
        "schema": {"properties": {"language": {"type": "string"}}},
        "relations": {"owner": {"title": "Owner", "target": "team"}},
        "mirrorProperties": {name: {"title": name, "path": path} for name, path in named.items()},
    }


def incident_blueprint(**mirrors: str) -> dict[str, Json]:
    """Incidents mirror their service's owner, and what that mirrors of it; more mirrors by name."""
    named = {"tier": "service.owner.tier", "burden": "service.burden", **mirrors}
    return {
        "identifier": "incident",
        "title": "Incident",
        "schema": {"properties": {"severity": {"type": "number"}}},
        "relations": {"service": {"title": "Service", "target": "service"}},
        "mirrorProperties": {name: {"title": name, "path": path} for name, path in named.items()},
    }


def scorecards() -> list[dict[str, Json]]:
    """Levels that hang on nothing but derived values."""
    return [
        scorecard("calm", rule("light", "Bronze", condition("burden", "<", 6)), of="team"),
        scorecard("owned", rule("tiered", "Bronze", condition("tier", ">", 1)), of="service"),
        scorecard("harmless", rule("light", "Gold", condition("tier", "<=", 4)), of="incident"),
    ]


def team(name: str, tier: int) -> dict[str, Json]:
    """A team."""
    return {"identifier": name, "blueprint": "team", "properties": {"tier": tier}}


def service(name: str, owner: str | None) -> dict[str, Json]:
    """A service of the team."""
    return {"identifier": name, "blueprint": "service", "relations": {"owner": owner}}


def incident(name: str, of: str | None, severity: int = 3) -> dict[str, Json]:
    """An incident of the service."""
    properties: Mapping[str, Json] = {"severity": severity}
    return {"identifier": name, "blueprint": "incident", "properties": dict(properties),
            "relations": {"service": of}}  # fmt: skip


def tribe(name: str) -> list[dict[str, Json]]:
    """A team with a service that has an incident, all of that name; a team without, a service without."""
    return [
        team(name, 2),
        team(f"{name}-idle", 7),
        service(name, name),
        service(f"{name}-bare", name),
        incident(name, name),
    ]


async def define(services: Services) -> None:
    """Writes the definitions."""
    for document in (team_blueprint(), service_blueprint(), incident_blueprint()):
        # They point at each other: what the first waits for is only a warning.
        assert not has_errors((await services.blueprints.upsert(document)).issues)
    for document in scorecards():
        assert not has_errors((await services.scorecards.upsert(document)).issues)


async def write(services: Services, *documents: dict[str, Json]) -> None:
    """Merges the entities; fails where one is refused."""
    for written in await services.entities.upsert(documents, Mode.MERGE):
        assert not has_errors(written.issues), written.issues


async def spread(*processes: Services) -> None:
    """Lets each process see to what its own writes mean for others, until nothing is left in its memory."""
    while any(not one.rippling.quiet for one in processes):
        for one in processes:
            if not one.rippling.quiet:
                ripples = await one.rippling.take()
                await one.spreading.spread(ripples)
                await one.rippling.finish(ripples)
                one.rippling.put_down()


async def stale(storage: Storage) -> list[str]:
    """Everything that does not follow from the entities as they stand now."""
    return await derived_faults(storage, ORACLE)
