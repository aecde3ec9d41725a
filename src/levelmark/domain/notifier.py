"""A notifier: who is told of a level change, as a plugin hands it over."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

from msgspec import Struct

from levelmark.domain.json import Json


class Notification(Struct, frozen=True):
    """One entity's move from a level to another, ready to be told; `id` is the same at every delivery.

    `before` or `after` is None where the entity came into the scorecard or left it. `at` is ISO 8601, UTC.
    """

    id: str
    blueprint: str
    entity: str
    teams: tuple[str, ...]
    scorecard: str
    before: str | None
    after: str | None
    cause: str
    at: str


Notify: TypeAlias = Callable[[Notification, Mapping[str, Json]], Awaitable[None]]


class Notifier(Struct, frozen=True, kw_only=True):
    """Where level changes can be sent: `notify` is awaited once per change and configured target.

    `configuration_schema` is the JSON Schema of the second argument; the host has checked it before.
    Whatever `notify` raises is logged and contained; it is cancelled when it takes longer than ten seconds.
    """

    name: str
    description: str
    configuration_schema: Mapping[str, Json]
    notify: Notify
