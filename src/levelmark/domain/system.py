"""The system blueprints: scorecards, rules and rule results as entities, and what nobody may change of them.

Nothing of a scorecard is copied: what these blueprints declare here is read from the scorecards and from the
scores of the entities whenever it is asked for. What others add to them is stored.
"""

from collections.abc import Mapping
from typing import Any, Final

from msgspec import UNSET
from msgspec.structs import replace

from levelmark.domain.blueprint import Blueprint, Relation, Schema
from levelmark.domain.documents import to_blueprint
from levelmark.domain.json import Json

SCORECARD: Final = "_scorecard"
RULE: Final = "_rule"
RULE_RESULT: Final = "_rule_result"

PASSED: Final = "Passed"
NOT_PASSED: Final = "Not passed"

PERCENTAGE: Final = "percentage"
LINK: Final = "entity_link"

ADDED: Final = "The evaluated entity, if it is of this blueprint; the server keeps this relation."
"""The description by which a relation to evaluated entities is known: the server alone adds such."""

_PASSED_ONLY: Final[dict[str, Json]] = {
    "combinator": "and",
    "conditions": [{"property": "result", "operator": "=", "value": PASSED}],
}


def _count(title: str, path: list[str], *, passed: bool) -> dict[str, Json]:
    counted: dict[str, Json] = {
        "title": title,
        "type": "number",
        "target": RULE_RESULT,
        "calculationSpec": {"func": "count", "calculationBy": "entities"},
        "pathFilter": [{"path": path, "fromBlueprint": RULE_RESULT}],
    }
    return {**counted, "query": _PASSED_ONLY} if passed else counted


def _percentage(title: str, passed: str, tested: str) -> dict[str, Json]:
    some = f".properties.{passed} / .properties.{tested} * 100"
    program = f"if (.properties.{tested} // 0) > 0 then {some} else null end"
    return {"title": title, "type": "number", "calculation": program}


_DOCUMENTS: Final[tuple[dict[str, Any], ...]] = (
    {
        "identifier": SCORECARD,
        "title": "Scorecard",
        "description": "The scorecards of this server. The server keeps this blueprint; it may be extended.",
        "schema": {
            "properties": {
                "blueprint": {"title": "Blueprint", "type": "string", "format": "blueprints"},
                "levels": {"title": "Levels", "type": "array", "items": {"type": "object"}},
                "filter": {"title": "Filter", "type": "object"},
            }
        },
        "aggregationProperties": {
            "rules_tested": _count("Rules Tested", ["rule", "scorecard"], passed=False),
            "rules_passed": _count("Rules Passed", ["rule", "scorecard"], passed=True),
        },
        "calculationProperties": {
            PERCENTAGE: _percentage("% of Rules Passed", "rules_passed", "rules_tested")
        },
    },
    {
        "identifier": RULE,
        "title": "Rule",
        "description": "The rules of all scorecards. The server keeps this blueprint; it may be extended.",
        "schema": {
            "properties": {
                "level": {"title": "Level", "type": "string"},
                "query": {"title": "Query", "type": "object"},
                "description": {"title": "Rule Description", "type": "string"},
            }
        },
        "relations": {
            "scorecard": {"target": SCORECARD, "title": "Scorecard", "required": True, "many": False}
        },
        "aggregationProperties": {
            "entities_tested": _count("Entities Tested", ["rule"], passed=False),
            "entities_passed": _count("Entities Passed", ["rule"], passed=True),
        },
        "calculationProperties": {
            PERCENTAGE: _percentage("% of Entities Passed", "entities_passed", "entities_tested")
        },
    },
    {
        "identifier": RULE_RESULT,
        "title": "Rule Result",
        "description": "What became of each rule on each entity. The server keeps this blueprint; "
        "it may be extended.",
        "schema": {
            "properties": {
                "result": {"title": "Result", "type": "string", "enum": [PASSED, NOT_PASSED]},
                "entity": {"title": "Entity", "type": "string"},
                "result_last_change": {
                    "title": "Result Last Change", "type": "string", "format": "date-time"
                },
            }
        },
        "relations": {"rule": {"target": RULE, "title": "Rule", "required": True, "many": False}},
        "mirrorProperties": {
            "level": {"title": "Level", "path": "rule.level"},
            "scorecard": {"title": "Scorecard", "path": "rule.scorecard.$title"},
            "blueprint": {"title": "Blueprint", "path": "rule.scorecard.blueprint"},
        },
        "calculationProperties": {
            LINK: {
                "title": "Entity Link",
                "type": "string",
                "format": "url",
                "calculation": '"/entities/\\(.properties.blueprint | @uri)/\\(.properties.entity | @uri)"',
            }
        },
    },
)  # fmt: skip

CORE: Final[Mapping[str, Blueprint]] = {one["identifier"]: to_blueprint(one) for one in _DOCUMENTS}
"""The system blueprints as the server makes them, by identifier."""


def keeps(blueprint: str, name: str, relation: Relation | None = None) -> bool:
    """Whether a property, or the relation, of that key is one that the server keeps."""
    return name in CORE[blueprint].own_names or (relation is not None and relation.description == ADDED)


def added_relation(blueprint: Blueprint, target: str) -> str | None:
    """The key of the relation that the server has added for the entities of a blueprint, if it has."""
    known = (name for name, one in blueprint.relations.items() if one.target == target)
    return next((name for name in known if blueprint.relations[name].description == ADDED), None)


def extension(blueprint: Blueprint) -> Blueprint:
    """A system blueprint without what the server keeps: what others have added; any other as it is.

    >>> extension(CORE[RULE]).own_names
    ()
    """
    if blueprint.identifier not in CORE:
        return blueprint
    core = CORE[blueprint.identifier]

    def others(fields: Mapping[str, Any]) -> dict[str, Any]:
        return {name: one for name, one in fields.items() if name not in core.own_names}

    relations = {name: one for name, one in others(blueprint.relations).items() if one.description != ADDED}
    return replace(
        blueprint,
        schema=Schema(others(blueprint.schema.properties), UNSET),
        relations=relations,
        mirror_properties=others(blueprint.mirror_properties),
        calculation_properties=others(blueprint.calculation_properties),
        aggregation_properties=others(blueprint.aggregation_properties),
    )


def is_whole(blueprint: Blueprint, before: Blueprint) -> bool:
    """Whether the new version has all relations that the server has added to the one before."""
    added = (name for name, one in before.relations.items() if one.description == ADDED)
    return before.identifier not in CORE or all(name in blueprint.relations for name in added)


def completed(blueprint: Blueprint) -> Blueprint:
    """A system blueprint with all that the server keeps, before what others have added."""
    core = CORE[blueprint.identifier]
    return replace(
        blueprint,
        title=core.title,
        schema=Schema({**core.schema.properties, **_behind(blueprint.schema.properties, core)}, UNSET),
        relations={**core.relations, **_behind(blueprint.relations, core)},
        mirror_properties={**core.mirror_properties, **_behind(blueprint.mirror_properties, core)},
        calculation_properties={
            **core.calculation_properties, **_behind(blueprint.calculation_properties, core)
        },
        aggregation_properties={
            **core.aggregation_properties, **_behind(blueprint.aggregation_properties, core)
        },
    )  # fmt: skip


def _behind(fields: Mapping[str, Any], core: Blueprint) -> dict[str, Any]:
    return {name: one for name, one in fields.items() if name not in core.own_names}
