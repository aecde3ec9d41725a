"""Standing: whether the score that an entity has already says what its rules came to."""

from collections.abc import Sequence

from msgspec import Struct

from levelmark.engine.ladder import Ladder
from levelmark.engine.source import Source
from levelmark.engine.truth import RESULTS, Truth


class Standing(Struct, frozen=True):
    """What the scores of a scorecard are made of: its rules' identifiers, and its ladder."""

    rules: tuple[str, ...]
    ladder: Ladder

    def write(self, source: Source, outcomes: Sequence[str]) -> None:
        """Writes lines that return None where `score` has the rules, these outcomes, and their level.

        It never stands with an error: that one's reason may have changed.
        """
        source.bound["results"] = tuple(None if truth is Truth.ERROR else RESULTS[truth] for truth in Truth)
        with source.block(f"if score is not None and len(score.results) == {len(outcomes)}:"):
            stands = " and ".join(self._same(source, outcomes)) or "True"
            with source.block(f"if {stands}:"):
                self.ladder.write(source, outcomes)
                with source.block("if score.level == level:"):
                    source.line("return None")

    def _same(self, source: Source, outcomes: Sequence[str]) -> list[str]:
        if not outcomes:
            return []
        before = [source.fresh("s") for _ in outcomes]
        source.line(f"{', '.join(before)}, = score.results")
        return [
            f"{old}.result is results[{outcome}] and {old}.rule == {source.bind(rule)}"
            for old, outcome, rule in zip(before, outcomes, self.rules, strict=True)
        ]
