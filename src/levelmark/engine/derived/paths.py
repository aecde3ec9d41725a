"""Paths: which relations lead from the entities of one blueprint to those of another.

A mirror's path is written out, `service.owner.$title`: relations, then a property. An aggregation's is found:
the relations that tie both blueprints directly, else the shortest chains that run one way.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias

from msgspec import Struct

from levelmark.domain.blueprint import Blueprint
from levelmark.domain.issue import Path, nearest
from levelmark.engine.derived.flaw import Flaw, absent_blueprint
from levelmark.engine.derived.step import Chain, Step

MAX_STEPS: Final = 8
"""Relations that one path may follow."""

_LONGEST_CHAIN: Final = 5

_PATH: Final[Path] = ("path",)

Blueprints: TypeAlias = Mapping[str, Blueprint]


class Route(Struct, frozen=True):
    """Where a mirror's path leads: along `chain` to the property `name`."""

    chain: Chain
    name: str


def route(blueprint: Blueprint, path: str, blueprints: Blueprints) -> Route | Flaw:
    """The route of a mirror's path."""
    here, rest = blueprint, path
    chain: Chain = ()
    # What is derived may have the name that its path has: the first step is a relation in any case.
    while not chain or rest not in here.names:
        relation = _relation_before(here, rest)
        if relation is None:
            return _stray(here, rest) if chain or rest not in here.names else _no_relation_first(path)
        if len(chain) == MAX_STEPS:
            return Flaw(_PATH, "TOO_DEEP", f"a path may follow {MAX_STEPS} relations at most")
        chain, rest = (*chain, _forward(here, relation)), rest[len(relation) + 1 :]
        if chain[-1].to not in blueprints:
            return absent_blueprint(chain[-1].to, _PATH)
        here = blueprints[chain[-1].to]
    return Route(chain, rest)


def _no_relation_first(path: str) -> Flaw:
    return Flaw(_PATH, "BAD_PATH", f"`{path}` must begin with a relation, as in `owner.$title`")


def _relation_before(here: Blueprint, rest: str) -> str | None:
    """The relation that the rest of a path begins with; the longest, where names have dots in them."""
    fitting = [name for name in here.relations if rest.startswith(f"{name}.")]
    return max(fitting, key=len, default=None)


def _stray(here: Blueprint, rest: str) -> Flaw:
    first, dot, _ = rest.partition(".")
    if dot:
        return _not_a_relation(here, first, _PATH)
    message = f"blueprint `{here.identifier}` has no property `{rest}`"
    return Flaw(_PATH, "UNKNOWN_PROPERTY", message, nearest(rest, here.names))


def _forward(holder: Blueprint, relation: str) -> Step:
    declared = holder.relations[relation]
    return Step(relation, holder.identifier, declared.target, forward=True, many=declared.many is True)


def _backward(holder: Blueprint, relation: str) -> Step:
    return Step(relation, holder.identifier, holder.identifier, forward=False, many=True)


def _not_a_relation(here: Blueprint, name: str, place: Path) -> Flaw:
    message = f"blueprint `{here.identifier}` has no relation `{name}`"
    return Flaw(place, "UNKNOWN_RELATION", message, nearest(name, here.relations))


def chains_between(blueprint: Blueprint, target: str, blueprints: Blueprints) -> tuple[Chain, ...]:
    """The chains from a blueprint's entities to those of `target`: all direct ones, else the shortest."""
    there = blueprints[target]
    direct: list[Chain] = [(_backward(there, name),) for name, relation in there.relations.items()
              if relation.target == blueprint.identifier]  # fmt: skip
    direct += [(_forward(blueprint, name),) for name, relation in blueprint.relations.items()
               if relation.target == target]  # fmt: skip
    return tuple(direct) or _shortest(blueprint, target, blueprints)


def _shortest(blueprint: Blueprint, target: str, blueprints: Blueprints) -> tuple[Chain, ...]:
    down: list[Chain] = [()]
    up: list[Chain] = [()]
    for _ in range(_LONGEST_CHAIN):
        down = [(*chain, step) for chain in down for step in _steps_down(chain, blueprint, blueprints)]
        up = [(*chain, step) for chain in up for step in _steps_up(chain, blueprint, blueprints)]
        found = tuple(chain for chain in (*up, *down) if chain[-1].to == target)
        if found:
            return found
    return ()


def _steps_down(chain: Chain, start: Blueprint, blueprints: Blueprints) -> Iterator[Step]:
    here = blueprints.get(chain[-1].to) if chain else start
    for name, relation in here.relations.items() if here else ():
        if relation.target in blueprints and not _visited(relation.target, chain, start):
            yield _forward(here or start, name)


def _steps_up(chain: Chain, start: Blueprint, blueprints: Blueprints) -> Iterator[Step]:
    here = chain[-1].to if chain else start.identifier
    for holder in blueprints.values():
        for name, relation in holder.relations.items():
            if relation.target == here and not _visited(holder.identifier, chain, start):
                yield _backward(holder, name)


def _visited(name: str, chain: Chain, start: Blueprint) -> bool:
    return name == start.identifier or any(step.to == name for step in chain)


def filtered_chain(
    blueprint: Blueprint, target: str, given: Mapping[str, Any], blueprints: Blueprints
) -> Chain | Flaw:
    """The chain that an entry of `pathFilter` spells out: from `fromBlueprint`, or else from here.

    A path that leads nowhere from here, but from the target, is taken as that one's.
    """
    begin = given.get("fromBlueprint")
    begins = [blueprint.identifier, target] if begin is None else [begin]
    flaws: list[Flaw] = []
    for name in begins:
        back = name == target and (begin is not None or name != blueprint.identifier)
        walked = _walk(name, given["path"], blueprint.identifier if back else target, blueprints)
        if isinstance(walked, Flaw):
            flaws.append(walked)
        elif back:
            return tuple(_backward(blueprints[step.holder], step.relation) for step in reversed(walked))
        else:
            return walked
    return flaws[0]


def _walk(begin: str, path: list[str], end: str, blueprints: Blueprints) -> Chain | Flaw:
    here = blueprints.get(begin)
    chain: Chain = ()
    if here is None:
        return absent_blueprint(begin, ("fromBlueprint",))
    for place, name in enumerate(path):
        if name not in here.relations:
            return _not_a_relation(here, name, ("path", place))
        chain = (*chain, _forward(here, name))
        if chain[-1].to not in blueprints:
            return absent_blueprint(chain[-1].to, ("path", place))
        here = blueprints[chain[-1].to]
    if here.identifier != end or not chain:
        message = f"leads from `{begin}` to `{here.identifier}`, and not to `{end}`"
        return Flaw(("path",), "BAD_PATH", message)
    return chain
