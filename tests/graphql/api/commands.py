"""Commands: what operations ask of the database, as the driver tells of it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, TypeAlias

from pymongo.monitoring import (
    CommandFailedEvent,
    CommandListener,
    CommandStartedEvent,
    CommandSucceededEvent,
)

from levelmark.graphql.context import Context
from levelmark.graphql.schema import build_schema
from levelmark.services import Services

Command: TypeAlias = dict[str, Any]

_HOUSEKEEPING: Final = frozenset({"hello", "ping", "createIndexes", "endSessions", "killCursors", "explain"})


class Commands(CommandListener):
    """Remembers each command that storage sends."""

    def __init__(self) -> None:
        self.sent: list[Command] = []

    def started(self, event: CommandStartedEvent) -> None:
        if event.command_name not in _HOUSEKEEPING and not _is_look_for_names(event.command):
            self.sent.append(dict(event.command))

    def succeeded(self, event: CommandSucceededEvent) -> None:
        """Says nothing more."""

    def failed(self, event: CommandFailedEvent) -> None:
        """Says nothing more."""

    @contextmanager
    def recorded(self) -> Iterator[list[Command]]:
        """What is sent meanwhile."""
        self.sent = []
        yield self.sent


def _is_look_for_names(command: Mapping[str, Any]) -> bool:
    """Whether it looks for renamings, as operations do together every now and then."""
    return "names.stamp" in str(command.get("pipeline", ""))


class Executor:
    """Executes operations, and tells what they asked of the database."""

    def __init__(self, services: Services, commands: Commands) -> None:
        self.services = services
        self.commands = commands
        self._schema = build_schema()

    async def execute(self, document: str, **variables: Any) -> dict[str, Any]:
        """The data of one operation, which must have no errors."""
        result = await self._schema.execute(document, variables, context_value=Context(self.services))
        assert result.errors is None
        assert result.data is not None
        return result.data

    async def commands_of(self, document: str, **variables: Any) -> list[Command]:
        """The commands of one operation, those that nobody waits for included."""
        with self.commands.recorded() as sent:
            await self.execute(document, **variables)
            await self.services.delivery.close()
        return sent

    async def calls_of(self, document: str, **variables: Any) -> list[str]:
        """The same in short, what is done to which collection; sorted, since some are sent side by side."""
        sent = await self.commands_of(document, **variables)
        return sorted(f"{(name := next(iter(one)))} {one.get('collection', one[name])}" for one in sent)
