"""A question to the tables: which entities, by what they are grouped, in which order, and how many."""

from enum import StrEnum

from msgspec import Struct

from levelmark.domain.json import Json
from levelmark.services.facets import Subject
from levelmark.storage.pages import By, Order, Selection
from levelmark.storage.passes import Place


class Figure(StrEnum):
    """What of a summary groups are ordered by."""

    ENTITIES = "ENTITIES"
    SCORED = "SCORED"
    UNSCORED = "UNSCORED"
    LEVEL = "LEVEL"
    PASSED = "PASSED"
    NOT_PASSED = "NOT_PASSED"
    NO_DATA = "NO_DATA"
    ERRORS = "ERRORS"
    TESTED = "TESTED"
    PERCENTAGE = "PERCENTAGE"


class GroupOrder(Struct, frozen=True):
    """The order of groups: by a figure of a column, the entities on one level of it, or the key."""

    figure: Figure | None = None
    scorecard: str | None = None
    rule: str | None = None
    level: str | None = None
    descending: bool = False


class ByResult(Struct, frozen=True):
    """The order of the results of a rule: errors, no data, not passed, passed."""

    scorecard: str
    rule: str


class TableAsk(Struct, frozen=True):
    """A table: of `groups` groups from behind one of them (its key, and where it stood), `rows` rows each.

    With `only`, of one group alone, and of this the rows behind a place. Without `group`, all entities are
    one group, whose key is None. All but the query is in keys.
    """

    selection: Selection
    query: Json = None
    scorecards: tuple[str, ...] | None = None
    group: Subject | None = None
    group_order: GroupOrder = GroupOrder()
    row_order: By | ByResult = Order.IDENTIFIER
    rows_descending: bool = False
    groups: int = 50
    after: tuple[Json, int] | None = None
    rows: int = 10
    only: tuple[Json, Place] | None = None
