"""The mask: what an error may say to the client, and what the log keeps of it.

Public are errors of the document and its values, errors that a resolver raised as `GraphQLError` (permission
denials among them) and `LevelmarkError`. All else is logged with its traceback under a fresh id, and the
client gets that id. Client errors are logged at INFO by code and path: their texts hold what users sent.
"""

import logging
from collections.abc import Iterator
from typing import Final
from uuid import uuid4

from graphql import ExecutionResult as CoreExecutionResult
from graphql import GraphQLError, GraphQLSyntaxError
from strawberry.exceptions import MissingQueryError
from strawberry.extensions import SchemaExtension
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionResult, StreamExecutionResult
from strawberry.types.execution import PreExecutionError

from levelmark.domain.errors import LevelmarkError

logger = logging.getLogger("levelmark.graphql")

INTERNAL: Final = "INTERNAL"
REQUEST_FAULTS: Final = (MissingQueryError, CannotGetOperationTypeError, InvalidOperationTypeError)
"""How Strawberry reports a request that it cannot run: nothing has failed inside."""

_Result = CoreExecutionResult | ExecutionResult


class Mask(SchemaExtension):
    """Masks one operation's errors, and each event's; made anew for each operation, so nothing is shared."""

    def __init__(self) -> None:
        self._streamed = False

    def on_operation(self) -> Iterator[None]:
        """Masks the result of an operation that has one result, and what is raised around it."""
        try:
            yield
        except REQUEST_FAULTS:
            raise
        except Exception as error:  # noqa: BLE001 (whatever it is, `published` logs it; its mask goes on)
            raise published(error) from None
        if not self._streamed:
            mask(self.execution_context.result)

    def on_stream_result(self, result: StreamExecutionResult) -> Iterator[None]:
        """Masks an event before it leaves."""
        self._streamed = True
        mask(result)
        yield


def mask(result: object) -> None:
    """Replaces the result's errors by what the client may see of them."""
    if isinstance(result, _Result) and result.errors:
        fallback = "GRAPHQL_VALIDATION_FAILED" if isinstance(result, PreExecutionError) else "BAD_USER_INPUT"
        result.errors = _noted([_published(error, fallback) for error in result.errors])


def published(error: Exception) -> GraphQLError:
    """What the client may see of any exception; logs it."""
    located = error if isinstance(error, GraphQLError) else GraphQLError(str(error), original_error=error)
    return _noted([_published(located, "BAD_USER_INPUT")])[0]


def is_internal(error: GraphQLError) -> bool:
    """Whether the error was masked."""
    return (error.extensions or {}).get("code") == INTERNAL


def _noted(errors: list[GraphQLError]) -> list[GraphQLError]:
    """The same errors; one line in the log for those that are the client's."""
    noted = [error for error in errors if not is_internal(error)]
    if noted:
        code = (noted[0].extensions or {}).get("code")
        logger.info("%d client errors, the first %s at %s", len(noted), code, noted[0].path)
    return errors


def _published(error: GraphQLError, fallback: str) -> GraphQLError:
    original = error.original_error
    if isinstance(original, LevelmarkError):
        return _copy(error, str(original), {**(error.extensions or {}), "code": original.code})
    if original is None or isinstance(original, (GraphQLError, *REQUEST_FAULTS)):
        return _coded(error, _code(error, fallback))
    return _concealed(error)


def _code(error: GraphQLError, fallback: str) -> str | None:
    """The code that the error has; without one, where it came from; a resolver's own error may have none."""
    code = (error.extensions or {}).get("code")
    if code is not None:
        return str(code)
    if isinstance(error, GraphQLSyntaxError):
        return "GRAPHQL_PARSE_FAILED"
    return None if error.path else fallback


def _coded(error: GraphQLError, code: str | None) -> GraphQLError:
    if code is None or (error.extensions or {}).get("code") == code:
        return error
    return _copy(error, error.message, {**(error.extensions or {}), "code": code})


def _concealed(error: GraphQLError) -> GraphQLError:
    key = uuid4().hex
    logger.error("Internal error %s at %s", key, error.path, exc_info=error.original_error)
    return _copy(error, f"Internal error; the server logged it as {key}", {"code": INTERNAL, "id": key})


def _copy(error: GraphQLError, message: str, extensions: dict[str, object]) -> GraphQLError:
    """A new error in the same place, without the original; the given one may be another request's too."""
    return GraphQLError(
        message, error.nodes, error.source, error.positions, error.path, extensions=extensions
    )
