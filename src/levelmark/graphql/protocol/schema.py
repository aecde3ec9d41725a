"""The schema class that this protocol layer expects, with the extensions that belong to it."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Protocol, Self, runtime_checkable

import strawberry
from graphql import GraphQLError
from strawberry.extensions import SchemaExtension
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.types import ExecutionContext

from levelmark.graphql.protocol.documents import DocumentCache, Documents
from levelmark.graphql.protocol.mask import Mask
from levelmark.graphql.protocol.settings import Limits

Extension = type[SchemaExtension] | Callable[[], SchemaExtension]


@runtime_checkable
class EventContext(Protocol):
    """A context that can be made afresh, so that a subscription's events share no DataLoader's cache."""

    def for_event(self) -> Self:
        """The same caller's context with new loaders; called for each event, so it must be cheap."""


class EventExecutor(StrawberryGraphQLCoreExecutionContext):
    """Runs each event of a subscription on a context of its own, where the context can be made afresh."""

    def build_per_event_executor(self, payload: Any) -> Any:
        """The executor of one event."""
        executor = super().build_per_event_executor(payload)
        if isinstance(executor.context_value, EventContext):
            executor.context_value = executor.context_value.for_event()
        return executor


class ProtocolSchema(strawberry.Schema):
    """A Strawberry schema whose errors only the mask logs, and whose events can have their own context."""

    def __init__(self, query: type, *, extensions: Iterable[Extension], **options: Any) -> None:
        options.setdefault("execution_context_class", EventExecutor)
        super().__init__(query, extensions=extensions, **options)

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Nothing: Strawberry would log every client error at ERROR with its whole text."""


def schema_extensions(limits: Limits | None = None) -> list[Extension]:
    """The extensions of one schema, the mask outermost; call it once per schema, since it makes the cache."""
    return [Mask, partial(Documents, DocumentCache(), limits or Limits())]
