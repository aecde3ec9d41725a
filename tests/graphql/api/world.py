"""A world for tests of derived properties: services with their team and incidents."""

import time
from collections.abc import Callable
from typing import Any, Final
from uuid import uuid4

from levelmark.domain.json import Json
from tests.graphql.api import operations
from tests.graphql.api.client import Client, Data
from tests.support.documents import condition, entity

NUMBER: Final[dict[str, Json]] = {"type": "number"}
STRING: Final[dict[str, Json]] = {"type": "string"}
AT: Final[dict[str, Json]] = {"type": "string", "format": "date-time"}
COUNT: Final[dict[str, Json]] = {"calculationBy": "entities", "func": "count"}

_SECONDS: Final = 15.0


class World:
    """Services with their team and incidents, under names that are this test's alone."""

    def __init__(self, api: Client) -> None:
        self.api = api
        mark = uuid4().hex[:8]
        self.team, self.service, self.incident = (f"{one}-{mark}" for one in ("team", "service", "incident"))
        self.card = f"quality-{mark}"

    def teams(self, **extra: Json) -> dict[str, Json]:
        """The blueprint of teams: what its services come to, added up."""
        properties: dict[str, Json] = {"slack": STRING, "since": AT, "budget": NUMBER, "open": NUMBER}
        load = {"target": self.service, "calculationSpec": by_property("sum", "pressure")}
        return _blueprint(self.team, properties, aggregationProperties={"load": load}) | extra

    def services(self, **extra: Json) -> dict[str, Json]:
        """The blueprint of services, with derived properties of every sort, in one another."""
        is_open = {"combinator": "and", "rules": [condition("status", "=", "open")]}
        relations = {"owner": {"target": self.team}, "uses": {"target": self.service, "many": True}}
        return (
            _blueprint(
                self.service,
                {"stars": NUMBER},
                relations=relations,
                mirrorProperties={
                    "slack": {"path": "owner.slack"},
                    "since": {"path": "owner.since"},
                    "libraries": {"path": "uses.$title"},
                    "team_load": {"path": "owner.load"},
                },
                calculationProperties={
                    "pressure": calculation(".properties.open * (.properties.stars // 1)", **NUMBER),
                    "loud": calculation("(.properties.slack // empty) | ascii_upcase", **STRING),
                    "founded": calculation("(.properties.since // empty)", **AT),
                    "popular": calculation("(.properties.stars // 0) > 5", type="boolean"),
                },
                aggregationProperties={
                    "open": {"target": self.incident, "calculationSpec": COUNT, "query": is_open},
                    "cost": {"target": self.incident, "calculationSpec": by_property("sum", "cost")},
                },
            )
            | extra
        )

    def incidents(self, **extra: Json) -> dict[str, Json]:
        """The blueprint of incidents."""
        properties: dict[str, Json] = {"status": {"type": "string"}, "cost": NUMBER}
        return _blueprint(self.incident, properties, relations={"hits": {"target": self.service}}) | extra

    @property
    def blueprints(self) -> list[dict[str, Json]]:
        """All of them, each before those that it needs."""
        return [self.teams(), self.services(), self.incidents()]

    @property
    def entities(self) -> list[dict[str, Json]]:
        """Two teams, three services, and incidents of two of these."""
        return [
            entity("red", self.team, slack="#red", since="2026-01-01T00:00:00Z"),
            entity("blue", self.team, slack="#blue", since="2027-01-01T00:00:00Z"),
            entity("api", self.service, stars=9)
            | {"title": "API", "relations": {"owner": "red", "uses": ["web", "job"]}},
            entity("web", self.service, stars=2) | {"title": "Web", "relations": {"owner": "red"}},
            entity("job", self.service) | {"title": "Job", "relations": {"owner": "blue", "uses": ["web"]}},
            *[self.struck(f"i{place}", "api", cost=place) for place in (1, 2)],
            self.struck("i3", "api", status="done", cost=0.5),
            self.struck("i4", "web", cost=10),
        ]

    def struck(self, identifier: str, service: str, **properties: Json) -> dict[str, Json]:
        """An incident of a service."""
        fields: dict[str, Json] = {"status": "open", **properties}
        return entity(identifier, self.incident, **fields) | {"relations": {"hits": service}}

    def write(self) -> None:
        """Writes all that there is."""
        for one in self.blueprints:
            self.api.write_blueprint(one)
        self.api.write_entities(*self.entities)

    def read(self, blueprint: str, identifier: str) -> Data:
        """An entity as it stands."""
        found: Data = self.api.query(operations.ENTITY, blueprint=blueprint, identifier=identifier)
        return found

    def derived(self, blueprint: str | None = None) -> dict[str, Json]:
        """The derived values of every entity of a blueprint, services if none is named."""
        found = self.api.nodes(operations.ENTITIES, blueprint=blueprint or self.service)
        return {one["identifier"]: one["derived"] for one in found}

    def reasons(self, identifier: str = "api") -> dict[str, str]:
        """Why derived properties of a service have no data."""
        found = self.read(self.service, identifier)["derivedIssues"]
        return {one["property"]: one["reason"] for one in found}

    def standing(self, identifier: str = "api") -> tuple[str | None, dict[str, str]]:
        """The level of a service in the scorecard, and its rule results; no level without a score."""
        for score in self.read(self.service, identifier)["scores"]:
            told = {one["rule"]["identifier"]: one["result"] for one in score["ruleResults"]}
            return score["level"]["title"], told
        return None, {}

    def names(self, **variables: Any) -> list[str]:
        """The identifiers of services that are asked for."""
        return self.api.identifiers(operations.ENTITY_NAMES, blueprint=self.service, **variables)

    def change(self, document: dict[str, Json], **extra: Json) -> Data:
        """The answer to a blueprint that is sent."""
        payload: Data = self.api.query(operations.UPSERT_BLUEPRINT, input=document | extra)
        return payload

    def evaluated(self) -> dict[str, int]:
        """By blueprint, how many evaluations there have been in the background."""
        every = (self.team, self.service, self.incident)
        return {name: len(self.api.settle(name)) for name in every}


def _blueprint(identifier: str, properties: dict[str, Json], **parts: Json) -> dict[str, Json]:
    return {"identifier": identifier, "title": "T", "schema": {"properties": properties}, **parts}


def calculation(program: str, **declared: Json) -> dict[str, Json]:
    return {"calculation": program, **declared}


def by_property(func: str, name: str) -> dict[str, Json]:
    return {"calculationBy": "property", "func": func, "property": name}


def comes_to(look: Callable[[], Json], expected: Json) -> None:
    """Waits for what follows in the background."""
    deadline = time.monotonic() + _SECONDS
    while (seen := look()) != expected and time.monotonic() < deadline:
        time.sleep(0.02)
    assert seen == expected


RED: Final = {"slack": "#red", "since": "2026-01-01T00:00:00Z", "loud": "#RED",
              "founded": "2026-01-01T00:00:00Z", "team_load": 20}  # fmt: skip
BLUE: Final = {"slack": "#blue", "since": "2027-01-01T00:00:00Z", "loud": "#BLUE",
               "founded": "2027-01-01T00:00:00Z", "team_load": 0}  # fmt: skip
EXPECTED: Final[dict[str, Json]] = {
    "api": RED | {"libraries": ["Web", "Job"], "open": 2, "cost": 3.5, "pressure": 18, "popular": True},
    "web": RED | {"open": 1, "cost": 10, "pressure": 2, "popular": False},
    "job": BLUE | {"libraries": ["Web"], "open": 0, "cost": 0, "pressure": 0, "popular": False},
}
