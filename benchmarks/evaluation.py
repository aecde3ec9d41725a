"""Evaluation in memory: passes and levels of the same entities by the same rules, here and in Node.

Run it with `python -m benchmarks.evaluation`.
"""

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from msgspec import to_builtins

from benchmarks import catalogue
from benchmarks.node_side import NodeSide, NoNodeError, node_side, version
from benchmarks.rounds import Figure, take_turns, timed
from levelmark.domain.entity import Entity
from levelmark.domain.score import Result, Score
from levelmark.domain.scorecard import Scorecard
from levelmark.engine.evaluate import CompiledScorecard
from levelmark.operators import levelmark_operators

BASELINE: Final = "json-rules-engine"
NODE_REPEATS: Final = {"json-rules-engine": 1, "json-logic-engine": 20}
"""How often an engine goes through all entities in a round, so that every round lasts long enough to time."""
REPEATS: Final = 5
NOW: Final = "2026-01-01T00:00:00.000Z"


def main() -> int:
    """Compares, prints a table, and returns 1 where the two sides do not agree."""
    options = _options()
    entities, scorecards = catalogue.entities(options.entities), catalogue.scorecards()
    with TemporaryDirectory() as folder:
        file = Path(folder) / "catalogue.json"
        file.write_text(json.dumps(_document(entities, scorecards)))
        try:
            with node_side("evaluation.mjs", str(file)) as node:
                return _compare(node, entities, scorecards, options.rounds)
        except NoNodeError as error:
            print(f"skipped: {error}")
            return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.evaluation", description=__doc__)
    parser.add_argument("--entities", type=int, default=10_000, help="how many (default: %(default)s)")
    parser.add_argument(
        "--rounds", type=int, default=7, help="of which the median counts (default: %(default)s)"
    )
    return parser.parse_args()


def _document(entities: list[Entity], scorecards: list[Scorecard]) -> dict[str, Any]:
    blueprint = catalogue.blueprint()
    return {
        "entities": [entity.properties for entity in entities],
        "instants": [name for name in blueprint.schema.properties if blueprint.is_instant(name)],
        "scorecards": [
            {"levels": [level.title for level in card.levels], "rules": to_builtins(card.rules)}
            for card in scorecards
        ],
    }


def _compare(node: NodeSide, entities: list[Entity], scorecards: list[Scorecard], rounds: int) -> int:
    operators = {operator.name: operator for operator in levelmark_operators()}
    compiled = [CompiledScorecard(card, catalogue.blueprint(), operators) for card in scorecards]
    scores = [[_score(card, entity) for card in compiled] for entity in entities]
    for engine in NODE_REPEATS:
        if difference := _difference(scores, node.ask(engine=engine)):
            print(f"{engine} and Levelmark do not agree: {difference}", file=sys.stderr)
            return 1
    ours = {
        "Levelmark": partial(_levels, compiled, entities),
        "Levelmark, and compared with stored scores": partial(_evaluate, compiled, entities, scores),
    }
    contestants: dict[str, Callable[[], float]] = {name: timed(work, REPEATS) for name, work in ours.items()}
    for engine, repeats in NODE_REPEATS.items():
        contestants[engine] = partial(node.ask, engine=engine, repeats=repeats)
    _print(
        take_turns(contestants, rounds), len(entities), sum(len(card.rules) for card in scorecards), rounds
    )
    return 0


def _score(card: CompiledScorecard, entity: Entity) -> Score:
    score = card.evaluate(entity, None, NOW).score
    assert score is not None
    return score


def _difference(scores: list[list[Score]], answers: list[Any]) -> str | None:
    for number, (ours, theirs) in enumerate(zip(scores, answers, strict=True)):
        told = [
            {"passes": [one.result is Result.PASSED for one in score.results], "level": score.level}
            for score in ours
        ]
        if told != theirs:
            return f"of entity {number}, {told} here and {theirs} there"
    return None


def _levels(compiled: list[CompiledScorecard], entities: list[Entity]) -> None:
    for entity in entities:
        for card in compiled:
            card.level(card.truths(entity, {}))


def _evaluate(compiled: list[CompiledScorecard], entities: list[Entity], scores: list[list[Score]]) -> None:
    for entity, stored in zip(entities, scores, strict=True):
        for card, score in zip(compiled, stored, strict=True):
            card.evaluate(entity, score, NOW)


def _print(figures: dict[str, Figure], entities: int, rules: int, rounds: int) -> None:
    print(f"{entities} entities, {rules} rules each; median of {rounds} rounds, the fastest in brackets.")
    print(f"Python {platform.python_version()}, Node {version()}, {os.cpu_count()} processors.\n")
    print(f"{'':44}{'M rule evaluations/s':>24}{'against ' + BASELINE:>28}")
    baseline = figures[BASELINE]
    for name, figure in sorted(figures.items(), key=lambda item: item[1].median, reverse=True):
        rate, best = (entities * rules / seconds / 1e6 for seconds in (figure.median, figure.fastest))
        ratio, of_fastest = baseline.median / figure.median, baseline.fastest / figure.fastest
        print(f"{name:44}{rate:14.2f} ({best:6.2f}) {ratio:19.1f} ({of_fastest:5.1f})")


if __name__ == "__main__":
    sys.exit(main())
