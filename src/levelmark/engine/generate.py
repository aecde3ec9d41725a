"""The generator: one Python function for all rules of a scorecard.

Every query becomes a `while True:` that is left at the first condition that decides it; its outcome stands
in a variable as the number of a `Truth`. The entity's values are read once, at the top. Conditions whose
operator comes from a plugin are tested before the others, all of them: one that fails makes the rule an
error whatever stands beside it, so the order of conditions never matters. What depends on the time comes last
in its query, which keeps until when its outcome is sure to hold: as long as the part that decided it, or else
as long as the shortest of all.
"""

from collections.abc import Sequence
from typing import Final, Protocol, TypeAlias, overload

from levelmark.domain.entity import Entity
from levelmark.domain.instant import NEVER, instant, moment
from levelmark.domain.json import TYPES, Json, JsonType
from levelmark.domain.operator import Missing, Operator
from levelmark.domain.score import Score
from levelmark.engine.explain import Probes
from levelmark.engine.inline import FUNCTIONS, inline
from levelmark.engine.present import Present
from levelmark.engine.probe import MISSING_TRUTH, Probe
from levelmark.engine.reading import Reading
from levelmark.engine.source import Source
from levelmark.engine.standing import Standing

Errors: TypeAlias = dict[int, list[str]]
"""Reasons of failed operators, by the place of their rule."""

_Told: TypeAlias = tuple[str, str | None]
"""The variables with a part's truth and, where the time matters, until when it holds."""

_ALL_TYPES: Final = frozenset(JsonType)


class Program(Protocol):
    """The truth of every query, in order, as the numbers of `Truth`; None where `score` stands as it is.

    `present` may be left out where no condition depends on the time.
    """

    @overload
    def __call__(
        self, entity: Entity, errors: Errors, score: None = None, present: Present | None = None, /
    ) -> tuple[int, ...]: ...
    @overload
    def __call__(
        self, entity: Entity, errors: Errors, score: Score | None, present: Present | None = None, /
    ) -> tuple[int, ...] | None: ...


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
        self.ends: list[str] = []

    def program(self, queries: Sequence[Probes], standing: Standing | None) -> Program:
        outcomes = [self._rule(place, query) for place, query in enumerate(queries)]
        if self.ends:
            self.source.line(f"present.until = min(present.until, {', '.join(self.ends)})")
        if standing is not None:
            standing.write(self.source, outcomes)
        self.source.line(f"return ({''.join(f'{name}, ' for name in outcomes)})")
        program: Program = self.source.function("entity, errors, score=None, present=None")
        return program

    def _rule(self, place: int, query: Probes) -> str:
        outcome = self.source.fresh("r")
        called = [probe for probe in query.leaves() if not probe.trusted]
        told = {id(probe): self._call(probe, f"errors.setdefault({place}, [])") for probe in called}
        end = self._end() if query.timed else None
        if end:
            self.ends.append(end)
        if not told:
            self._query(query, outcome, end, told)
            return outcome
        with self.source.block(f"if {' or '.join(f'{truth} == 3' for truth, _ in told.values())}:"):
            self.source.line(f"{outcome} = 3")
        with self.source.block("else:"):
            self._query(query, outcome, end, told)
        return outcome

    def _end(self) -> str:
        end = self.source.fresh("e")
        self.source.line(f"{end} = {NEVER}")
        return end

    def _call(self, probe: Probe, errors: str) -> _Told:
        truth = self.source.fresh("x")
        if not probe.timed:
            self.source.line(f"{truth} = {self.source.bind(probe.truth)}(entity, {errors})")
            return truth, None
        end = self.source.fresh("e")
        called = f"{self.source.bind(probe.timed_truth)}(entity, {errors}, present.now)"
        self.source.line(f"{truth}, {end} = {called}")
        return truth, end

    def _query(self, query: Probes, outcome: str, end: str | None, told: dict[int, _Told]) -> None:
        # `and` starts true and is decided by a false part, `or` starts false and is decided by a true one.
        start, decided = (0, 1) if query.combinator == "and" else (1, 0)
        self.source.line(f"{outcome} = {start}")
        with self.source.block("while True:"):
            for part in sorted(query.parts, key=_cost):
                if isinstance(part, Probe) and part.inlined:
                    self._condition(part, outcome, decided)
                else:
                    self._number(self._told(part, told), outcome, decided, end)
            self.source.line("break")

    def _told(self, part: Probe | Probes, told: dict[int, _Told]) -> _Told:
        if isinstance(part, Probe):
            return told.get(id(part)) or self._call(part, "[]")
        inner, end = self.source.fresh("r"), self._end() if part.timed else None
        self._query(part, inner, end, told)
        return inner, end

    def _number(self, part: _Told, outcome: str, decided: int, end: str | None) -> None:
        truth, until = part
        with self.source.block(f"if {truth} == {decided}:"):
            if until:
                self.source.line(f"{end} = {until}")
            self.source.line(f"{outcome} = {decided}")
            self.source.line("break")
        with self.source.block(f"if {truth} == 2:"):
            self.source.line(f"{outcome} = 2")
        if until:
            self.source.line(f"{end} = min({end}, {until})")

    def _condition(self, probe: Probe, outcome: str, decided: int) -> None:
        operator = _operator(probe)
        value, holds = self.reading.value(probe.subject), self._holds(probe)
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
        if probe.of_members:
            one, kind = self._one_holds(probe), self.reading.type(probe.subject)
            members = f"{self.source.bind(probe.members)}({self.reading.value(probe.subject)})"
            return f"{members} if {kind} is list else ({one})"
        return self._one_holds(probe)

    def _one_holds(self, probe: Probe) -> str:
        source = _source(probe, probe.operand)
        if source is None:
            return self._tested(probe)
        kind = self.reading.type(probe.subject) if "type(actual)" in source else None
        real = self.source.bind(float(probe.operand)) if "float(value)" in source else None
        bound = self.source.bind(probe.operand)
        return inline(source, self.reading.value(probe.subject), bound, kind=kind, real=real)

    def _moment_holds(self, probe: Probe) -> str:
        operand, value = moment(probe.value), self.reading.value(probe.subject)
        source = _source(probe, operand)
        if source is None:
            return f"instant({value}) is not None and {_test(self.source, probe)}(instant({value}))"
        actual = self.reading.moment(
            probe.subject
        )  # the text is read as a moment when somebody first asks for it
        compared = inline(source, actual, self.source.bind(operand))
        return f"({actual} or ({actual} := moment({value}))) and ({compared})"

    def _tested(self, probe: Probe) -> str:
        tested = f"{_test(self.source, probe)}({self.reading.value(probe.subject)})"
        if probe.types == _ALL_TYPES:
            return tested
        kind = self.reading.type(probe.subject)
        taken = [python.__name__ for python, name in TYPES.items() if name in probe.types]
        return f"({' or '.join(f'{kind} is {name}' for name in taken)}) and {tested}"


def _operator(probe: Probe) -> Operator:
    assert probe.operator is not None  # noqa: S101 - trusted probes have one
    return probe.operator


def _test(source: Source, probe: Probe) -> str:
    assert probe.asking is not None  # noqa: S101 - whose value is the rule's own is prepared
    return source.bind(probe.asking.test)


def _source(probe: Probe, operand: Json) -> str | None:
    make = _operator(probe).source
    return make(operand) if make else None


def _cost(part: Probe | Probes) -> int:
    # No condition minds what stands before it, so the slow ones wait: those that read texts as moments, then
    # those that are called. Behind them all stand those that would limit until when the outcome holds.
    if isinstance(part, Probes):
        return max(map(_cost, part.parts), default=0)
    if part.timed:
        return 3
    return int(part.instants) if part.inlined else 2
