"""The storage: one connection to MongoDB and the stores that live on it."""

from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Final, Self

from bson import ObjectId
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import WriteConcern, timeout
from pymongo.monitoring import CommandListener

from levelmark.storage.counts import CountStore
from levelmark.storage.definitions import DefinitionStore
from levelmark.storage.entities import EntityStore
from levelmark.storage.errors import translated
from levelmark.storage.evaluations import EvaluationStore
from levelmark.storage.facets import FacetStore
from levelmark.storage.farewell import ignore_stragglers
from levelmark.storage.figures import FigureStore
from levelmark.storage.history import HistoryStore
from levelmark.storage.indexes import ensure_indexes
from levelmark.storage.leases import LeaseStore
from levelmark.storage.log import ChangeLog
from levelmark.storage.neighbours import NeighbourStore
from levelmark.storage.passes import PassStore
from levelmark.storage.relations import RelationStore
from levelmark.storage.ripples import RippleStore
from levelmark.storage.searching import SearchStore
from levelmark.storage.table import TableStore
from levelmark.storage.tallies import TallyStore
from levelmark.storage.trends import TrendStore

_DURABLE: Final = WriteConcern(w="majority", j=True)
_PATIENCE_MS: Final = 10_000
_FAREWELL_SECONDS: Final = 1.0


class Storage:
    """The stores over one database; every write is acknowledged by the majority, journalled.

    >>> async def example(url: str) -> None:
    ...     async with Storage(url, "levelmark") as storage:
    ...         await storage.definitions.blueprints()
    """

    def __init__(self, url: str, database: str, listeners: tuple[CommandListener, ...] = ()) -> None:
        self._client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(
            url,
            serverSelectionTimeoutMS=_PATIENCE_MS,
            appname="levelmark",
            tz_aware=True,
            event_listeners=list(listeners),
        )
        self.database = self._client.get_database(database, write_concern=_DURABLE)
        self.definitions = DefinitionStore(self.database)
        self.entities = EntityStore(self.database)
        self.ripples = RippleStore(self.database)
        self.neighbours = NeighbourStore(self.database)
        self.relations = RelationStore(self.database)
        self.passes = PassStore(self.database)
        self.search = SearchStore(self.database)
        self.facets = FacetStore(self.database)
        self.tallies = TallyStore(self.database)
        self.figures = FigureStore(self.database)
        self.table = TableStore(self.database)
        self.log = ChangeLog(self.database)
        self.trends = TrendStore(self.database)
        self.history = HistoryStore(self.database)
        self.leases = LeaseStore(self.database)
        self.counts = CountStore(self.database)
        self.evaluations = EvaluationStore(self.database)

    async def __aenter__(self) -> Self:
        try:
            with translated():
                await ensure_indexes(self.database)
        except BaseException:
            self._close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._close()

    def _close(self) -> None:
        # The driver says goodbye to the database, and would wait long for one that is away.
        ignore_stragglers()
        with timeout(_FAREWELL_SECONDS):
            self._client.close()

    async def ping(self) -> None:
        """Returns if the database answers; raises UnavailableError if it does not."""
        with translated():
            await self.database.command("ping")

    async def time(self) -> datetime:
        """What the database's clock says."""
        with translated():
            answer = await self.database.command("hello")
        at: datetime = answer["localTime"]
        return at.replace(tzinfo=UTC)

    @staticmethod
    def new_uid() -> str:
        """An identity that nothing else has."""
        return str(ObjectId())
