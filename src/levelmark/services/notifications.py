"""Notifications: level changes told to the configured notifiers, which cannot disturb anything."""

import asyncio
import logging
from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from levelmark.domain.change import Transition
from levelmark.domain.failure import failure_text
from levelmark.domain.json import Json
from levelmark.domain.naming import Naming
from levelmark.domain.notifier import Notification, Notifier
from levelmark.services.naming import NamingSource

log = logging.getLogger(__name__)

_SECONDS: Final = 10
_AT_ONCE: Final = 16
_WAITING: Final = 10_000


class Target(Struct, frozen=True, forbid_unknown_fields=True):
    """Where level changes go: a notifier, its configuration, and of which scorecards (all if empty)."""

    notifier: str
    configuration: dict[str, Json] = field(default_factory=dict)
    scorecards: tuple[str, ...] = ()


class Notifications:
    """Tells every target of every level change that this process brought into the log.

    A change is told at most once; what a crash or an overflow of 10,000 waiting ones loses is not told again.
    """

    def __init__(
        self, notifiers: Mapping[str, Notifier], targets: Iterable[Target], naming: NamingSource
    ) -> None:
        self._targets = [(target, notifiers[target.notifier]) for target in targets]
        self._naming = naming
        self._tasks: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(_AT_ONCE)

    def send(self, transitions: Iterable[Transition]) -> None:
        """Begins to tell the level changes of the transitions, and returns at once."""
        if not self._targets:
            return
        for notification in (one for transition in transitions for one in _notifications(transition)):
            for target, notifier in self._targets:
                if not target.scorecards or notification.scorecard in target.scorecards:
                    self._begin(target, notifier, notification)

    async def close(self) -> None:
        """Gives what is under way a moment to end, and drops the rest."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=_SECONDS / 2)
            for task in late:
                task.cancel()

    def _begin(self, target: Target, notifier: Notifier, notification: Notification) -> None:
        if len(self._tasks) >= _WAITING:
            log.error("too many notifications wait; %s is not told of %s", target.notifier, notification.id)
            return
        task = asyncio.create_task(self._tell(target, notifier, notification))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _tell(self, target: Target, notifier: Notifier, notification: Notification) -> None:
        async with self._slots:
            try:
                async with asyncio.timeout(_SECONDS):
                    told = _told(notification, await self._naming.latest())
                    await notifier.notify(told, deepcopy(target.configuration))
            except (Exception, SystemExit, KeyboardInterrupt) as error:  # noqa: BLE001 - a plugin may raise anything
                log.error("notifier %s failed on %s: %s", notifier.name, notification.id, failure_text(error))  # noqa: TRY400 - no traceback: a third party's fault, told in one line


def _told(notification: Notification, naming: Naming) -> Notification:
    levels = naming.levels_of(notification.scorecard)
    return replace(
        notification,
        blueprint=naming.blueprints.name(notification.blueprint),
        before=notification.before and levels.name(notification.before),
        after=notification.after and levels.name(notification.after),
    )


def _notifications(transition: Transition) -> Iterable[Notification]:
    for place, move in enumerate(transition.moves):
        if move.rule is None:
            yield Notification(
                id=f"{transition.id}.{place}",
                blueprint=transition.blueprint,
                entity=transition.entity,
                teams=transition.teams,
                scorecard=move.scorecard,
                before=move.before,
                after=move.after,
                cause=transition.cause.kind.value,
                at=transition.at,
            )
