"""The services: all use cases of one server process, and what runs in its background."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from types import TracebackType
from typing import Final, Self

from levelmark.plugins import Registry
from levelmark.services.background import kept_up
from levelmark.services.blueprints import BlueprintService
from levelmark.services.calculating import Calculator
from levelmark.services.catalogue import Catalogue
from levelmark.services.clock import Clock, DatabaseClock
from levelmark.services.counting import Counting
from levelmark.services.delivery import Delivery
from levelmark.services.deriving import Deriving
from levelmark.services.entities import EntityService
from levelmark.services.evaluating import Evaluator
from levelmark.services.evaluations import EvaluationService
from levelmark.services.facets import FacetService
from levelmark.services.feed import Feed
from levelmark.services.figures import FigureService
from levelmark.services.listing import Listing
from levelmark.services.naming import NamingSource
from levelmark.services.notifications import Notifications, Target
from levelmark.services.reasons import ReasonService
from levelmark.services.reconciling import Reconciler
from levelmark.services.remodelling import Remodelling
from levelmark.services.removal import Removal
from levelmark.services.renaming import RenamingService
from levelmark.services.results import ResultService
from levelmark.services.rippling import Rippling
from levelmark.services.rollups import Rollups
from levelmark.services.scorecards import ScorecardService
from levelmark.services.search import SearchService
from levelmark.services.spreading import Spreading
from levelmark.services.surrounding import Surrounding
from levelmark.services.system.cards import Cards
from levelmark.services.system.clearing import Clearing
from levelmark.services.system.door import SystemDoor
from levelmark.services.system.installation import Installation
from levelmark.services.system.own import OwnValues
from levelmark.services.system.reading import SystemReading
from levelmark.services.system.result_writing import ResultWriting
from levelmark.services.system.writing import DefinitionWriting
from levelmark.services.tables import Tables
from levelmark.services.targets import Targets
from levelmark.services.timekeeping import Timekeeping
from levelmark.services.trends import TrendService
from levelmark.services.writing import Aftermath, Writing
from levelmark.storage import Storage

_FAREWELL_SECONDS: Final = 2.0
_LOOK_SECONDS: Final = 0.02


class Services:
    """The use cases over one storage; as a context manager, with the background work running.

    >>> async def example(storage: Storage, registry: Registry) -> None:
    ...     async with Services(storage, registry) as services:
    ...         await services.blueprints.upsert({"identifier": "service", "title": "Service"})
    """

    def __init__(
        self,
        storage: Storage,
        registry: Registry,
        targets: Iterable[Target] = (),
        clock: Clock | None = None,
        ring: int = 20_000,
    ) -> None:
        self.storage = storage
        self._database_clock = DatabaseClock(storage)
        self.clock = clock = clock or self._database_clock
        self.registry = registry
        self.catalogue = Catalogue(storage, registry.operators)
        self.naming = NamingSource(storage)
        self.feed = Feed(storage.log, ring)
        self.notifications = Notifications(registry.notifiers, targets, self.naming)
        self.delivery = Delivery(storage, self.notifications)
        self.calculator = Calculator()
        self.rippling = Rippling(storage)
        self.counting = Counting(storage)
        deriving = Deriving(Surrounding(storage.neighbours), self.calculator)
        evaluator = Evaluator(storage, deriving, clock)
        aftermath = Aftermath(self.delivery, self.rippling, self.counting)
        writing = Writing(storage, self.catalogue, evaluator, aftermath)
        self.evaluations = EvaluationService(storage, self.catalogue, writing, clock)
        removal = Removal(storage, self.catalogue, self.delivery, self.rippling, clock=clock)
        clearing = Clearing(storage, self.catalogue, removal)
        self.installation = Installation(storage, self.naming, clock)
        self.scorecards = ScorecardService(
            storage,
            self.catalogue,
            self.evaluations,
            naming=self.naming,
            installation=self.installation,
            clearing=clearing,
            clock=clock,
        )
        listing = Listing(storage, self.catalogue, clock)
        self.rollups = Rollups(storage, self.catalogue, clock)
        reading = SystemReading(
            storage,
            self.catalogue,
            listing,
            naming=self.naming,
            rollups=self.rollups,
            calculator=self.calculator,
            clock=clock,
        )
        pointed_at = Targets(storage, self.catalogue, reading)
        cards, own = Cards(storage, self.naming), OwnValues(storage, self.catalogue, writing, pointed_at)
        definitions = DefinitionWriting(cards, own, self.scorecards)
        self.entities = EntityService(
            storage,
            writing,
            removal,
            listing,
            targets=pointed_at,
            reading=reading,
            door=SystemDoor(reading, definitions, ResultWriting(cards, own, reading)),
            clearing=clearing,
        )
        self.search = SearchService(storage, self.catalogue, reading)
        self.facets = FacetService(storage, self.catalogue, reading, clock)
        self.tables = Tables(storage, self.catalogue, reading, clock)
        self.trends = TrendService(storage, self.catalogue, clock)
        self.figures = FigureService(storage, self.catalogue)
        self.blueprints = BlueprintService(
            storage,
            self.catalogue,
            remodelling=Remodelling(self.catalogue, self.calculator),
            evaluations=self.evaluations,
            removal=removal,
            naming=self.naming,
            installation=self.installation,
            clearing=clearing,
            clock=clock,
        )
        self.renaming = RenamingService(storage, self.naming, clock)
        self.results = ResultService(storage, self.catalogue)
        self.reasons = ReasonService(self.catalogue, clock)
        self.spreading = Spreading(storage, self.catalogue, self.rippling, writing, self.evaluations)
        self.timekeeping = Timekeeping(storage, writing, clock)
        self.reconciler = Reconciler(
            storage,
            self.catalogue,
            delivery=self.delivery,
            evaluations=self.evaluations,
            removal=removal,
            clearing=clearing,
            spreading=self.spreading,
        )
        self._tasks: list[asyncio.Task[None]] = []

    async def settled(self) -> None:
        """Returns when nothing is left to be done in the background, as far as this process knows."""
        while await self._is_busy():  # noqa: ASYNC110 - other processes work at it, too
            await asyncio.sleep(_LOOK_SECONDS)

    async def _is_busy(self) -> bool:
        return not self.rippling.quiet or await self.storage.evaluations.any_open()

    async def __aenter__(self) -> Self:
        await self.installation.ensure()
        work = (
            self._database_clock.run,
            self.feed.run,
            self.evaluations.run,
            self.spreading.run,
            self.timekeeping.run,
            self.counting.run,
            self.reconciler.run,
        )
        self._tasks = [asyncio.create_task(kept_up(one)) for one in work]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.feed.close()
        for task in self._tasks:
            task.cancel()
        with suppress(TimeoutError):  # what a database that is away keeps from ending is found again later
            async with asyncio.timeout(_FAREWELL_SECONDS):
                await asyncio.gather(*self._tasks, return_exceptions=True)
                await self.delivery.close()
                await self.counting.write()
        await self.calculator.close()
        await self.notifications.close()
