"""Sources: where rows are read: the entities as they stand, as they stood, or what a pipeline makes."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from motor.core import AgnosticBaseCursor
from motor.motor_asyncio import AsyncIOMotorDatabase
from msgspec import Struct

FOREVER: Final = datetime(9999, 12, 31, tzinfo=UTC)
"""The end of what still stands."""

OPEN: Final = -1
"""The fork of what still stands."""

_BITS: Final = 48  # milliseconds since 1970 until the year 10889


class Source(Struct, frozen=True):
    """Rows in the shape of those of entities.

    They are of a collection, or of none where `stages` alone make them; `stages` turn the collection's rows
    into others. With `at`, they are those of the history that stood at that instant. `narrow` gives a source
    in which the rows of some keys are found with less to look at.
    """

    collection: str | None = "entities"
    stages: tuple[Mapping[str, Any], ...] = ()
    at: datetime | None = None
    narrow: Callable[[Sequence[object]], "Source"] | None = None

    @property
    def plain(self) -> bool:
        """Whether the rows are those of a collection as they are."""
        return not self.stages

    def meeting(self, conditions: Sequence[Mapping[str, Any]], *, served: bool) -> dict[str, Any]:
        """What rows of this source have in common that meet the conditions.

        `served` says that an index finds them by what the conditions or an order name, and by both ends.
        """
        if self.at is None:
            return {"$and": conditions}
        if served:
            return {"$and": [*conditions, {"from": {"$lte": self.at}, "to": {"$gt": self.at}}]}
        # The ways stand outermost: a plan is then made for each of them alone. Inside of an `$and`, the
        # database also tries indexes that lead through every state there ever was, and may take one.
        return {"$or": [{"$and": [*conditions, way]} for way in ways(self.at)]}

    def aggregate(
        self, database: AsyncIOMotorDatabase[dict[str, Any]], pipeline: Sequence[Any], **how: Any
    ) -> AgnosticBaseCursor[dict[str, Any]]:
        """What the pipeline makes of the rows."""
        whole = [*self.stages, *pipeline]
        if self.collection is None:
            return database.aggregate(whole, **how)
        return database[self.collection].aggregate(whole, **how)


ENTITIES: Final = Source()
"""The entities as they stand."""


def as_of(at: datetime) -> Source:
    """The entities as they stood at an instant."""
    return Source("history", at=at)


def fork(begin: datetime, end: datetime) -> int:
    """The number by which a state that stood from `begin` until before `end` is found; `OPEN` for ever.

    Of all milliseconds in which it stood, it is the one that the most powers of two divide. So a state that
    stood at an instant has one of some forty numbers, which follow from the instant, and an index finds it
    by that number and one of its ends. (The relational interval tree of Kriegel, Pötke and Seidl, 2000.)

    >>> from datetime import timedelta
    >>> epoch = datetime(1970, 1, 1, tzinfo=UTC)
    >>> fork(epoch + timedelta(milliseconds=5), epoch + timedelta(milliseconds=14))
    8
    """
    if end == FOREVER:
        return OPEN
    first, last = _milliseconds(begin), _milliseconds(end) - 1
    if first >= last:
        return first
    height = (first ^ last).bit_length() - 1
    return last >> height << height


def ways(at: datetime) -> list[dict[str, Any]]:
    """Conditions of which a row meets one if it stood at the instant, else none: an index finds only such."""
    return [{"fork": OPEN, "from": {"$lte": at}}, *_forks(at)]


def _forks(at: datetime) -> Iterator[dict[str, Any]]:
    instant = _milliseconds(at)
    for height in range(_BITS):
        number = (instant >> height | 1) << height
        if number <= instant:
            yield {"fork": number, "to": {"$gt": at}}
        else:
            yield {"fork": number, "from": {"$lte": at}}


def _milliseconds(at: datetime) -> int:
    return round(at.timestamp() * 1_000) + 1  # none is 0, which no power of two is in
