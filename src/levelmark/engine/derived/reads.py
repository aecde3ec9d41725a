"""Reads: which properties and relations of other entities a derived property looks at."""

from collections.abc import Iterator

from msgspec import Struct

from levelmark.domain.query import Query
from levelmark.engine.derived.spec import Aggregation, Calculation, Derived, Mirror
from levelmark.engine.derived.step import Chain


class Reader(Struct, frozen=True):
    """Entities of `blueprint` read the properties and relations `names` of those at the end of `chain`."""

    blueprint: str
    chain: Chain
    names: frozenset[str]


def chains(derived: Derived) -> tuple[Chain, ...]:
    """The chains along which it looks at other entities."""
    match derived:
        case Mirror():
            return (derived.chain,)
        case Aggregation():
            return derived.chains
        case Calculation():
            return ()


def names_at_the_end(derived: Derived) -> frozenset[str]:
    """The properties and relations that it looks at there."""
    match derived:
        case Mirror():
            return frozenset({derived.source})
        case Aggregation():
            wanted = {derived.source, derived.time_by, *query_names(derived.query)}
            return frozenset(name for name in wanted if name is not None)
        case Calculation():
            return frozenset()


def query_names(query: Query | None) -> Iterator[str]:
    """Every property and relation that a query looks at, on the right of its conditions as well."""
    for leaf in query.leaves() if query else ():
        yield leaf.subject()
        if (other := leaf.value_property()) is not None:
            yield other


def readers(blueprint: str, derived: Derived) -> Iterator[tuple[str, Reader]]:
    """For each blueprint on the way: who reads what of its entities."""
    for chain in chains(derived):
        for count in range(1, len(chain) + 1):
            names = set(names_at_the_end(derived)) if count == len(chain) else set()
            if count < len(chain) and chain[count].forward:
                names.add(chain[count].relation)
            if not chain[count - 1].forward:
                names.add(chain[count - 1].relation)
            yield chain[count - 1].to, Reader(blueprint, chain[:count], frozenset(names))
