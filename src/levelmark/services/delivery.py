"""Delivery: what writes did to scores goes from the entities' outboxes into the log, and out to the world."""

import asyncio
import logging
from collections.abc import Iterable, Sequence

from levelmark.domain.change import Transition
from levelmark.domain.errors import LevelmarkError
from levelmark.services.feed import Feed
from levelmark.services.notifications import Notifications
from levelmark.storage import Storage

log = logging.getLogger(__name__)


class Delivery:
    """Brings transitions into the log, wakes the feed, and tells the notifiers."""

    def __init__(self, storage: Storage, feed: Feed, notifications: Notifications) -> None:
        self._storage = storage
        self._feed = feed
        self._notifications = notifications
        self._settling: set[asyncio.Task[None]] = set()

    async def deliver(self, transitions: Sequence[Transition]) -> None:
        """Returns when the log has all of them; those of one entity must come in order, none left out."""
        if not transitions:
            return
        # An entity of this name may have been deleted just now: its story comes before its successor's.
        born = [(one.blueprint, one.entity) for one in transitions if one.version == 1]
        dead = await self._storage.entities.owed_by_the_dead(born)
        whole = list({one.id: one for one in (*dead, *transitions)}.values())
        fresh = await self._storage.log.append(whole)
        self._feed.wake()
        self._settle_soon(whole)
        self._notifications.send(one for one, new in zip(whole, fresh, strict=True) if new)

    async def deliver_the_dead(self, keys: Iterable[tuple[str, str]]) -> None:
        """Brings what tombstones of these identifiers owe into the log, and removes the settled."""
        await self.deliver(await self._storage.entities.owed_by_the_dead(keys))
        await self.close()
        await self._storage.entities.sweep_tombstones()

    async def close(self) -> None:
        """Returns when all outboxes say what the log has."""
        await asyncio.gather(*self._settling)

    def _settle_soon(self, transitions: Sequence[Transition]) -> None:
        # Nobody waits for it: what is in the log and still in an outbox is only known twice.
        task = asyncio.create_task(self._settle(transitions))
        self._settling.add(task)
        task.add_done_callback(self._settling.discard)

    async def _settle(self, transitions: Sequence[Transition]) -> None:
        try:
            await self._storage.entities.settle(transitions)
        except LevelmarkError as error:
            log.info("outboxes are settled later: %s", error)
