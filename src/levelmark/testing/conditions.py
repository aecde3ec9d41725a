"""A condition on its own: what an operator says of one value, by way of the engine that the server uses."""

from collections.abc import Mapping
from typing import Final

from msgspec import UNSET, UnsetType

from levelmark.domain.blueprint import Blueprint, Schema
from levelmark.domain.entity import Entity
from levelmark.domain.json import Json
from levelmark.domain.operator import Operator
from levelmark.domain.query import Condition, Query
from levelmark.domain.scorecard import Rule, Scorecard
from levelmark.engine.evaluate import CompiledScorecard
from levelmark.engine.present import Present
from levelmark.engine.probe import Verdict

NOW: Final = "2026-01-01T00:00:00.000Z"
"""The present of those who do not say which it is."""


def verdict(
    operator: Operator,
    actual: Json | UnsetType,
    value: Json | UnsetType = UNSET,
    *,
    schema: Mapping[str, Json] | None = None,
    now: str = NOW,
) -> Verdict:
    """What `operator` says of an entity whose property has the value `actual` (UNSET: it has none).

    `value` is the rule's, `schema` the property's own JSON Schema, as in `{"format": "date"}`, and `now` the
    instant at which the operator is asked. The whole engine is used: types, missing values, contained
    failures.

    >>> from levelmark.operators import levelmark_operators
    >>> less = next(one for one in levelmark_operators() if one.name == "<")
    >>> verdict(less, 3, 5).truth.name, verdict(less, "3", 5).reason
    ('TRUE', 'type mismatch')
    """
    blueprint = Blueprint("thing", "Thing", Schema({"it": dict(schema or {})}))
    entity = Entity("thing", "one", properties={} if actual is UNSET else {"it": actual})
    query = Query("and", (Condition(operator.name, property="it", value=value),))
    rule = Rule("rule", "Rule", "Bronze", query)
    scorecard = Scorecard("scorecard", "Scorecard", "thing", rules=(rule,))
    compiled = CompiledScorecard(scorecard, blueprint, {operator.name: operator})
    [explained] = compiled.explain("rule", entity, Present.at(now).now).leaves()
    score = compiled.evaluate(entity, None, now).score
    if score is None or score.results[0].result is not explained.truth.result:
        raise AssertionError(f"the engine explains {explained.verdict}, but its result is {score}")
    return explained.verdict
