"""Reading: the variables in which a generated function holds what it has read of the entity."""

from collections.abc import Callable
from typing import Final

from levelmark.domain.blueprint import META_PROPERTIES
from levelmark.domain.json import JsonType
from levelmark.engine.probe import ATTRIBUTES, Probe
from levelmark.engine.source import Source

# As in `Probe`: one team may be sent as a name or as a list of one, and operators must not tell them apart.
_TEAMS: Final = "[team] if type(team) is str else list(team) if team else None"
_TEAM: Final = (
    "team if type(team) is str else None if not team else team[0] if len(team) == 1 else list(team)"
)


class Reading:
    """Writes the lines that read the entity, each of them once, and tells what holds the outcome."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._names: dict[tuple[str, str], str] = {}

    def value(self, probe: Probe) -> str:
        """The variable with the probe's value, None where the entity has none."""
        return self._variable("v", probe, lambda: self._read(probe))

    def type(self, probe: Probe) -> str:
        """The variable with the type of that value."""
        return self._variable("t", probe, lambda: f"type({self.value(probe)})")

    def moment(self, probe: Probe) -> str:
        """The variable for the moment that the value names; None until somebody has read it."""
        return self._variable("m", probe, lambda: "None")

    def _variable(self, prefix: str, probe: Probe, expression: Callable[[], str]) -> str:
        key = prefix, _key(probe)
        if key not in self._names:
            text = expression()
            self._names[key] = self._source.fresh(prefix)
            self._source.above(f"{self._names[key]} = {text}")
        return self._names[key]

    def _read(self, probe: Probe) -> str:
        name = probe.condition.property
        if name is None:
            return f"entity.relations.get({self._source.bind(probe.condition.relation)})"
        if name == "$team":
            self._shared("team", "entity.team")
            return _TEAMS if _takes_arrays(probe) else _TEAM
        if name in META_PROPERTIES:
            return f"entity.{ATTRIBUTES[name]}"
        if probe.derived:
            self._shared("derived", "entity.derived.get")
            return f"derived({self._source.bind(name)})"
        self._shared("get", "entity.properties.get")
        return f"get({self._source.bind(name)})"

    def _shared(self, name: str, expression: str) -> None:
        if ("", name) not in self._names:
            self._names["", name] = name
            self._source.above(f"{name} = {expression}")


def _takes_arrays(probe: Probe) -> bool:
    return probe.operator is not None and JsonType.ARRAY in probe.operator.types


def _key(probe: Probe) -> str:
    # `$team` reads differently for operators that take arrays, so these do not share a variable.
    if probe.condition.property == "$team":
        return f"$team {_takes_arrays(probe)}"
    return f"{probe.condition.property is None} {probe.condition.subject()}"
