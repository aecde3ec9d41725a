"""Assessment: all scorecards of a blueprint on one entity, and everything that moved."""

from collections.abc import Sequence

from msgspec import Struct

from levelmark.domain.change import Move
from levelmark.domain.entity import Entity
from levelmark.domain.score import Score
from levelmark.engine.evaluate import CompiledScorecard, erase


class Assessment(Struct, frozen=True):
    """An entity's scores by the scorecards as they are now, and how they came from those it had.

    `until` is the first instant (microseconds since 1970) at which another assessment of the same entity may
    come out differently; None where time alone changes nothing.
    """

    scores: tuple[Score, ...]
    moves: tuple[Move, ...]
    until: int | None = None


def assess(scorecards: Sequence[CompiledScorecard], entity: Entity, now: str) -> Assessment:
    """Evaluates the entity in every scorecard; `entity.scores` are what it had, `now` is ISO 8601 in UTC.

    Where nothing moved, the scores are the very ones that it had.
    """
    previous = {score.scorecard: score for score in entity.scores}
    scores: list[Score] = []
    moves: list[Move] = []
    until: int | None = None
    for compiled in scorecards:
        evaluation = compiled.evaluate(entity, previous.pop(compiled.scorecard.identifier, None), now)
        moves += evaluation.moves
        if evaluation.until is not None:
            until = evaluation.until if until is None else min(until, evaluation.until)
        if evaluation.score is not None:
            scores.append(evaluation.score)
    for gone in previous.values():
        moves += erase(gone)
    if len(scores) == len(entity.scores) and all(map(_is, scores, entity.scores)):
        return Assessment(entity.scores, (), until)
    return Assessment(tuple(scores), tuple(moves), until)


def _is(one: Score, other: Score) -> bool:
    return one is other
