"""Names and keys: what things are called, and under which text they are stored for ever.

The key of a thing is the name under which it was first written; where that text was in use already, a mark
and a number follow it. A key never changes, so what is stored by keys survives every renaming. Names and
keys have one namespace for each owner: all blueprints; the properties and relations of one blueprint; the
rules of one scorecard; its levels. No name has the mark in it, so any key tells the name that it began with.
"""

from collections.abc import Iterable, Mapping
from functools import cached_property
from itertools import count
from typing import Final, TypeVar

from msgspec import Struct, field
from msgspec.structs import replace

from levelmark.domain.blueprint import Blueprint

Value = TypeVar("Value")

MARK: Final = "\x1e"


def stem(key: str) -> str:
    """The name under which the thing of this key was first written."""
    return key.partition(MARK)[0]


class Names(Struct, frozen=True, dict=True, omit_defaults=True):
    """A namespace: `given` are the names of things whose key is another text, by key.

    `gone` are the last names of things that were removed, where these are not their keys: what still
    refers to one shows it, and whoever is called so again is the same thing again; no other ever is.

    >>> names = Names().renamed("tier", "criticality")
    >>> names.key("criticality"), names.name("tier"), names.key("tier") == "tier"
    ('tier', 'criticality', False)
    """

    given: dict[str, str] = field(default_factory=dict)
    gone: dict[str, str] = field(default_factory=dict)

    @property
    def plain(self) -> bool:
        """Whether every name is its key."""
        return not self.given and not self.gone

    def name(self, key: str) -> str:
        """What the thing of this key is called; of what was never heard of, its own text."""
        return self.given.get(key) or self.gone.get(key) or stem(key)

    def key(self, name: str) -> str:
        """The key of the thing of this name; if there is none, the key that it would get."""
        found = self._keys.get(name)
        return self._fresh(name) if found is None else found

    def named(self, fields: Mapping[str, Value]) -> dict[str, Value]:
        """What stands under keys, under names, in the same order.

        What is left of a removed thing gives way where another is called so now.
        """
        pairs = ((self.name(key), key, value) for key, value in fields.items())
        return {name: value for name, key, value in pairs if self.key(name) == key}

    def keyed(self, fields: Mapping[str, Value]) -> dict[str, Value]:
        """What stands under names, under keys, in the same order."""
        return {self.key(name): value for name, value in fields.items()}

    def renamed(self, name: str, to: str) -> "Names":
        """The names after a renaming; nothing else may be called `to`."""
        key = self.key(name)
        given = {one: called for one, called in self.given.items() if one != key}
        return Names(given if key == to else {**given, key: to}, self.gone)

    def holding(self, names: Iterable[str]) -> "Names":
        """The names when the owner has things of these names and no others."""
        live = {self.key(name): name for name in names}
        given = {key: name for key, name in live.items() if key != name}
        gone = {key: name for key, name in (self.gone | self.given).items() if key not in live}
        return Names(given, gone)

    def moved_on(self, name: str) -> str | None:
        """What the thing is called now that was first written under this name, where nothing else is it."""
        return None if name in self._keys else self.given.get(name)

    @cached_property
    def _keys(self) -> dict[str, str]:
        return {name: key for known in (self.gone, self.given) for key, name in known.items()}

    def _fresh(self, name: str) -> str:
        first = stem(name)
        if first == name and not self._is_key(name):
            return name
        numbered = (f"{first}{MARK}{number}" for number in count(2))
        return next(key for key in numbered if not self._is_key(key))

    def _is_key(self, text: str) -> bool:
        return text in self.given or text in self.gone


PLAIN: Final = Names()
"""The namespace in which nothing was renamed."""


class OwnNames(Struct, frozen=True, omit_defaults=True):
    """The names that one definition keeps: its own (None: its key), and those of the things in it.

    `things` are a blueprint's properties and relations, or a scorecard's rules; `levels` a scorecard's.
    """

    name: str | None = None
    things: Names = PLAIN
    levels: Names = PLAIN

    @property
    def plain(self) -> bool:
        """Whether every name is its key."""
        return self.name is None and self.things.plain and self.levels.plain


class Naming(Struct, frozen=True):
    """The names of everything at one moment; `properties` are by blueprint, the others by scorecard.

    `surroundings` are the blueprints, in keys: a path over relations is told by them.
    """

    blueprints: Names = PLAIN
    properties: Mapping[str, Names] = field(default_factory=dict)
    rules: Mapping[str, Names] = field(default_factory=dict)
    levels: Mapping[str, Names] = field(default_factory=dict)
    surroundings: Mapping[str, Blueprint] = field(default_factory=dict)

    @property
    def plain(self) -> bool:
        """Whether nothing has another name than its key."""
        return not (self.blueprints.given or self.properties or self.rules or self.levels)

    def properties_of(self, blueprint: str) -> Names:
        """The names of the properties and relations of the blueprint of this key."""
        return self.properties.get(blueprint, PLAIN)

    def rules_of(self, scorecard: str) -> Names:
        """The names of the scorecard's rules."""
        return self.rules.get(scorecard, PLAIN)

    def levels_of(self, scorecard: str) -> Names:
        """The names of the scorecard's levels."""
        return self.levels.get(scorecard, PLAIN)

    def with_blueprint(self, key: str, own: OwnNames) -> "Naming":
        """The naming in which the blueprint of this key has names of its own."""
        others = {one: name for one, name in self.blueprints.given.items() if one != key}
        blueprints = Names(others if own.name is None else {**others, key: own.name})
        return replace(self, blueprints=blueprints, properties={**self.properties, key: own.things})

    def around(self, blueprint: Blueprint) -> "Naming":
        """The naming with this blueprint, in keys, among those that paths are told by."""
        return replace(self, surroundings={**self.surroundings, blueprint.identifier: blueprint})

    def with_scorecard(self, key: str, own: OwnNames) -> "Naming":
        """The naming in which the scorecard of this key has names of its own."""
        return replace(self, rules={**self.rules, key: own.things}, levels={**self.levels, key: own.levels})


UNNAMED: Final = Naming()
"""The naming of a server on which nothing was ever renamed."""


def naming_of(
    blueprints: Mapping[str, OwnNames],
    scorecards: Mapping[str, OwnNames],
    surroundings: Mapping[str, Blueprint] | None = None,
) -> Naming:
    """The naming of these definitions, by their keys; those that keep no names may be left out."""
    return Naming(
        Names({key: one.name for key, one in blueprints.items() if one.name is not None}),
        {key: one.things for key, one in blueprints.items() if not one.things.plain},
        {key: one.things for key, one in scorecards.items() if not one.things.plain},
        {key: one.levels for key, one in scorecards.items() if not one.levels.plain},
        surroundings or {},
    )


class KeyOf(Struct, frozen=True):
    """What a name means in every scorecard: `otherwise` where it is not said.

    >>> KeyOf("r", {"quality": "tested"}).within("quality")
    'tested'
    """

    otherwise: str
    said: Mapping[str, str] = field(default_factory=dict)

    def within(self, scorecard: str) -> str:
        """The key in that scorecard."""
        return self.said.get(scorecard, self.otherwise)
