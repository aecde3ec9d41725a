"""Rolling: what a rollup is asked for, in the words of the services, and its cursors."""

from collections.abc import Sequence
from typing import TypeAlias

from msgspec import DecodeError, Struct, json

from levelmark.domain.errors import InvalidInputError
from levelmark.domain.naming import KeyOf, Naming
from levelmark.graphql import cursors
from levelmark.graphql.arguments import in_scorecards, past, query_of, selection_of
from levelmark.graphql.inputs.entity import EntityFilterInput
from levelmark.graphql.inputs.rollups import RollupDimensionInput, RollupOrderInput
from levelmark.graphql.types.enums import OrderDirection
from levelmark.services.clock import Clock
from levelmark.services.rollups import Dimension, Kind, Rollup, Row
from levelmark.storage.ranking import Figure, Ranking

Scalar: TypeAlias = str | int | float | bool | None


class Asked(Struct, frozen=True):
    """A page of a rollup: the question, its order, the name of the list, and how many groups are shown.

    `names` are those of the properties and relations that are asked by.
    """

    rollup: Rollup
    ranking: Ranking
    names: tuple[str | None, ...]
    listed: str
    size: int

    def cursor(self, row: Row) -> str:
        """The cursor of a group."""
        return cursors.place(self.listed, json.encode(row.place).decode())


def asked(
    rollup: Rollup,
    by: Sequence[RollupDimensionInput],
    order: RollupOrderInput | None,
    after: str | None,
    size: int,
) -> Asked:
    """What is asked of a rollup; raises InvalidInputError where the cursor is not one of that list."""
    figure = Figure[order.figure.name] if order and order.figure else None
    descending = order is not None and order.direction is OrderDirection.DESC
    listed = f"rollup by {' '.join(map(_told, by))}, {figure or 'key'} {'down' if descending else 'up'}"
    behind = cursors.behind(after, listed, 1)
    place = _place(behind[0], 2 + sum(one.width for one in rollup.by)) if behind else None
    ranking = Ranking(figure, descending, place, size + 1)
    return Asked(rollup, ranking, tuple(one.property or one.relation for one in by), listed, size)


def _place(text: str, width: int) -> tuple[Scalar, ...]:
    try:
        parts = json.decode(text, type=tuple[Scalar, ...])
    except DecodeError:
        parts = ()
    if len(parts) != width:
        told = "`after` is not a cursor of this list: take it from its `pageInfo.endCursor`"
        raise InvalidInputError(told)
    return parts


def rollup_of(
    by: Sequence[RollupDimensionInput],
    naming: Naming,
    clock: Clock,
    blueprints: Sequence[str] | None = None,
    scorecards: Sequence[str] | None = None,
    rules: Sequence[str] | None = None,
    filter: EntityFilterInput | None = None,
    as_of: str | None = None,
) -> Rollup:
    """The question of a rollup; raises InvalidInputError where its arguments cannot mean one."""
    return Rollup(
        tuple(dimension_of(one, naming) for one in by),
        None if blueprints is None else tuple(naming.blueprints.key(one) for one in blueprints),
        None if scorecards is None else tuple(scorecards),
        None if rules is None else tuple(in_scorecards(one, naming) for one in rules),
        selection_of("", filter, naming, past(as_of, clock)),
        query_of(filter),
    )


def dimension_of(one: RollupDimensionInput, naming: Naming) -> Dimension:
    """A dimension; raises InvalidInputError where it is not exactly one thing."""
    if sum(part is not None for part in (one.dimension, one.property, one.relation)) != 1:
        raise InvalidInputError("each part of `by` is exactly one of `dimension`, `property` and `relation`")
    if one.dimension is not None:
        return Dimension(Kind[one.dimension.name])
    kind = Kind.RELATION if one.property is None else Kind.PROPERTY
    return Dimension(kind, _in_blueprints(one.property or one.relation or "", naming))


def _in_blueprints(name: str, naming: Naming) -> KeyOf:
    return KeyOf(name, {blueprint: names.key(name) for blueprint, names in naming.properties.items()})


def _told(one: RollupDimensionInput) -> str:
    return str(one.dimension.name if one.dimension else [one.property, one.relation])
