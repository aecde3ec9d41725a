"""Understanding: a derived property's declaration becomes a spec, or a flaw that says why not."""

from collections.abc import Collection, Mapping
from typing import Any

from levelmark.domain.blueprint import Blueprint, Kind
from levelmark.domain.documents import to_query
from levelmark.domain.issue import nearest
from levelmark.domain.json import Json, JsonType
from levelmark.engine.derived.aggregate import UNITS
from levelmark.engine.derived.flaw import Flaw, absent_blueprint
from levelmark.engine.derived.paths import Blueprints, Route, chains_between, filtered_chain, route
from levelmark.engine.derived.spec import Aggregation, Calculation, Derived, Mirror
from levelmark.engine.derived.step import Chain, leads_to_many
from levelmark.engine.jq_names import names_read
from levelmark.engine.jq_present import uses_now

_ANY: frozenset[JsonType] = frozenset(JsonType)


def understood(blueprint: Blueprint, name: str, blueprints: Blueprints) -> Derived | Flaw:
    """What the derived property of that name is; of a mirror, the kind is that of any value."""
    try:
        if name in blueprint.mirror_properties:
            return _mirror(blueprint, name, blueprints)
        if name in blueprint.calculation_properties:
            return _calculation(blueprint, name)
        return _aggregation(blueprint, name, blueprints)
    except (KeyError, TypeError, AttributeError):
        return Flaw((), "INVALID", "is not in the shape of a derived property")


def _mirror(blueprint: Blueprint, name: str, blueprints: Blueprints) -> Mirror | Flaw:
    found = route(blueprint, blueprint.mirror_properties[name]["path"], blueprints)
    return Mirror(name, found.chain, found.name, Kind(_ANY)) if isinstance(found, Route) else found


def _calculation(blueprint: Blueprint, name: str) -> Calculation:
    program = blueprint.calculation_properties[name]["calculation"]
    reads = sorted(names_read(program, blueprint.derived))
    kind = Kind(blueprint.types(name), blueprint.is_instant(name))
    return Calculation(name, program, tuple(reads), kind, uses_now(program))


def _aggregation(blueprint: Blueprint, name: str, blueprints: Blueprints) -> Aggregation | Flaw:
    declared = blueprint.aggregation_properties[name]
    target, spec = declared["target"], declared["calculationSpec"]
    if target not in blueprints:
        return absent_blueprint(target, ("target",))
    chains = _chains(blueprint, target, declared.get("pathFilter") or (), blueprints)
    if isinstance(chains, Flaw):
        return chains
    by_property = spec["calculationBy"] == "property"
    source = spec["property"] if by_property else None
    unit = UNITS.get(spec.get("averageOf", "total")) if spec["func"] == "average" else None
    time_by = spec.get("measureTimeBy") or "$createdAt" if unit else None
    for key, read in (("property", source), ("measureTimeBy", time_by)):
        if read is not None and read not in blueprints[target].names:
            return _unknown(blueprints[target], key, read)
    query = to_query(conditions_of(declared["query"])) if declared.get("query") else None
    return Aggregation(name, target, chains, spec["func"], source, query, unit, time_by)


def _chains(
    blueprint: Blueprint, target: str, filters: Collection[Mapping[str, Any]], blueprints: Blueprints
) -> tuple[Chain, ...] | Flaw:
    if not filters:
        found = chains_between(blueprint, target, blueprints)
        message = f"no relations lead from `{target}` to `{blueprint.identifier}` or back; add one"
        return found or Flaw(("target",), "NO_PATH", message, waits=True)
    chains: list[Chain] = []
    for place, one in enumerate(filters):
        chain = filtered_chain(blueprint, target, one, blueprints)
        if isinstance(chain, Flaw):
            path = ("pathFilter", place, *chain.path)
            return Flaw(path, chain.code, chain.message, chain.suggestion, chain.waits)
        chains.append(chain)
    return tuple(dict.fromkeys(chains))


def _unknown(target: Blueprint, key: str, name: str) -> Flaw:
    message = f"blueprint `{target.identifier}` has no property `{name}`"
    return Flaw(("calculationSpec", key), "UNKNOWN_PROPERTY", message, nearest(name, target.names))


def conditions_of(query: Json) -> Json:
    """An aggregation's query in the words of rules: the field writes `rules` there for `conditions`."""
    if not isinstance(query, dict):
        return query
    named = {"conditions" if key == "rules" else key: item for key, item in query.items()}
    if isinstance(named.get("conditions"), list):
        named["conditions"] = [conditions_of(one) for one in named["conditions"]]
    return named


def shown_kind(mirror: Mirror, kind: Kind) -> Kind:
    """The kind of a mirror's values, from that of the property that it shows."""
    return Kind(frozenset({JsonType.ARRAY})) if leads_to_many(mirror.chain) else kind
