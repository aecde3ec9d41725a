"""Tables: every summary is what its entities come to, and rows stand where their order puts them."""

from collections import Counter
from typing import Any

import pytest

from levelmark.domain.entity import Entity
from levelmark.domain.errors import LimitExceededError
from levelmark.domain.json import Json
from levelmark.domain.tally import Tally
from levelmark.services import Services
from levelmark.services.facets import Subject
from levelmark.services.rollups import Kind
from levelmark.services.tables import ByResult, Figure, GroupOrder, Summary, Table, TableAsk, tables
from levelmark.storage import table as storage_table
from levelmark.storage.pages import Order, Selection
from tests.support import naive_tallies
from tests.support.naive_tallies import marked
from tests.support.random_catalogue import DECIDED

PROPERTIES = ("tier", "stars", "language", "tags", "any", "half", "$team", "$title")
GROUPS = [
    None,
    *(Subject(property=name) for name in PROPERTIES),
    *(Subject(relation=name) for name in ("on", "in")),
    *(Subject(scorecard=name) for name in ("quality", "loved")),
]
EVERYTHING = {"groups": 1_000, "rows": 500}


def ask(group: Subject | None, **how: Any) -> TableAsk:
    return TableAsk(Selection("service"), group=group, **(EVERYTHING | how))


def keys(entity: Entity, group: Subject | None) -> list[Json]:
    if group is None:
        return [None]
    if group.scorecard is not None:
        score = entity.score(group.scorecard)
        return [score.level if score else None]
    kind = Kind.RELATION if group.relation else Kind.PROPERTY
    return naive_tallies.values(entity, kind, group.property or group.relation or "")


def assert_sums_up(summary: Summary, entities: list[Entity], table: Table) -> None:
    assert summary.entities == len(entities)
    for column in table.columns:
        card = column.scorecard
        scores = [score for one in entities if (score := one.score(card.identifier))]
        if column.rule is None:
            found = Counter(score.level for score in scores)
            assert summary.on_levels(card) == {one.title: found[one.title] for one in card.levels}
            assert summary.scored(card.identifier) == len(scores)
        else:
            results = [one.result for score in scores if (one := score.result(column.rule.identifier))]
            assert summary.tally(card.identifier, column.rule.identifier) == Tally.of(results)


@pytest.mark.parametrize("who", DECIDED)
async def test_groups_and_the_whole_are_what_their_entities_come_to(catalogue: Services, who: str) -> None:
    entities = await naive_tallies.entities_of(catalogue, "service")
    for group in GROUPS:
        table = await catalogue.tables.table(ask(group, query=DECIDED[who]))
        assert table.whole is not None
        assert_sums_up(table.whole, entities, table)
        members: dict[Any, list[Entity]] = {}
        for entity in entities:
            for key in keys(entity, group):
                members.setdefault(marked(key), []).append(entity)
        assert {marked(one.key) for one in table.groups} == members.keys(), group
        for one in table.groups:
            own = members[marked(one.key)]
            assert_sums_up(one.summary, own, table)
            assert [row.entity.identifier for row in one.rows] == [entity.identifier for entity in own]


async def test_columns_are_the_level_of_each_scorecard_and_then_its_rules(catalogue: Services) -> None:
    table = await catalogue.tables.table(ask(None, scorecards=("loved", "bare")))
    told = [(one.scorecard.identifier, one.rule and one.rule.identifier) for one in table.columns]
    assert told == [("loved", None), ("loved", "liked"), ("loved", "starred"), ("bare", None)]


async def test_groups_of_a_scorecard_stand_in_the_order_of_its_levels(catalogue: Services) -> None:
    levels = ["Basic", "Bronze", "Silver", "Gold"]
    for descending in (False, True):
        order = GroupOrder(descending=descending)
        table = await catalogue.tables.table(ask(Subject(scorecard="loved"), group_order=order))
        *found, last = [one.key for one in table.groups]
        assert last is None
        there = [level for level in levels if level in found]
        assert found == (there[::-1] if descending else there)


FIGURES = [
    GroupOrder(Figure.ENTITIES),
    GroupOrder(Figure.SCORED, "loved"),
    GroupOrder(Figure.UNSCORED, "loved"),
    GroupOrder(Figure.LEVEL, "quality", level="Bronze"),
    *(GroupOrder(figure, "loved", "liked") for figure in list(Figure)[4:]),
]


@pytest.mark.parametrize("order", FIGURES, ids=lambda order: order.figure)
@pytest.mark.parametrize("descending", [False, True])
async def test_groups_stand_in_the_order_of_any_figure_page_by_page(
    catalogue: Services, order: GroupOrder, descending: bool
) -> None:
    turned = GroupOrder(order.figure, order.scorecard, order.rule, order.level, descending)
    asked: dict[str, Any] = {"group": Subject(property="any"), "group_order": turned}
    table = await catalogue.tables.table(ask(**asked))
    figures = [one.summary.figure(turned) for one in table.groups]
    known = [one for one in figures if one is not None]
    assert known == sorted(known, reverse=descending)
    assert figures == known + [None] * (len(figures) - len(known))
    paged, after, more = [], None, True
    while more:
        page = await catalogue.tables.table(ask(after=after, **asked | {"groups": 2}))
        paged += [one.key for one in page.groups]
        after, more = (page.groups[-1].key, page.groups[-1].position), page.more
    assert list(map(marked, paged)) == [marked(one.key) for one in table.groups]


ROWS: list[tuple[Any, Any]] = [
    (Order.TITLE, lambda one: ((one.title or one.identifier).casefold(), one.identifier)),
    (ByResult("quality", "liked"), lambda one: (_standing(one), one.identifier)),
]


def _standing(entity: Entity) -> int:
    score = entity.score("quality")
    found = score.result("liked") if score else None
    assert found is not None
    return ["ERROR", "NO_DATA", "NOT_PASSED", "PASSED"].index(found.result.value)


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("place", range(len(ROWS)))
async def test_rows_stand_in_their_order_and_go_on_behind_any_of_them(
    catalogue: Services, place: int, descending: bool
) -> None:
    order, key = ROWS[place]
    asked: dict[str, Any] = {
        "group": Subject(property="$team"),
        "row_order": order,
        "rows_descending": descending,
    }
    table = await catalogue.tables.table(ask(**asked))
    for group in table.groups:
        entities = [row.entity for row in group.rows]
        assert entities == sorted(entities, key=key, reverse=descending)
        for begin in range(0, len(entities), 3):
            only = (group.key, group.rows[begin].place)
            page = await catalogue.tables.table(ask(only=only, **asked))
            assert page.whole is None
            behind = [row.entity for one in page.groups for row in one.rows]
            assert behind == entities[begin + 1 :]


async def test_groups_and_summaries_are_bounded(catalogue: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage_table, "MAX_CELLS", 10)
    with pytest.raises(LimitExceededError, match="10 summaries at most"):
        await catalogue.tables.table(ask(Subject(property="$team")))
    monkeypatch.setattr(storage_table, "MAX_GROUPS", 3)
    with pytest.raises(LimitExceededError, match="3 groups at most"):
        await catalogue.tables.table(ask(Subject(property="$team")))
    monkeypatch.setattr(tables, "MAX_DECIDED", 5)
    with pytest.raises(LimitExceededError, match="more than 5 entities"):
        await catalogue.tables.table(ask(None, query=DECIDED["the engine"]))
