"""Keying: a definition as it was sent, in names, becomes what is stored: keys, and the names to them."""

from collections.abc import Iterator, Mapping
from typing import Generic, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from levelmark.domain.blueprint import Blueprint
from levelmark.domain.entity import EntityInput
from levelmark.domain.issue import Issue, Path
from levelmark.domain.json import Json
from levelmark.domain.naming import PLAIN, Names, Naming, OwnNames
from levelmark.domain.operator import Operator
from levelmark.domain.query import Query
from levelmark.domain.scorecard import Scorecard
from levelmark.domain.versioned import Versioned
from levelmark.engine.translating import ToKeys, ToNames
from levelmark.engine.validation import Checked, read_query

Value = TypeVar("Value", Blueprint, Scorecard)


class Keyed(Struct, Generic[Value], frozen=True):
    """A definition in keys, the names that it keeps, and the naming in which both are right.

    `issues` warn of names by which something was called before.
    """

    value: Value
    names: OwnNames
    naming: Naming
    issues: tuple[Issue, ...] = ()


def keyed_blueprint(sent: Blueprint, before: Versioned[Blueprint] | None, naming: Naming) -> Keyed[Blueprint]:
    """What is stored of a blueprint that was sent, over what there was before."""
    own = before.names if before else OwnNames()
    names = replace(own, things=own.things.holding(sent.own_names))
    key = naming.blueprints.key(sent.identifier)
    if before is None and key != sent.identifier:
        names = replace(names, name=sent.identifier)
    if naming.plain and names.plain:
        return Keyed(sent, names, naming)
    named = naming.with_blueprint(key, names)
    # The paths of its mirrors begin with its own relations, so these come first.
    whole = named.around(ToKeys(named).outline(sent))
    value = _as_stored(ToKeys(whole).blueprint(sent), sent, before, whole)
    whole = named.around(value)
    places = {name: sent.place(name) for name in sent.own_names}
    issues = [*_moved_on(own.things, places)]
    if before is None:
        issues += _moved_on(naming.blueprints, {sent.identifier: ("identifier",)})
    return Keyed(value, names, whole, tuple(issues))


def _as_stored(
    value: Blueprint, sent: Blueprint, before: Versioned[Blueprint] | None, naming: Naming
) -> Blueprint:
    """The value with its calculations letter for letter as before, where they were sent as they are told.

    A program may say the same in several ways, and each translation chooses one.
    """
    if before is None or not sent.calculation_properties:
        return value
    told = ToNames(naming.around(before.value)).blueprint(before.value).calculation_properties
    names = naming.properties_of(value.identifier)
    kept = {
        names.key(name): before.value.calculation_properties[names.key(name)]
        for name, one in sent.calculation_properties.items()
        if told.get(name) == one and names.key(name) in before.value.calculation_properties
    }
    return replace(value, calculation_properties=value.calculation_properties | kept)


def keyed_scorecard(sent: Scorecard, before: Versioned[Scorecard] | None, naming: Naming) -> Keyed[Scorecard]:
    """What is stored of a scorecard that was sent, over what there was before."""
    own = before.names if before else OwnNames()
    rules: dict[str, Path] = {
        rule.identifier: ("rules", place, "identifier") for place, rule in enumerate(sent.rules)
    }
    levels: dict[str, Path] = {
        level.title: ("levels", place, "title") for place, level in enumerate(sent.levels)
    }
    names = replace(own, things=own.things.holding(rules), levels=own.levels.holding(levels))
    if naming.plain and names.plain:
        return Keyed(sent, names, naming)
    whole = naming.with_scorecard(sent.identifier, names)
    issues = (*_moved_on(own.things, rules), *_moved_on(own.levels, levels))
    return Keyed(ToKeys(whole).scorecard(sent), names, whole, issues)


def keyed_input(sent: EntityInput, naming: Naming) -> EntityInput:
    """An entity that was sent, in keys."""
    return sent if naming.plain else ToKeys(naming).written(sent)


def read_keyed_query(
    document: Json,
    blueprint: Blueprint,
    operators: Mapping[str, Operator],
    naming: Naming,
    path: Path = (),
) -> Checked[Query]:
    """The query of a document, in keys; it is judged, and told of, in names. The blueprint is in keys."""
    if naming.plain:
        return read_query(document, blueprint, operators, path)
    checked = read_query(document, ToNames(naming).blueprint(blueprint), operators, path)
    if checked.value is None:
        return checked
    return Checked(ToKeys(naming).query(blueprint.identifier, checked.value), checked.issues)


def _moved_on(before: Names, places: dict[str, Path]) -> Iterator[Issue]:
    if before is PLAIN:
        return
    for name, path in places.items():
        if (now := before.moved_on(name)) is not None:
            message = f"`{name}` was renamed: it is now `{now}`, and this is another thing of the old name"
            yield Issue.warning(path, "WAS_RENAMED", message, now)
