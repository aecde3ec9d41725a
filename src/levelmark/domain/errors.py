"""The failures that a caller may see: each knows its public code, none knows HTTP or GraphQL."""

from typing import ClassVar


class LevelmarkError(Exception):
    """A failure that the caller may see: its text is public, `code` is what programs match on."""

    code: ClassVar[str] = "INTERNAL"


class NotFoundError(LevelmarkError):
    """What was named does not exist."""

    code = "NOT_FOUND"


class ConflictError(LevelmarkError):
    """Others kept changing the same thing; the same request may succeed when repeated."""

    code = "CONFLICT"


class InvalidInputError(LevelmarkError):
    """An argument cannot mean anything: a cursor of another list, a filter with issues."""

    code = "BAD_USER_INPUT"


class CursorExpiredError(LevelmarkError):
    """The cursor lies outside what the log holds: read the present state and start anew."""

    code = "CURSOR_EXPIRED"


class LimitExceededError(LevelmarkError):
    """A stated bound was passed; the text names the bound."""

    code = "LIMIT_EXCEEDED"


class UnavailableError(LevelmarkError):
    """The database does not answer now; nothing was written, or what was written is whole."""

    code = "UNAVAILABLE"
