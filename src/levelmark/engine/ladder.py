"""A ladder: the levels of a scorecard with the places of their rules, for generated functions."""

from collections.abc import Callable, Sequence

from msgspec import Struct

from levelmark.domain.scorecard import Scorecard
from levelmark.engine.levels import rules_by_level
from levelmark.engine.source import Source


class Ladder(Struct, frozen=True):
    """The base level, and the levels that have rules, from the lowest up, each with its rules' places."""

    base: str
    rungs: tuple[tuple[str, tuple[int, ...]], ...]

    @classmethod
    def of(cls, scorecard: Scorecard) -> "Ladder":
        """The ladder of the scorecard; a rule's place is its index in `scorecard.rules`."""
        places = {rule.identifier: place for place, rule in enumerate(scorecard.rules)}
        return cls(
            scorecard.levels[0].title,
            tuple((title, tuple(places[rule.identifier] for rule in rules))
                  for title, rules in rules_by_level(scorecard)),
        )  # fmt: skip

    def write(self, source: Source, outcomes: Sequence[str]) -> None:
        """Writes lines that put the level into `level`; `outcomes` are the rules' variables, 0 for passed."""
        source.line(f"level = {source.bind(self.base)}")
        with source.block("while True:"):
            for title, places in self.rungs:
                with source.block(f"if {' or '.join(outcomes[place] for place in places)}:"):
                    source.line("break")
                source.line(f"level = {source.bind(title)}")
            source.line("break")

    def climb(self) -> Callable[[tuple[int, ...]], str]:
        """A function that tells the level which truths, in the order of the rules, reach."""
        source = Source()
        places = sorted(place for _, places in self.rungs for place in places)
        self.write(source, [f"truths[{place}]" for place in range(max(places, default=-1) + 1)])
        source.line("return level")
        climb: Callable[[tuple[int, ...]], str] = source.function("truths")
        return climb
