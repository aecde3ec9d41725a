"""The generator: one Python function for all rules of a scorecard.

Every query becomes a `while True:` that is left at the first condition that decides it; its outcome stands
in a variable as the number of a `Truth`. The entity's values are read once, at the top. Conditions whose
operator comes from a plugin are tested before the others, all of them: one that fails makes the rule an
error whatever stands beside it, so the order of conditions never matters.
"""

from collections.abc import Sequence
from typing import Final, Protocol, TypeAlias, overload

from levelmark.domain.entity import Entity
from levelmark.domain.instant import instant, moment
from levelmark.domain.json import TYPES, Json, JsonType
from levelmark.domain.operator import Missing, Operator
from levelmark.domain.score import Score
from levelmark.engine.explain import Probes
from levelmark.engine.inline import FUNCTIONS, inline
from levelmark.engine.probe import MISSING_TRUTH, Probe
from levelmark.engine.reading import Reading
from levelmark.engine.source import Source
from levelmark.engine.standing import Standing

Errors: TypeAlias = dict[int, list[str]]
"""Reasons of failed operators, by the place of their rule."""

_ALL_TYPES: Final = frozenset(JsonType)


class Program(Protocol):
    """The truth of every query, in order, as the numbers of `Truth`; None where `score` stands as it is."""

    @overload
    def __call__(self, entity: Entity, errors: Errors, /) -> tuple[int, ...]: ...
    @overload
    def __call__(self, entity: Entity, errors: Errors, score: Score | None, /) -> tuple[int, ...] | None: ...


def generate(queries: Sequence[Probes], standing: Standing | None = None) -> Program:
    """A function that tells the truth of every query for an entity, in one call.

    With `standing`, it also compares them with the score that it is given.
    """
    return _Writer().program(queries, standing)


class _Writer:
    def __init__(self) -> None:
        self.source = Source()
        self.source.bound.update(FUNCTIONS, instant=instant, moment=moment)
        self.reading = Reading(self.source)

    def program(self, queries: Sequence[Probes], standing: Standing | None) -> Program:
        outcomes = [self._rule(place, query) for place, query in enumerate(queries)]
        if standing is not None:
            standing.write(self.source, outcomes)
        self.source.line(f"return ({''.join(f'{name}, ' for name in outcomes)})")
        program: Program = self.source.function("entity, errors, score=None")
        return program

    def _rule(self, place: int, query: Probes) -> str:
        outcome = self.source.fresh("r")
        called = [probe for probe in query.leaves() if not probe.trusted]
        if not called:
            self._query(query, outcome, {})
            return outcome
        truths = {id(probe): self._call(place, probe) for probe in called}
        with self.source.block(f"if {' or '.join(f'{name} == 3' for name in truths.values())}:"):
            self.source.line(f"{outcome} = 3")
        with self.source.block("else:"):
            self._query(query, outcome, truths)
        return outcome

    def _call(self, place: int, probe: Probe) -> str:
        name, truth = self.source.fresh("x"), self.source.bind(probe.truth)
        self.source.line(f"{name} = {truth}(entity, errors.setdefault({place}, []))")
        return name

    def _query(self, query: Probes, outcome: str, truths: dict[int, str]) -> None:
        # `and` starts true and is decided by a false part, `or` starts false and is decided by a true one.
        start, decided = (0, 1) if query.combinator == "and" else (1, 0)
        self.source.line(f"{outcome} = {start}")
        with self.source.block("while True:"):
            for part in sorted(query.parts, key=_cost):
                if isinstance(part, Probes):
                    inner = self.source.fresh("r")
                    self._query(part, inner, truths)
                    self._number(inner, outcome, decided)
                elif id(part) in truths:
                    self._number(truths[id(part)], outcome, decided)
                else:
                    self._condition(part, outcome, decided)
            self.source.line("break")

    def _number(self, name: str, outcome: str, decided: int) -> None:
        self._decide(f"if {name} == {decided}:", outcome, decided)
        with self.source.block(f"if {name} == 2:"):
            self.source.line(f"{outcome} = 2")

    def _condition(self, probe: Probe, outcome: str, decided: int) -> None:
        operator = _operator(probe)
        value, holds = self.reading.value(probe), self._holds(probe)
        decides = f"not ({holds})" if decided else f"({holds})"
        if operator.missing is Missing.MISSING:
            with self.source.block(f"if {value} is None:"):
                self.source.line(f"{outcome} = 2")
            self._decide(f"elif {decides}:", outcome, decided)
        elif MISSING_TRUTH[operator.missing] == decided:
            self._decide(f"if {value} is None or {decides}:", outcome, decided)
        else:
            self._decide(f"if {value} is not None and {decides}:", outcome, decided)

    def _decide(self, head: str, outcome: str, decided: int) -> None:
        with self.source.block(head):
            self.source.line(f"{outcome} = {decided}")
            self.source.line("break")

    def _holds(self, probe: Probe) -> str:
        if not probe.types:
            return "False"
        if probe.instants:
            return self._moment_holds(probe)
        source = _source(probe, probe.operand)
        if source is None:
            return self._tested(probe)
        kind = self.reading.type(probe) if "type(actual)" in source else None
        real = self.source.bind(float(probe.operand)) if "float(value)" in source else None
        bound = self.source.bind(probe.operand)
        return inline(source, self.reading.value(probe), bound, kind=kind, real=real)

    def _moment_holds(self, probe: Probe) -> str:
        operand, value = moment(probe.value), self.reading.value(probe)
        source = _source(probe, operand)
        if source is None:
            return f"instant({value}) is not None and {self.source.bind(probe.test)}(instant({value}))"
        actual = self.reading.moment(probe)  # the text is read as a moment when somebody first asks for it
        compared = inline(source, actual, self.source.bind(operand))
        return f"({actual} or ({actual} := moment({value}))) and ({compared})"

    def _tested(self, probe: Probe) -> str:
        tested = f"{self.source.bind(probe.test)}({self.reading.value(probe)})"
        if probe.types == _ALL_TYPES:
            return tested
        kind = self.reading.type(probe)
        taken = [python.__name__ for python, name in TYPES.items() if name in probe.types]
        return f"({' or '.join(f'{kind} is {name}' for name in taken)}) and {tested}"


def _operator(probe: Probe) -> Operator:
    assert probe.operator is not None  # noqa: S101 - trusted probes have one
    return probe.operator


def _source(probe: Probe, operand: Json) -> str | None:
    make = _operator(probe).source
    return make(operand) if make else None


def _cost(part: Probe | Probes) -> int:
    # No condition minds what stands before it, so the slow ones wait: those that read texts as moments.
    if isinstance(part, Probes):
        return max(map(_cost, part.parts), default=0)
    return int(part.instants)
