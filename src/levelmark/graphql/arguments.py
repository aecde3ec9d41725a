"""Arguments: what callers ask for and where they go on, in the words of the services."""

from collections.abc import Iterable
from typing import TypeVar

from levelmark.domain import change, entity, score
from levelmark.graphql import cursors
from levelmark.graphql.inputs.entity import EntityFilterInput, EntityOrderInput
from levelmark.graphql.inputs.filters import ChangeFilterInput, RuleResultFilterInput
from levelmark.graphql.types.enums import OrderDirection
from levelmark.services.results import ResultPlace, Wanted
from levelmark.storage.log import Changes
from levelmark.storage.pages import Order, Page, Selection

Item = TypeVar("Item")


def selection_of(blueprint: str, filter: EntityFilterInput | None) -> Selection:
    """Which entities a filter asks for, its query apart."""
    if filter is None:
        return Selection(blueprint)
    level = filter.level
    return Selection(
        blueprint,
        _tuple(filter.teams),
        level.scorecard if level else None,
        _tuple(level.levels) if level else None,
    )


def entity_page(order: EntityOrderInput | None, after: str | None, limit: int) -> Page:
    """The page of entities behind a cursor of their order."""
    field = Order[order.field.name] if order else Order.IDENTIFIER
    descending = order is not None and order.direction is OrderDirection.DESC
    behind = cursors.behind(after, _entities_by(field), 2)
    return Page(field, descending, (behind[0], behind[1]) if behind else None, limit, limit)


def entity_cursor(page: Page, stored: entity.Entity) -> str:
    """The cursor of an entity in the order of the page."""
    return cursors.place(_entities_by(page.order), page.order.key(stored), stored.identifier)


def rule_after(names: list[str], after: str | None) -> int:
    """Where to go on in the rules of these names; one that has gone left its place to the next."""
    behind = cursors.behind(after, "rules", 2)
    if behind is None:
        return 0
    identifier, position = behind
    return names.index(identifier) + 1 if identifier in names else cursors.number(position)


def rule_cursor(names: list[str], identifier: str) -> str:
    """The cursor of a rule among the rules of these names."""
    return cursors.place("rules", identifier, str(names.index(identifier)))


def wanted(filter: RuleResultFilterInput | None) -> Wanted:
    """Which rule results a filter asks for."""
    if filter is None:
        return Wanted()
    return Wanted(
        filter.blueprint,
        filter.entity,
        _tuple(filter.teams),
        filter.scorecard,
        filter.rule,
        filter.level,
        score.Result[filter.result.name] if filter.result else None,
    )


def result_after(after: str | None) -> ResultPlace | None:
    """Where to go on in the rule results."""
    behind = cursors.behind(after, "ruleResults", 5)
    if behind is None:
        return None
    return ResultPlace(behind[0], behind[1], behind[2], behind[3], cursors.number(behind[4]))


def result_cursor(place: ResultPlace) -> str:
    """The cursor of a rule result."""
    parts = (place.blueprint, place.entity, place.scorecard, place.rule, str(place.position))
    return cursors.place("ruleResults", *parts)


def changes_of(kind: change.ChangeKind, filter: ChangeFilterInput | None) -> Changes:
    """Which changes a filter asks for."""
    if filter is None:
        return Changes(kind)
    teams = _tuple(filter.teams)
    return Changes(kind, filter.blueprint, filter.entity, filter.scorecard, filter.rule, teams)


def _entities_by(order: Order) -> str:
    return f"entities by {order.name}"


def _tuple(items: Iterable[Item] | None) -> tuple[Item, ...] | None:
    return None if items is None else tuple(items)
