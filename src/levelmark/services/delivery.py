"""Delivery: what writes did goes from the entities' outboxes into log and history, and out to the world."""

import asyncio
import logging
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from levelmark.domain.change import Transition
from levelmark.domain.errors import LevelmarkError
from levelmark.services.notifications import Notifications
from levelmark.storage import Storage
from levelmark.storage.history import State
from levelmark.storage.rows import Held

log = logging.getLogger(__name__)

_MOMENT: Final = 0.1
"""Seconds that outboxes are left to gather before they are settled."""

_MANY: Final = 5_000
"""States that wait to be kept, at most."""


class Delivery:
    """Brings transitions into log and history, settles the outboxes, and tells the notifiers."""

    def __init__(self, storage: Storage, notifications: Notifications) -> None:
        self._storage = storage
        self._notifications = notifications
        self._settled: list[Transition] = []
        self._settling: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()

    async def deliver(self, transitions: Sequence[Transition], states: Sequence[State]) -> None:
        """Returns when the log has all of them; the history gets the states that they brought a moment later.

        Those of one entity must come in order, none left out. `states` are those that the history may lack;
        it has those of the others.
        """
        if not transitions:
            return
        # An entity of this name may have been deleted just now: its story comes before its successor's.
        born = [(one.blueprint, one.entity) for one in transitions if one.previous is None]
        dead = await self._storage.entities.owed_by_the_dead(born)
        whole = list({one.id: one for one in (*dead, *transitions)}.values())
        gone = [State(one, None) for one in whole if one.gone]
        moved = [one for one in whole if one.moves]
        fresh = await self._storage.log.append(moved)
        self._storage.history.put([*states, *gone])
        self._settle_soon(whole)
        if self._storage.history.waiting > _MANY:
            await self.settle()
        self._notifications.send(one for one, new in zip(moved, fresh, strict=True) if new)

    async def deliver_left(self, transitions: Sequence[Transition]) -> None:
        """Delivers what writers have left in outboxes."""
        living = await self._storage.entities.standing({one.uid for one in transitions if not one.gone})
        await self.deliver(transitions, list(_states(living)))

    async def keep_owed(self, held: Sequence[Held]) -> None:
        """Returns when the history has the states of these, which are about to be replaced by others."""
        await self._storage.history.keep(list(_states(held)))

    async def deliver_the_dead(self, keys: Iterable[tuple[str, str]]) -> None:
        """Brings what tombstones of these identifiers owe into the log, and removes the settled."""
        await self.deliver(await self._storage.entities.owed_by_the_dead(keys), [])
        await self.settle()
        await self._storage.entities.sweep_tombstones()

    async def settle(self) -> None:
        """Returns when the history has all that was delivered, and the outboxes have no more of it."""
        async with self._turn:
            transitions, self._settled = self._settled, []
            try:
                await self._storage.history.flush()
                await self._storage.entities.settle(transitions)
            except LevelmarkError as error:
                log.info("outboxes are settled later: %s", error)

    async def close(self) -> None:
        """Settles what is left; nothing may be delivered afterwards."""
        await self.settle()
        if self._settling is not None:
            self._settling.cancel()
            await asyncio.gather(self._settling, return_exceptions=True)

    def _settle_soon(self, transitions: Sequence[Transition]) -> None:
        # Nobody waits for it: what is in the log and still in an outbox is only known twice, and who reads
        # the history asks for what is on its way. A moment later, more of it goes in one call, and the
        # writes at hand have the database for themselves.
        self._settled += transitions
        if self._settling is None or self._settling.done():
            self._settling = asyncio.create_task(self._settle_later())

    async def _settle_later(self) -> None:
        while self._settled:
            await asyncio.sleep(_MOMENT)
            await self.settle()


def _states(held: Iterable[Held]) -> Iterator[State]:
    """The states that entities are in and that they still owe."""
    for one in held:
        for transition in one.outbox:
            if transition.standing == one.standing:
                yield State(transition, one.entity)
