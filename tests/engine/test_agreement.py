"""The generated function is the plain interpreter, only faster; and the order of conditions is nothing."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from levelmark.domain.entity import Entity
from levelmark.domain.query import Query, QueryPart
from levelmark.domain.scorecard import Scorecard
from levelmark.engine.evaluate import CompiledScorecard
from levelmark.engine.explain import Probes
from levelmark.engine.generate import Errors, generate
from levelmark.engine.present import Present
from levelmark.engine.truth import Truth

from .builders import AT, BLUEPRINT, BUILTIN, NOW
from .strategies import MANY, OPERATORS, SOME, entities, queries, scorecards

KNOWN = {*OPERATORS, "nowhereInstalled"}


@given(query=queries(KNOWN), entity=entities())
@MANY
def test_the_generated_function_agrees_with_the_interpreter(query: Query, entity: Entity) -> None:
    probes = Probes(query, BLUEPRINT, OPERATORS)
    errors: Errors = {}
    explained = probes.explain(entity, AT)
    assert generate([probes])(entity, errors, None, Present(AT)) == (explained.truth,)
    failed = {leaf.verdict.reason for leaf in explained.leaves() if leaf.truth is Truth.ERROR}
    assert {reason for reasons in errors.values() for reason in reasons} == failed


@given(query=queries(BUILTIN), entity=entities())
@MANY
def test_they_agree_on_built_in_operators_alone(query: Query, entity: Entity) -> None:
    probes = Probes(query, BLUEPRINT, BUILTIN)
    assert generate([probes])(entity, {}, None, Present(AT)) == (probes.explain(entity, AT).truth,)


@given(card=scorecards(KNOWN), entity=entities())
@SOME
def test_rules_do_not_meddle_with_each_other(card: Scorecard, entity: Entity) -> None:
    compiled = CompiledScorecard(card, BLUEPRINT, OPERATORS)
    together = compiled.truths(entity, {}, None, Present(AT))
    assert together == tuple(compiled.explain(rule.identifier, entity, AT).truth for rule in card.rules)


@given(card=scorecards(KNOWN), entity=entities(), random=st.randoms(use_true_random=False))
@SOME
def test_the_order_of_conditions_changes_nothing(
    card: Scorecard,
    entity: Entity,
    random: Random,
) -> None:
    rules = tuple(replace(rule, query=_shuffled(rule.query, random)) for rule in card.rules)
    selected_by = _shuffled(card.filter, random) if card.filter else None
    other = replace(card, rules=rules, filter=selected_by)
    scores = [CompiledScorecard(one, BLUEPRINT, OPERATORS).evaluate(entity, None, NOW).score
              for one in (card, other)]  # fmt: skip
    assert scores[0] == scores[1]


def _shuffled(query: Query, random: Random) -> Query:
    parts: list[QueryPart] = [
        _shuffled(part, random) if isinstance(part, Query) else part for part in query.conditions
    ]
    random.shuffle(parts)
    return Query(query.combinator, tuple(parts))
