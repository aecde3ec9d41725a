"""Models for tests: blueprints in a few words, and entities around another."""

from collections.abc import Iterable, Mapping
from typing import Any

from levelmark.domain.documents import to_blueprint
from levelmark.domain.entity import Entity
from levelmark.domain.json import Json
from levelmark.engine.derived.step import Chain, Step
from levelmark.engine.derived.surroundings import Look, Surroundings, looks
from levelmark.engine.model import Model

from .builders import BUILTIN


def blueprint(
    identifier: str,
    relations: Mapping[str, str] | None = None,
    properties: Mapping[str, Json] | None = None,
    **derived: Mapping[str, Json],
) -> dict[str, Any]:
    """A blueprint's document; `*` behind a relation's target makes it one to many.

    `derived` are `mirrors` by their paths, `calculations` by their programs or documents, and
    `aggregations` by their documents.
    """
    return {
        "identifier": identifier,
        "title": identifier.title(),
        "schema": {"properties": {"x": {}, **(properties or {})}},
        "relations": {
            name: {"target": target.rstrip("*"), "many": target.endswith("*")}
            for name, target in (relations or {}).items()
        },
        "mirrorProperties": {name: {"path": path} for name, path in derived.get("mirrors", {}).items()},
        "calculationProperties": {
            name: {"calculation": one, "type": "number"} if isinstance(one, str) else one
            for name, one in derived.get("calculations", {}).items()
        },
        "aggregationProperties": dict(derived.get("aggregations", {})),
    }


def model(*documents: Mapping[str, Any]) -> Model:
    """The model of these blueprints."""
    return Model(map(to_blueprint, documents), BUILTIN)


def counted(target: str, **extra: Json) -> dict[str, Json]:
    """An aggregation that counts entities."""
    return {"target": target, "calculationSpec": {"calculationBy": "entities", "func": "count"}, **extra}


def summed(target: str, name: str, func: str = "sum", **extra: Json) -> dict[str, Json]:
    """An aggregation of a property."""
    spec = {"calculationBy": "property", "func": func, "property": name}
    return {"target": target, "calculationSpec": spec, **extra}


def told(step: Step) -> str:
    """A step in the words of the cases."""
    way, many = ">" if step.forward else "<", " *" if step.many else ""
    return f"{step.holder}.{step.relation} {way} {step.to}{many}"


def surroundings(start: Entity, chains: Iterable[Chain], *entities: Entity) -> Surroundings:
    """What is seen of the entities along the chains."""
    around = Surroundings()
    for chain in chains:
        for depth, step in enumerate(chain):
            for here in around.reached(start, chain[:depth]):
                around.seen.update((look, _found(look, entities)) for look in looks(here, step))
    return around


def _found(look: Look, entities: Iterable[Entity]) -> list[Entity]:
    if len(look) == 2:
        return [one for one in entities if (one.blueprint, one.identifier) == look]
    holder, relation, target = look
    pointing = [one for one in entities if one.blueprint == holder and target in one.targets(relation)]
    return sorted(pointing, key=lambda one: one.identifier)
