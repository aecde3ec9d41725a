"""Translation of the driver's errors into ours: no caller of the storage sees pymongo."""

from collections.abc import Iterator
from contextlib import contextmanager

from bson.errors import BSONError
from pymongo.errors import (
    BulkWriteError,
    ConnectionFailure,
    DocumentTooLarge,
    OperationFailure,
    PyMongoError,
    WriteConcernError,
)

from levelmark.domain.errors import LimitExceededError, UnavailableError


@contextmanager
def translated() -> Iterator[None]:
    """What the driver raises inside becomes an error that a caller may see."""
    try:
        yield
    except DocumentTooLarge as error:
        raise LimitExceededError("the document is too large to be stored") from error
    except ConnectionFailure as error:
        raise UnavailableError("the database does not answer; try again in a moment") from error
    except OperationFailure as error:
        if _passes(error):
            raise UnavailableError("the database is changing its primary; try again in a moment") from error
        raise
    except (PyMongoError, BSONError):
        raise


_AWAY = frozenset({6, 7, 89, 91, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436})
"""Codes of a server that shuts down, steps down, is not primary or does not reach one that is."""

_BROKEN_OFF = frozenset({43, 64, 112, 134, 175, 237, 280, 286, 11601})
"""Codes of what such a server broke off: a cursor, a stream of changes, a wait for the majority."""

_PASSING = _AWAY | _BROKEN_OFF


def _passes(error: OperationFailure) -> bool:
    """Whether the same may succeed a moment later; what the majority has not confirmed can be taken back."""
    if isinstance(error, WriteConcernError) or error.has_error_label("RetryableWriteError"):
        return True
    if not isinstance(error, BulkWriteError):
        return error.code in _PASSING
    codes = {failure["code"] for failure in error.details["writeErrors"]}
    return bool(error.details["writeConcernErrors"]) or not codes.isdisjoint(_PASSING)
