"""The generator: one Python function for all rules of a scorecard.

Every query becomes a `while True:` that is left at the first condition that decides it; its outcome stands
in a variable as the number of a `Truth`. The entity's values are read once, at the top. Conditions whose
operator comes from a plugin are tested before the others, all of them: one that fails makes the rule an
error whatever stands beside it, so the order of conditions never matters.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

from levelmark.domain.blueprint import META_PROPERTIES
from levelmark.domain.entity import Entity
from levelmark.domain.instant import instant
from levelmark.domain.json import TYPES, JsonType
from levelmark.domain.operator import Missing
from levelmark.engine.explain import Probes
from levelmark.engine.inline import inline
from levelmark.engine.probe import Probe

Errors: TypeAlias = dict[int, list[str]]
"""Reasons of failed operators, by the place of their rule."""

Program: TypeAlias = Callable[[Entity, Errors], tuple[int, ...]]
"""The truth of every query, in order, as the numbers of `Truth`."""

_ALL_TYPES: Final = frozenset(JsonType)


def generate(queries: Sequence[Probes]) -> Program:
    """A function that tells the truth of every query for an entity, in one call."""
    return _Writer().program(queries)


class _Writer:
    def __init__(self) -> None:
        self.lines: list[str] = []
        self.indent = 1
        self.bound: dict[str, Any] = {"instant": instant}
        self.variables: dict[tuple[str, bool], str] = {}
        self.reads: list[str] = []
        self.count = 0

    def program(self, queries: Sequence[Probes]) -> Program:
        outcomes = [self._rule(place, query) for place, query in enumerate(queries)]
        body = [*self.reads, *self.lines, f"    return ({''.join(f'{name}, ' for name in outcomes)})"]
        source = "\n".join(["def program(entity, errors):", "    properties = entity.properties", *body])
        exec(compile(source, "<scorecard>", "exec"), self.bound)  # noqa: S102 - the text holds no user's string
        program: Program = self.bound["program"]
        return program

    def _rule(self, place: int, query: Probes) -> str:
        outcome = self._fresh("r")
        called = [probe for probe in query.leaves() if not probe.trusted]
        if not called:
            self._query(query, outcome, {})
            return outcome
        truths = {id(probe): self._call(place, probe) for probe in called}
        self._line(f"if {' or '.join(f'{name} == 3' for name in truths.values())}:")
        self._line(f"    {outcome} = 3")
        self._line("else:")
        self.indent += 1
        self._query(query, outcome, truths)
        self.indent -= 1
        return outcome

    def _call(self, place: int, probe: Probe) -> str:
        name = self._fresh("x")
        self._line(f"{name} = {self._bind(probe.truth)}(entity, errors.setdefault({place}, []))")
        return name

    def _query(self, query: Probes, outcome: str, truths: dict[int, str]) -> None:
        # `and` starts true and is decided by a false part, `or` starts false and is decided by a true one.
        start, decided = (0, 1) if query.combinator == "and" else (1, 0)
        self._line(f"{outcome} = {start}")
        self._line("while True:")
        self.indent += 1
        for part in query.parts:
            if isinstance(part, Probes):
                inner = self._fresh("r")
                self._query(part, inner, truths)
                self._number(inner, outcome, decided)
            elif id(part) in truths:
                self._number(truths[id(part)], outcome, decided)
            else:
                self._condition(part, outcome, decided)
        self._line("break")
        self.indent -= 1

    def _number(self, name: str, outcome: str, decided: int) -> None:
        self._line(f"if {name} == {decided}:")
        self._decide(outcome, decided)
        self._line(f"if {name} == 2:")
        self._line(f"    {outcome} = 2")

    def _condition(self, probe: Probe, outcome: str, decided: int) -> None:
        assert probe.operator is not None  # noqa: S101 - trusted probes have one
        raw, holds = self._variable(probe), self._holds(probe)
        missing = probe.operator.missing
        if missing is Missing.MISSING:
            self._line(f"if {raw} is None:")
            self._line(f"    {outcome} = 2")
            self._line(f"elif {f'not ({holds})' if decided else holds}:")
        elif missing is Missing.TRUE:
            self._line(
                f"if {raw} is not None and not ({holds}):" if decided else f"if {raw} is None or {holds}:"
            )
        else:
            self._line(
                f"if {raw} is None or not ({holds}):" if decided else f"if {raw} is not None and ({holds}):"
            )
        self._decide(outcome, decided)

    def _decide(self, outcome: str, decided: int) -> None:
        self._line(f"    {outcome} = {decided}")
        self._line("    break")

    def _holds(self, probe: Probe) -> str:
        actual = self._variable(probe, as_instant=probe.instants)
        tested = self._tested(probe, actual)
        if probe.instants:
            return f"{actual} is not None and {tested}" if probe.types else "False"
        return f"{self._type_check(probe, actual)}{tested}"

    def _tested(self, probe: Probe, actual: str) -> str:
        assert probe.operator is not None  # noqa: S101 - trusted probes have one
        if probe.operator.source is not None:
            return f"({inline(probe.operator.source(probe.operand), actual, self._bind(probe.operand))})"
        return f"{self._bind(probe.test)}({actual})"

    def _type_check(self, probe: Probe, actual: str) -> str:
        if probe.types == _ALL_TYPES:
            return ""
        taken = frozenset(python for python, name in TYPES.items() if name in probe.types)
        if len(taken) == 1:
            return f"type({actual}) is {next(iter(taken)).__name__} and "
        return f"type({actual}) in {self._bind(taken)} and "

    def _variable(self, probe: Probe, *, as_instant: bool = False) -> str:
        key = (_key(probe), as_instant)
        if key not in self.variables:
            read = f"instant({self._variable(probe)})" if as_instant else self._read(probe)
            name = self.variables[key] = self._fresh("v")
            self.reads.append(f"    {name} = {read}")
        return self.variables[key]

    def _read(self, probe: Probe) -> str:
        name = probe.condition.property
        if name is None or name in META_PROPERTIES:
            return f"{self._bind(probe.read)}(entity)"
        return f"properties.get({self._bind(name)})"

    def _bind(self, value: object) -> str:
        name = self._fresh("k")
        self.bound[name] = value
        return name

    def _fresh(self, prefix: str) -> str:
        self.count += 1
        return f"{prefix}{self.count}"

    def _line(self, text: str) -> None:
        self.lines.append("    " * self.indent + text)


def _key(probe: Probe) -> str:
    # `$team` reads differently for operators that take arrays, so these do not share a variable.
    if probe.condition.property == "$team" and probe.operator is not None:
        return f"$team {JsonType.ARRAY in probe.operator.types}"
    return f"{probe.condition.property is None} {probe.condition.subject()}"
