"""Tabling: what a table is asked for, in the words of the services, and its cursors."""

from typing import TypeAlias

from msgspec import DecodeError, Struct, json

from levelmark.domain.errors import InvalidInputError
from levelmark.domain.json import Json
from levelmark.domain.naming import Naming
from levelmark.graphql import cursors
from levelmark.graphql.inputs.table import TableGroupInput, TableGroupOrderInput, TableRowOrderInput
from levelmark.graphql.types.enums import OrderDirection
from levelmark.services.facets import Subject
from levelmark.services.tables import ByResult, Figure, GroupOrder, TableGroup
from levelmark.storage.pages import By, ByLevel, Order, by_property
from levelmark.storage.passes import Place

Scalar: TypeAlias = str | int | float | bool | None


class Lists(Struct, frozen=True):
    """The lists that the cursors of a table belong to: its groups, and the rows of each."""

    groups: str
    rows: str

    def group_cursor(self, group: TableGroup) -> str:
        """The cursor of a group."""
        return cursors.place(self.groups, _told(group.key), str(group.position))

    def row_cursor(self, group: Json, place: Place) -> str:
        """The cursor of a row in a group."""
        return cursors.place(self.rows, _told(group), str(place.rank), _told(place.key), place.identifier)

    def group_after(self, after: str | None) -> tuple[Json, int] | None:
        """Behind which group to go on."""
        behind = cursors.behind(after, self.groups, 2)
        return None if behind is None else (_read(behind[0]), cursors.number(behind[1]))

    def row_after(self, after: str | None) -> tuple[Json, Place] | None:
        """The group whose rows are asked for, and behind which of them to go on."""
        behind = cursors.behind(after, self.rows, 4)
        if behind is None:
            return None
        group, rank, key, identifier = behind
        return _read(group), Place(cursors.number(rank[:2]), _read(key), identifier)


def lists_of(
    blueprint: str,
    group: TableGroupInput | None,
    groups: TableGroupOrderInput | None,
    rows: TableRowOrderInput | None,
) -> Lists:
    """The lists of a table that is asked for so."""
    by = f"{blueprint} by {_brief(group)}"
    return Lists(f"table groups of {by} in {_brief(groups)}", f"table rows of {by} in {_brief(rows)}")


def _brief(part: TableGroupInput | TableGroupOrderInput | TableRowOrderInput | None) -> str:
    told = {} if part is None else vars(part)
    return " ".join(str(getattr(one, "value", one)) for one in told.values() if one is not None)


def group_of(group: TableGroupInput | None, blueprint: str, naming: Naming) -> Subject | None:
    """What entities are grouped by, in keys."""
    if group is None:
        return None
    names = naming.properties_of(blueprint)
    return Subject(
        group.property and names.key(group.property),
        group.relation and names.key(group.relation),
        group.scorecard,
    )


def group_order_of(order: TableGroupOrderInput | None, naming: Naming) -> GroupOrder:
    """The order of groups, in keys."""
    if order is None:
        return GroupOrder()
    card = order.scorecard or ""
    return GroupOrder(
        Figure[order.figure.name] if order.figure else None,
        order.scorecard,
        order.rule and naming.rules_of(card).key(order.rule),
        order.level and naming.levels_of(card).key(order.level),
        order.direction is OrderDirection.DESC,
    )


def row_order_of(order: TableRowOrderInput | None, blueprint: str, naming: Naming) -> By | ByResult:
    """The order of rows, in keys; raises InvalidInputError where it is not exactly one."""
    if order is None:
        return Order.IDENTIFIER
    if sum(one is not None for one in (order.field, order.property, order.scorecard)) != 1:
        raise InvalidInputError("`rowOrder` takes exactly one of `field`, `property` and `scorecard`")
    if order.field is not None:
        return Order[order.field.name]
    if order.property is not None:
        return by_property(naming.properties_of(blueprint).key(order.property))
    card = order.scorecard or ""
    return ByLevel(card) if order.rule is None else ByResult(card, naming.rules_of(card).key(order.rule))


def _told(value: Json) -> str:
    return json.encode(value).decode()


def _read(text: str) -> Scalar:
    try:
        found: Scalar = json.decode(text, type=str | int | float | bool | None)
    except DecodeError as error:
        told = "this is not a cursor of a table: take it from its groups or rows"
        raise InvalidInputError(told) from error
    return found
