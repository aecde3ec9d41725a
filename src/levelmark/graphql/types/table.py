"""The types of a table: its columns, its groups and their rows."""

from collections.abc import Sequence
from datetime import datetime
from typing import Self

import strawberry
from strawberry import relay

from levelmark.domain import entity as entities
from levelmark.domain.naming import Naming
from levelmark.graphql.scalars import JSON, DateTime
from levelmark.graphql.tabling import Lists
from levelmark.graphql.types.entity import Entity
from levelmark.graphql.types.enums import Result
from levelmark.graphql.types.facets import told
from levelmark.graphql.types.level import Level
from levelmark.graphql.types.level_count import LevelCount
from levelmark.graphql.types.tally import Tally
from levelmark.services import tables
from levelmark.services.facets import Subject


@strawberry.type(description="A column: the level in a scorecard, or the result of one of its rules.")
class TableColumn:
    """A view of `levelmark.services.tables.Column`."""

    scorecard: str = strawberry.field(description="The scorecard's identifier.")
    rule: str | None = strawberry.field(description="The rule's identifier; null for the level.")
    title: str = strawberry.field(description="What people call the scorecard or the rule.")
    level: Level | None = strawberry.field(description="The level that the rule stands on.")
    levels: list[Level] = strawberry.field(description="The levels of the scorecard, in their order.")

    @classmethod
    def of(cls, column: tables.Column, naming: Naming) -> Self:
        """The view of a column."""
        card, rule = column.scorecard, column.rule
        names = naming.levels_of(card.identifier)
        levels = {one.title: Level.of(names.name(one.title), one.color) for one in card.levels}
        return cls(
            scorecard=card.identifier,
            rule=naming.rules_of(card.identifier).name(rule.identifier) if rule else None,
            title=rule.title if rule else card.title,
            level=levels.get(rule.level) if rule else None,
            levels=list(levels.values()),
        )


@strawberry.type(description="What the entities of a group come to in one column.")
class TableSummaryCell:
    """One column of a summary."""

    tally: Tally | None = strawberry.field(description="The results of the rule; null for a level.")
    levels: list[LevelCount] | None = strawberry.field(
        description="The entities on each level, all levels in their order; null for a rule."
    )
    scored: int | None = strawberry.field(description="Entities with a score; null for a rule.")
    unscored: int | None = strawberry.field(description="Entities without a score; null for a rule.")

    @classmethod
    def of(cls, summary: tables.Summary, column: tables.Column, naming: Naming) -> Self:
        """The view of a column of a summary."""
        card = column.scorecard
        if column.rule is not None:
            tally = Tally.of(summary.tally(card.identifier, column.rule.identifier))
            return cls(tally=tally, levels=None, scored=None, unscored=None)
        names, scored = naming.levels_of(card.identifier), summary.scored(card.identifier)
        levels = [
            LevelCount(level=names.name(level), entities=count)
            for level, count in summary.on_levels(card).items()
        ]
        return cls(tally=None, levels=levels, scored=scored, unscored=summary.entities - scored)


@strawberry.type(description="What the entities of a group come to.")
class TableSummary:
    """A view of `levelmark.services.tables.Summary`."""

    entities: int = strawberry.field(description="How many entities there are.")
    cells: list[TableSummaryCell] = strawberry.field(description="One cell for each column, in their order.")

    @classmethod
    def of(cls, summary: tables.Summary, columns: Sequence[tables.Column], naming: Naming) -> Self:
        """The view of a summary."""
        cells = [TableSummaryCell.of(summary, column, naming) for column in columns]
        return cls(entities=summary.entities, cells=cells)


@strawberry.type(description="What one entity has in one column; all is null where it has no score there.")
class TableCell:
    """One column of a row."""

    level: str | None = strawberry.field(description="The title of the level reached; null for a rule.")
    result: Result | None = strawberry.field(description="What became of the rule; null for a level.")
    since: DateTime | None = strawberry.field(description="Since when it is so.")

    @classmethod
    def of(cls, entity: entities.Entity, column: tables.Column, naming: Naming) -> Self:
        """The view of a column of an entity."""
        card = column.scorecard.identifier
        score = entity.score(card)
        if score is not None and column.rule is None:
            level = naming.levels_of(card).name(score.level)
            return cls(level=level, result=None, since=DateTime(score.since))
        found = score.result(column.rule.identifier) if score and column.rule else None
        if found is None:
            return cls(level=None, result=None, since=None)
        return cls(level=None, result=Result[found.result.name], since=DateTime(found.since))


@strawberry.type(description="An entity with what it has in every column.")
class TableRow:
    """A view of `levelmark.services.tables.TableRow`."""

    entity: Entity = strawberry.field(description="The entity.")
    cells: list[TableCell] = strawberry.field(description="One cell for each column, in their order.")


@strawberry.type(description="A row, and where it stands.")
class TableRowEdge:
    """A row in its place."""

    cursor: str = strawberry.field(description="A cursor for `rowsAfter`.")
    node: TableRow = strawberry.field(description="The row.")


@strawberry.type(description="The first rows of a group, or those behind a cursor.")
class TableRowConnection:
    """A page of rows."""

    page_info: relay.PageInfo = strawberry.field(description="Where the page stands among all.")
    edges: list[TableRowEdge] = strawberry.field(description="The rows.")


@strawberry.type(description="Entities that have something in common, with their summary and first rows.")
class TableGroup:
    """A view of `levelmark.services.tables.TableGroup`."""

    key: JSON | None = strawberry.field(
        description="The value that they have in common; null for those without one."
    )
    summary: TableSummary = strawberry.field(description="What all of them come to.")
    rows: TableRowConnection = strawberry.field(description="The first of them.")


@strawberry.type(description="A group, and where it stands.")
class TableGroupEdge:
    """A group in its place."""

    cursor: str = strawberry.field(description="A cursor for use in pagination.")
    node: TableGroup = strawberry.field(description="The group.")


@strawberry.type(description="A page of groups.")
class TableGroupConnection:
    """A page of groups."""

    page_info: relay.PageInfo = strawberry.field(description="Where the page stands among all.")
    edges: list[TableGroupEdge] = strawberry.field(description="The groups.")


class TableView:
    """Makes the view of a table: names, cursors, and the instant that it is of."""

    def __init__(
        self, table: tables.Table, lists: Lists, group: Subject | None, naming: Naming, at: datetime | None
    ) -> None:
        self._table, self._lists, self._by = table, lists, group
        self._naming, self._at = naming, at

    def table(self, after: str | None, rows_after: str | None) -> "Table":
        """The whole of it."""
        table, naming = self._table, self._naming
        edges = [
            TableGroupEdge(cursor=self._lists.group_cursor(one), node=self._group(one, rows_after))
            for one in table.groups
        ]
        info = _info([edge.cursor for edge in edges], after, more=table.more)
        return Table(
            columns=[TableColumn.of(one, naming) for one in table.columns],
            summary=TableSummary.of(table.whole, table.columns, naming) if table.whole else None,
            groups=TableGroupConnection(page_info=info, edges=edges),
        )

    def _group(self, group: tables.TableGroup, rows_after: str | None) -> TableGroup:
        edges = [
            TableRowEdge(cursor=self._lists.row_cursor(group.key, row.place), node=self._row(row))
            for row in group.rows
        ]
        info = _info([edge.cursor for edge in edges], rows_after, more=group.more)
        key = told(group.key, self._by, self._naming) if self._by else None
        return TableGroup(
            key=None if key is None else JSON(key),
            summary=TableSummary.of(group.summary, self._table.columns, self._naming),
            rows=TableRowConnection(page_info=info, edges=edges),
        )

    def _row(self, row: tables.TableRow) -> TableRow:
        cells = [TableCell.of(row.entity, column, self._naming) for column in self._table.columns]
        return TableRow(entity=Entity.of(row.entity, self._naming, self._at), cells=cells)


def _info(cursors: Sequence[str], after: str | None, *, more: bool) -> relay.PageInfo:
    return relay.PageInfo(
        has_next_page=more,
        has_previous_page=after is not None,
        start_cursor=cursors[0] if cursors else None,
        end_cursor=cursors[-1] if cursors else after,
    )


@strawberry.type(description="The entities of a blueprint in groups, against levels and rule results.")
class Table:
    """A view of `levelmark.services.tables.Table`."""

    columns: list[TableColumn] = strawberry.field(
        description="For each scorecard its level, and then its rules in their order."
    )
    summary: TableSummary | None = strawberry.field(
        description="What all entities come to, each counted once; null behind `rowsAfter`."
    )
    groups: TableGroupConnection = strawberry.field(
        description="The groups; one where nothing is grouped by."
    )
