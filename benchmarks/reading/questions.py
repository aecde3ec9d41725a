"""The questions: what is asked of the API, one line each; what the schema does not have yet is left out."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from graphql import build_schema, parse, validate
from msgspec import Struct

from levelmark.graphql.schema import printed_schema
from tests.graphql.api import operations


class Facts(Struct, frozen=True):
    """What questions are about: an entity of many states, the largest team, a middling one, the year."""

    entity: str
    team: str
    middling: str
    since: datetime
    until: datetime

    @property
    def half(self) -> datetime:
        """The middle of the year."""
        return self.since + (self.until - self.since) / 2


class Question(Struct, frozen=True):
    """An operation with its variables; `beside` is the plain way (see plain) that it is compared with.

    With a `path`, it is no operation, but what the server gives out there.
    """

    name: str
    beside: str
    document: str = ""
    variables: dict[str, Any] = {}
    path: str = ""


_TALLY: Final = "passed notPassed noData errors tested percentage"
_ROLLUP: Final = f"""
query($by: [RollupDimensionInput!]!, $scorecards: [String!], $order: RollupOrderInput, $at: DateTime,
      $first: Int! = 500) {{
    rollup(by: $by, blueprints: ["service"], scorecards: $scorecards, orderBy: $order, asOf: $at,
           first: $first) {{
        edges {{node {{keys {{value}} tally {{{_TALLY}}} entities}}}}
    }}
}}"""

_PAGE: Final = """
query($asOf: DateTime) {
    entities(blueprint: "service", first: 50, asOf: $asOf) {
        edges {node {identifier title teams scores {scorecard {identifier} level {title}}}}
    }
}"""

_SYSTEM: Final = """
query($blueprint: String!, $filter: EntityFilterInput) {
    entities(blueprint: $blueprint, filter: $filter, first: 50) {
        edges {node {identifier title properties relations}}
    }
}"""

_TEAM: Final = {"dimension": "TEAM"}
_TIER: Final = {"property": "tier"}
_RULES: Final = [{"dimension": "SCORECARD"}, {"dimension": "RULE"}]
_LOWEST: Final = {"figure": "PERCENTAGE", "direction": "ASC"}
_RED: Final = {"blueprint": "service", "scorecard": "security", "result": "NOT_PASSED"}

_WEEKS: Final = """
query($groupBy: [TagInput!], $filter: TrendFilterInput, $from: DateTime!, $to: DateTime!) {
    trend(blueprint: "service", interval: WEEK, from: $from, to: $to, groupBy: $groupBy, filter: $filter,
          first: 100) {
        series {tags {value} points {
            at entities tally {passed notPassed noData errors tested percentage} moved {began ceased}
        }}
    }
}"""

_ROW, _ROWS, _ALL = "its row alone", "50 rows alone", "all entities, counted"
_THEN: Final = "all changes until then, replayed"
_CHANGES: Final = "all changes of the year, counted"


def questions(facts: Facts) -> Iterator[Question]:
    """All questions that the schema takes."""
    schema = build_schema(printed_schema())
    for one in _questions(facts):
        if one.path or not validate(schema, parse(one.document)):
            yield one


def _questions(facts: Facts) -> Iterator[Question]:
    one: dict[str, Any] = {"blueprint": "service", "identifier": facts.entity}
    some: dict[str, Any] = {"blueprint": "service", "first": 50}
    half = facts.half.isoformat()
    then = {"asOf": half}
    security = ["security"]
    yield Question("an entity", _ROW, operations.ENTITY, one)
    yield Question("a page of entities", _ROWS, _PAGE, {})
    yield Question("the same with all explained", _ROWS, operations.ENTITIES, some)
    yield Question("rule results", _ROWS, operations.RULE_RESULTS, {"first": 50})
    yield Question("red results of security", _ROWS, operations.RULE_RESULTS, {"first": 50, "filter": _RED})
    yield Question("teams, counted", _ALL, operations.FACETS, some | {"property": "$team"})
    yield Question("levels, counted", _ALL, operations.FACETS, some | {"scorecard": "security"})
    yield Question("rollup: team, tier, a scorecard", _ALL, _ROLLUP,
                   {"by": [_TEAM, _TIER], "scorecards": security})  # fmt: skip
    yield Question("rollup: team, tier, all three", _ALL, _ROLLUP, {"by": [_TEAM, _TIER]})
    yield Question("rollup: the lowest rules", _ALL, _ROLLUP, {"by": _RULES, "order": _LOWEST, "first": 10})
    by_team: dict[str, Any] = {"blueprint": "service", "groupBy": {"property": "$team"}, "first": 10}
    yield Question("table: ten teams, ten rows each", _ALL, operations.TABLE, by_team)
    yield Question("half a year ago: an entity", _ROW, operations.ENTITY, one | then)
    yield Question("half a year ago: a page", _ROWS, _PAGE, then)
    yield Question("half a year ago: rule results", _ROWS, operations.RULE_RESULTS, {"first": 50} | then)
    yield Question("half a year ago: teams, counted", _THEN, operations.FACETS,
                   some | then | {"property": "$team"})  # fmt: skip
    yield Question("half a year ago: rollup, team", _THEN, _ROLLUP, {"by": [_TEAM], "at": half})
    yield Question("half a year ago: table", _THEN, operations.TABLE, by_team | then)
    year = {"from": facts.since.isoformat(), "to": facts.until.isoformat()}
    for team, named in ((facts.middling, "a team"), (facts.team, "the largest")):
        asked = year | {"filter": {"teams": [team]}}
        yield Question(f"trend: 52 weeks of {named}", _CHANGES, _WEEKS, asked)
    yield Question("trend: 52 weeks of everything", _CHANGES, _WEEKS, year)
    yield Question("trend: 52 weeks of each team", _CHANGES, _WEEKS,
                   year | {"groupBy": [{"property": "$team"}]})  # fmt: skip
    yield Question("metrics", _ALL, path="/metrics")
    yield Question("blueprint _rule", _ROWS, _SYSTEM, {"blueprint": "_rule"})
    yield Question("blueprint _rule_result", _ROWS, _SYSTEM, {"blueprint": "_rule_result"})
    yield Question("the same, not passed", _ROWS, _SYSTEM, _results_where("result", "Not passed"))
    yield Question("the same, of an entity", _ROWS, _SYSTEM, _results_where("entity", facts.entity))


def _results_where(name: str, value: str) -> dict[str, Any]:
    conditions = [{"property": name, "operator": "=", "value": value}]
    return {"blueprint": "_rule_result", "filter": {"query": {"combinator": "and", "conditions": conditions}}}
