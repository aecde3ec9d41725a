"""A schema that does, on purpose, everything that a protocol layer must cope with."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any, Self, TypeAlias

import strawberry
from graphql import GraphQLError
from starlette.requests import Request
from starlette.websockets import WebSocket
from strawberry.permission import BasePermission
from strawberry.scalars import JSON

from levelmark.domain.errors import InvalidInputError, LevelmarkError, NotFoundError
from levelmark.graphql.protocol import (
    ProtocolSchema,
    connection_params,
    last_event_id,
    schema_extensions,
)

SECRET = "the password is hunter2"
closed: list[str] = []
_numbers = count(1)


class UnauthenticatedError(LevelmarkError):
    code = "UNAUTHENTICATED"


@dataclass
class Context:
    request: Request | WebSocket
    number: int = field(default_factory=lambda: next(_numbers))

    def for_event(self) -> Self:
        return replace(self, number=next(_numbers))


Info: TypeAlias = strawberry.Info[Context, None]


async def context_of(request: Request | WebSocket) -> Context:
    """Tokens named `bad` are refused, `broken` is a bug; the rest may enter."""
    token = request.headers.get("authorization") or connection_params(request).get("token")
    if token == "bad":
        raise UnauthenticatedError("Who are you?")
    if token == "broken":
        raise RuntimeError(SECRET)
    return Context(request)


class Denied(BasePermission):
    message = "You may not see this"

    def has_permission(self, source: Any, info: Any, **arguments: Any) -> bool:  # noqa: ARG002 (Strawberry's signature)
        return False


@strawberry.type
class Tick:
    number: int
    cursor: str
    context: int


@strawberry.type
class Query:
    @strawberry.field
    def hello(self) -> str:
        return "world"

    @strawberry.field
    def me(self) -> "Query":
        return Query()

    @strawberry.field
    def echo(self, value: JSON | None = None, count: int = 0, ratio: float = 0.0) -> JSON:
        return JSON(repr(value) if value is not None else f"{count} {ratio}")

    @strawberry.field
    def unwritable(self) -> JSON:
        return JSON({"set": {1, 2}})

    @strawberry.field
    def context(self, info: Info) -> int:
        return info.context.number

    @strawberry.field
    def broken(self) -> str | None:
        raise RuntimeError(SECRET)

    @strawberry.field
    def required(self) -> str:
        raise RuntimeError(SECRET)

    @strawberry.field
    async def slowly(self, tag: str) -> str | None:
        await asyncio.sleep(0.02)
        raise RuntimeError(tag)

    @strawberry.field
    def missing(self) -> str | None:
        raise NotFoundError("There is no service `x`")

    @strawberry.field
    def refused(self) -> str | None:
        raise GraphQLError("Not like this", extensions={"code": "FORBIDDEN"})

    @strawberry.field(permission_classes=[Denied])  # type: ignore[untyped-decorator]  # Strawberry leaves it so
    def denied(self) -> str | None:
        return SECRET

    @strawberry.field
    def node(self, id: strawberry.relay.GlobalID) -> str | None:  # noqa: A002 (the schema's word)
        return str(id)


@strawberry.type
class Mutation:
    @strawberry.mutation
    def bump(self) -> int:
        return next(_numbers)


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def ticks(
        self, info: Info, to: int, after: str | None = None, pause: float = 0.0
    ) -> AsyncIterator[Tick]:
        """Numbers after the cursor up to `to`; then, where there is a pause, silence."""
        start = int(after or last_event_id(info.context.request) or 0)
        try:
            for number in range(start + 1, to + 1):
                yield Tick(number=number, cursor=f"{number}", context=info.context.number)
            await asyncio.sleep(pause)
        finally:
            closed.append(f"ticks to {to}")

    @strawberry.subscription
    async def contexts(self) -> AsyncIterator[Query]:
        for _ in range(3):
            yield Query()

    @strawberry.subscription
    async def breaks(self) -> AsyncIterator[int]:
        yield 1
        raise RuntimeError(SECRET)

    @strawberry.subscription
    async def refuses(self, at: int = 1) -> AsyncIterator[int]:
        for number in range(1, at):
            yield number
        raise InvalidInputError("The cursor is of another list")


schema = ProtocolSchema(Query, mutation=Mutation, subscription=Subscription, extensions=schema_extensions())
