"""What a derived property is, once its declaration is understood."""

from typing import TypeAlias

from msgspec import Struct

from levelmark.domain.blueprint import Kind
from levelmark.domain.query import Query
from levelmark.engine.derived.step import Chain


class Mirror(Struct, frozen=True):
    """The values of property `source` of the entities at the end of `chain`."""

    name: str
    chain: Chain
    source: str
    kind: Kind


class Calculation(Struct, frozen=True):
    """What the jq `program` makes of the entity; `reads` are derived properties of it that it names."""

    name: str
    program: str
    reads: tuple[str, ...]
    kind: Kind
    uses_now: bool = False


class Aggregation(Struct, frozen=True):
    """What the entities of `target` at the ends of `chains`, those that `query` is true of, come to.

    `source` is the property that is aggregated, None where entities are counted. With `unit` (microseconds),
    the average is per unit of the time since the earliest `time_by`.
    """

    name: str
    target: str
    chains: tuple[Chain, ...]
    func: str
    source: str | None = None
    query: Query | None = None
    unit: int | None = None
    time_by: str | None = None


Derived: TypeAlias = Mirror | Calculation | Aggregation
