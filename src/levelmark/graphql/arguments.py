"""Arguments: what callers ask for and where they go on, in the words of the services."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TypeVar

from levelmark.domain import change, score
from levelmark.domain.errors import InvalidInputError
from levelmark.domain.instant import moment
from levelmark.domain.json import Json
from levelmark.domain.naming import KeyOf, Names, Naming
from levelmark.domain.search import Search
from levelmark.graphql import cursors
from levelmark.graphql.inputs.document import document
from levelmark.graphql.inputs.entity import EntityFilterInput, EntityOrderInput, LevelFilterInput
from levelmark.graphql.inputs.filters import ChangeFilterInput, RuleResultFilterInput
from levelmark.graphql.types.enums import OrderDirection
from levelmark.services.clock import Clock
from levelmark.services.listing import Ask, is_indexed
from levelmark.services.results import ResultPlace, Wanted
from levelmark.storage.log import Changes
from levelmark.storage.pages import By, ByLevel, ByProperty, Order, Selection, by_property
from levelmark.storage.searching import Hit
from levelmark.storage.sources import ENTITIES, as_of

Item = TypeVar("Item")


def past(told: str | None, clock: Clock) -> datetime | None:
    """The instant of an argument `asOf`; None where the present is meant.

    Raises InvalidInputError where it is no date-time, or is still to come.
    """
    if told is None:
        return None
    at = instant_of("asOf", told)
    if at > clock():
        raise InvalidInputError(f"`asOf` names an instant that is still to come: {told:.40}")
    return at


def instant_of(argument: str, told: str) -> datetime:
    """The instant of an argument of that name; raises InvalidInputError where it is no date-time."""
    at = moment(told)
    if at is None:
        raise InvalidInputError(
            f"`{argument}` is an instant such as `2026-01-31T12:00:00Z`, not `{told:.40}`"
        )
    return at.astimezone(UTC)


def selection_of(
    blueprint: str, filter: EntityFilterInput | None, naming: Naming, at: datetime | None = None
) -> Selection:
    """Which entities a filter asks for, its query apart; as they stood at an instant, where one is given."""
    key, source = naming.blueprints.key(blueprint), as_of(at) if at else ENTITIES
    if filter is None:
        return Selection(key, source=source)
    level = filter.level
    return Selection(
        key,
        _tuple(filter.teams),
        level.scorecard if level else None,
        _levels(level, naming) if level else None,
        search=None if filter.search is None else Search.of(filter.search),
        source=source,
    )


def _levels(level: LevelFilterInput, naming: Naming) -> tuple[str | None, ...] | None:
    names = naming.levels_of(level.scorecard)
    return _tuple(one and names.key(one) for one in level.levels) if level.levels is not None else None


def query_of(filter: EntityFilterInput | None) -> Json:
    """The document of a filter's query, None where it has none."""
    return document(filter.query) if filter and filter.query else None


def entities_asked(
    selection: Selection, order: EntityOrderInput | None, after: str | None, limit: int, naming: Naming
) -> tuple[str, Ask]:
    """The name that cursors have for the list of entities in that order, and what is asked of it."""
    by = _order_of(order, naming.properties_of(selection.blueprint))
    descending = order is not None and order.direction is OrderDirection.DESC
    indexed = is_indexed(by, selection)
    listed = f"entities {'by' if indexed else 'sorted by'} {_told(by)}"
    return listed, Ask(by, descending, cursors.behind(after, listed, 2 if indexed else 3), limit)


def _order_of(order: EntityOrderInput | None, names: Names) -> By:
    if order is None:
        return Order.IDENTIFIER
    if sum(one is not None for one in (order.field, order.property, order.scorecard)) != 1:
        raise InvalidInputError("`orderBy` takes exactly one of `field`, `property` and `scorecard`")
    if order.field is not None:
        return Order[order.field.name]
    if order.scorecard is not None:
        return ByLevel(order.scorecard)
    return by_property(names.key(order.property or ""))


def _told(by: By) -> str:
    match by:
        case ByProperty(name):
            return f"property {name}"
        case ByLevel(scorecard):
            return f"scorecard {scorecard}"
        case Order():
            return by.name


def hit_after(after: str | None) -> Hit | None:
    """Where to go on in what a search has found."""
    behind = cursors.behind(after, "search", 3)
    return Hit(cursors.number(behind[0]), behind[1], behind[2]) if behind else None


def hit_cursor(hit: Hit) -> str:
    """The cursor of a hit of a search."""
    return cursors.place("search", str(hit.score), hit.blueprint, hit.identifier)


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


def wanted_results(
    filter: RuleResultFilterInput | None, naming: Naming, at: datetime | None = None
) -> Wanted:
    """Which rule results a filter asks for; as they stood at an instant, where one is given."""
    source = as_of(at) if at else ENTITIES
    if filter is None:
        return Wanted(source=source)
    return Wanted(
        _blueprint(filter.blueprint, naming),
        filter.entity,
        _tuple(filter.teams),
        filter.scorecard,
        _in_scorecards(filter.rule, naming.rules),
        _in_scorecards(filter.level, naming.levels),
        score.Result[filter.result.name] if filter.result else None,
        source,
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


def changes_of(kind: change.ChangeKind, filter: ChangeFilterInput | None, naming: Naming) -> Changes:
    """Which changes a filter asks for."""
    if filter is None:
        return Changes(kind)
    teams = _tuple(filter.teams)
    blueprint, rule = _blueprint(filter.blueprint, naming), _in_scorecards(filter.rule, naming.rules)
    return Changes(kind, blueprint, filter.entity, filter.scorecard, rule, teams)


def _blueprint(name: str | None, naming: Naming) -> str | None:
    return None if name is None else naming.blueprints.key(name)


def _in_scorecards(name: str | None, names: Mapping[str, Names]) -> KeyOf | None:
    if name is None:
        return None
    return KeyOf(name, {scorecard: one.key(name) for scorecard, one in names.items()})


def in_scorecards(name: str, naming: Naming) -> KeyOf:
    """What the name of a rule means in every scorecard."""
    return KeyOf(name, {scorecard: one.key(name) for scorecard, one in naming.rules.items()})


def _tuple(items: Iterable[Item] | None) -> tuple[Item, ...] | None:
    return None if items is None else tuple(items)
