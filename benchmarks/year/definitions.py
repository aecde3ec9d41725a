"""The definitions: a blueprint of twelve properties and three scorecards of eight rules, as documents."""

from typing import Final

from levelmark.domain.json import Json
from levelmark.engine.evaluate import CompiledScorecard
from levelmark.engine.model import Model
from levelmark.engine.validation import read_blueprint, read_scorecard
from levelmark.plugins import Registry

_Document = dict[str, Json]

_STRING: Final[Json] = {"type": "string"}
_NUMBER: Final[Json] = {"type": "number"}

BLUEPRINT: Final[_Document] = {
    "identifier": "service",
    "title": "Service",
    "schema": {
        "properties": {
            "tier": _STRING,
            "lifecycle": _STRING,
            "application": _STRING,
            "language": _STRING,
            "runbook": _STRING,
            "coverage": _NUMBER,
            "latency": _NUMBER,
            "incidents": _NUMBER,
            "replicas": _NUMBER,
            "vulnerabilities": _NUMBER,
            "onCall": {"type": "boolean"},
            "reviews": {"type": "array", "items": _STRING},
        }
    },
}


def _is(name: str, operator: str, *value: Json) -> _Document:
    return {"property": name, "operator": operator} | ({"value": value[0]} if value else {})


def _all(*conditions: Json) -> _Document:
    return {"combinator": "and", "conditions": list(conditions)}


def _any(*conditions: Json) -> _Document:
    return {"combinator": "or", "conditions": list(conditions)}


def _scorecard(identifier: str, *rules: tuple[str, str, _Document]) -> _Document:
    return {
        "identifier": identifier,
        "title": identifier.title(),
        "blueprint": "service",
        "rules": [
            {"identifier": name, "title": name.replace("-", " ").capitalize(), "level": level, "query": query}
            for name, level, query in rules
        ],
    }


SCORECARDS: Final = (
    _scorecard(
        "quality",
        ("has-tests", "Bronze", _all(_is("coverage", ">", 10))),
        ("has-a-language", "Bronze", _all(_is("language", "isNotEmpty"))),
        ("belongs-somewhere", "Bronze", _all(_is("application", "isNotEmpty"))),
        ("tested", "Silver", _all(_is("coverage", ">=", 40))),
        ("language-of-ours", "Silver", _all(_is("language", "!=", "Perl"))),
        ("not-left-behind", "Silver", _all(_is("lifecycle", "!=", "deprecated"))),
        ("well-tested", "Gold", _all(_is("coverage", ">=", 75))),
        ("told-how", "Gold", _all(_is("runbook", "beginsWith", "https://docs.example/"))),
    ),
    _scorecard(
        "reliability",
        ("has-runbook", "Bronze", _all(_is("runbook", "isNotEmpty"))),
        ("someone-answers", "Bronze", _any(_is("onCall", "=", True), _is("lifecycle", "=", "experimental"))),
        ("bearable", "Bronze", _all(_is("incidents", "<=", 12))),
        ("two-replicas", "Silver", _all(_is("replicas", ">=", 2))),
        ("quick", "Silver", _all(_is("latency", "<", 600))),
        ("calm", "Silver", _all(_is("incidents", "<=", 5))),
        ("very-quick", "Gold", _all(_is("latency", "<", 200), _is("replicas", ">=", 3))),
        ("nothing-happened", "Gold", _all(_is("incidents", "=", 0))),
    ),
    _scorecard(
        "security",
        ("few-holes", "Bronze", _all(_is("vulnerabilities", "<=", 20))),
        ("reviewed-at-all", "Bronze", _all(_is("reviews", "isNotEmpty"))),
        ("important-is-watched", "Bronze", _any(_is("tier", "!=", "1"), _is("onCall", "=", True))),
        ("fewer-holes", "Silver", _all(_is("vulnerabilities", "<=", 8))),
        ("code-reviewed", "Silver", _all(_is("reviews", "contains", "code"))),
        ("design-reviewed", "Silver", _all(_is("reviews", "contains", "design"))),
        ("no-holes", "Gold", _all(_is("vulnerabilities", "=", 0))),
        ("attacked-by-friends", "Gold", _any(_is("reviews", "contains", "attack"), _is("tier", "=", "4"))),
    ),
)
"""By identifier, as entities have their scores."""


def compiled(registry: Registry) -> list[CompiledScorecard]:
    """The scorecards, ready to evaluate."""
    blueprint = read_blueprint(BLUEPRINT).value
    assert blueprint is not None
    resolved = Model((blueprint,), registry.operators).blueprints[blueprint.identifier]
    read = [read_scorecard(one, blueprint, registry.operators).value for one in SCORECARDS]
    return [CompiledScorecard(one, resolved, registry.operators) for one in read if one is not None]
