"""The world: every value of every entity, worked out when it is first asked for.

What cannot be said is None. A mirror shows the property at the end of its relations, as a list where one of
them points at several. A calculation is the first output of its jq program. An aggregation is over every
related entity of its target, each once.
"""

import math
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from statistics import median
from typing import Any, Final

import jq  # type: ignore[import-not-found]  # it ships no types
from msgspec import Struct

from tests.support.scratch.conditions import verdict
from tests.support.scratch.graph import Graph
from tests.support.scratch.values import Document, Json, Key, instant, is_number

_KINDS: Final = ("mirrorProperties", "calculationProperties", "aggregationProperties")
_SHOWN: Final = (
    "identifier", "title", "team", "icon", "blueprint",
    "createdAt", "updatedAt", "createdBy", "updatedBy",
)  # fmt: skip
_UNITS: Final = {
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
    "month": timedelta(days=30),
}
_OF_SOME: Final[dict[str, Callable[[list[float]], float]]] = {"min": min, "max": max, "median": median}


class World:
    """The values of a catalogue at one instant."""

    def __init__(self, graph: Graph, now: datetime) -> None:
        self.graph = graph
        self.now = now
        self._values: dict[tuple[Key, str], Json] = {}
        self._programs: dict[str, Any] = {}

    def derived(self, key: Key) -> dict[str, Json]:
        """Those of an entity's derived properties that have a value."""
        values = {name: self.value(key, name) for name in self._derived_names(key[0])}
        return {name: value for name, value in values.items() if value is not None}

    def value(self, key: Key, name: str) -> Json:
        """The value of any property, None where there is none."""
        entity = self.graph.entities[key]
        if name.startswith("$"):
            return entity.get(name[1:])
        if name not in self._derived_names(key[0]):
            return (entity.get("properties") or {}).get(name)
        if (key, name) not in self._values:
            self._values[key, name] = self._derive(key, name)
        return self._values[key, name]

    def is_instant(self, blueprint: str, name: str) -> bool:
        """Whether values of the property are points in time."""
        if name in ("$createdAt", "$updatedAt"):
            return True
        document = self.graph.blueprints[blueprint]
        if name in (mirrors := document.get("mirrorProperties") or {}):
            *links, last = mirrors[name]["path"].split(".")
            for link in links:
                blueprint = self.graph.relations(blueprint)[link]["target"]
            return self.is_instant(blueprint, last)
        own = (document.get("schema") or {}).get("properties") or {}
        declared = own.get(name) or (document.get("calculationProperties") or {}).get(name) or {}
        return declared.get("format") in ("date", "date-time", "timer")

    def matches(self, key: Key, query: Document) -> bool:
        """Whether the query is true of the entity."""
        return verdict(query, Seen(self, key, self.now)) == "true"

    def _derived_names(self, blueprint: str) -> list[str]:
        return [name for kind in _KINDS for name in self.graph.blueprints[blueprint].get(kind) or ()]

    def _derive(self, key: Key, name: str) -> Json:
        document = self.graph.blueprints[key[0]]
        if name in (mirrors := document.get("mirrorProperties") or {}):
            return self._mirror(key, mirrors[name]["path"].split("."))
        if name in (calculations := document.get("calculationProperties") or {}):
            return self._calculation(key, name, calculations[name]["calculation"])
        return self._aggregation(key, document["aggregationProperties"][name])

    def _mirror(self, key: Key, path: Sequence[str]) -> Json:
        *links, last = path
        ends, several, blueprint = [key], False, key[0]
        for link in links:
            relation = self.graph.relations(blueprint)[link]
            blueprint, several = relation["target"], several or bool(relation.get("many"))
            ends = list(dict.fromkeys(end for one in ends for end in self.graph.pointed(one, link)))
        values = [value for end in ends if (value := self.value(end, last)) is not None]
        if not several:
            return values[0] if values else None
        flat = [item for value in values for item in (value if isinstance(value, list) else [value])]
        return flat or None

    def _calculation(self, key: Key, name: str, program: str) -> Json:
        entity = self.graph.entities[key]
        # Only what the program names: all the rest could lead in a circle.
        named = {one: self.value(key, one) for one in self._derived_names(key[0])
                 if one != name and re.search(rf"\b{re.escape(one)}\b", program)}  # fmt: skip
        known = {one: value for one, value in named.items() if value is not None}
        shown: dict[str, Json] = {field: entity.get(field) for field in _SHOWN}
        shown["properties"] = {**(entity.get("properties") or {}), **known}
        shown["relations"] = entity.get("relations") or {}
        if program not in self._programs:
            self._programs[program] = jq.compile(program)
        try:
            outputs = self._programs[program].input_value(shown).all()
        except ValueError:  # the program failed on this entity
            return None
        return outputs[0] if outputs else None

    def _aggregation(self, key: Key, document: Document) -> Json:
        found = self.graph.related(key, document["target"], document.get("pathFilter") or [])
        if query := document.get("query"):
            found = [one for one in found if self.matches(one, query)]
        spec = document["calculationSpec"]
        if spec["calculationBy"] == "property":
            return self._of_values(spec, found)
        if spec["func"] == "count":
            return len(found)
        periods = self._periods(spec, found)
        return len(found) / periods if periods else None

    def _of_values(self, spec: Document, found: Sequence[Key]) -> Json:
        values = [value for one in found if is_number(value := self.value(one, spec["property"]))]
        if spec["func"] == "sum":
            return sum(values)
        if not values:
            return None
        if spec["func"] == "average":
            timed = spec.get("averageOf", "total") != "total"
            periods = self._periods(spec, found) if timed else len(values)
            return sum(values) / periods if periods else None
        return _OF_SOME[spec["func"]](values)

    def _periods(self, spec: Document, found: Iterable[Key]) -> int:
        """How many units of time have begun since the earliest of them; none where no time is known."""
        times = [at for one in found if (at := instant(self.value(one, spec["measureTimeBy"])))]
        if not times:
            return 0
        return max(1, math.ceil((self.now - min(times)) / _UNITS[spec["averageOf"]]))


class Seen(Struct, frozen=True):
    """One entity of the world, as queries see it."""

    world: World
    key: Key
    now: datetime

    def value(self, name: str) -> Json:
        """The value of a property."""
        return self.world.value(self.key, name)

    def link(self, name: str) -> Json:
        """What a relation points at, as it was sent."""
        return (self.world.graph.entities[self.key].get("relations") or {}).get(name)

    def is_instant(self, name: str) -> bool:
        """Whether values of a property are points in time."""
        return self.world.is_instant(self.key[0], name)
