"""Delivery: what writes did to scores goes from the entities' outboxes into the log, and out to the world."""

from collections.abc import Iterable, Sequence

from levelmark.domain.change import Transition
from levelmark.services.feed import Feed
from levelmark.services.notifications import Notifications
from levelmark.storage import Storage


class Delivery:
    """Brings transitions into the log, wakes the feed, and tells the notifiers."""

    def __init__(self, storage: Storage, feed: Feed, notifications: Notifications) -> None:
        self._storage = storage
        self._feed = feed
        self._notifications = notifications

    async def deliver(self, transitions: Sequence[Transition]) -> None:
        """Returns when the log has all of them; those of one entity must come in order, none left out."""
        if not transitions:
            return
        # An entity of this name may have been deleted just now: its story comes before its successor's.
        born = [(one.blueprint, one.entity) for one in transitions if one.version == 1]
        dead = await self._storage.entities.owed_by_the_dead(born)
        whole = list({one.id: one for one in (*dead, *transitions)}.values())
        already = await self._storage.log.append(whole)
        self._feed.wake()
        await self._storage.entities.settle(whole)
        self._notifications.send(one for one in whole if one.id not in already)

    async def deliver_the_dead(self, keys: Iterable[tuple[str, str]]) -> None:
        """Brings what tombstones of these identifiers owe into the log, and removes the settled."""
        await self.deliver(await self._storage.entities.owed_by_the_dead(keys))
        await self._storage.entities.sweep_tombstones()
