"""Reading: the variables in which a generated function holds what it has read of the entity."""

from collections.abc import Callable
from typing import Final

from levelmark.engine.source import Source
from levelmark.engine.subject import ATTRIBUTES, Place, Subject, related

# As in `Subject`: one team may be sent as a name or as a list of one, and operators must not tell them apart.
_TEAMS: Final = "[team] if type(team) is str else list(team) if team else None"
_TEAM: Final = (
    "team if type(team) is str else None if not team else team[0] if len(team) == 1 else list(team)"
)


class Reading:
    """Writes the lines that read the entity, each of them once, and tells what holds the outcome."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._names: dict[tuple[str, Subject | str], str] = {}

    def value(self, subject: Subject) -> str:
        """The variable with the subject's value, None where the entity has none."""
        return self._variable("v", subject, lambda: self._read(subject))

    def type(self, subject: Subject) -> str:
        """The variable with the type of that value."""
        return self._variable("t", subject, lambda: f"type({self.value(subject)})")

    def moment(self, subject: Subject) -> str:
        """The variable for the moment that the value names; None until somebody has read it."""
        return self._variable("m", subject, lambda: "None")

    def _variable(self, prefix: str, subject: Subject, expression: Callable[[], str]) -> str:
        if (prefix, subject) not in self._names:
            text = expression()
            self._names[prefix, subject] = self._source.fresh(prefix)
            self._source.above(f"{self._names[prefix, subject]} = {text}")
        return self._names[prefix, subject]

    def _read(self, subject: Subject) -> str:
        if subject.place is Place.META:
            return f"entity.{ATTRIBUTES[subject.name]}"
        if subject.place is Place.TEAM:
            self._shared("team", "entity.team")
            return _TEAMS if subject.listed else _TEAM
        name = self._source.bind(subject.name)
        if subject.place is Place.RELATION:
            self._source.bound["related"] = related
            return f"related(entity.relations.get({name}), listed={subject.listed})"
        if subject.place is Place.DERIVED:
            self._shared("derived", "entity.derived.get")
            return f"derived({name})"
        self._shared("get", "entity.properties.get")
        return f"get({name})"

    def _shared(self, name: str, expression: str) -> None:
        if ("", name) not in self._names:
            self._names["", name] = name
            self._source.above(f"{name} = {expression}")
