"""Translation of the driver's errors into ours: no caller of the storage sees pymongo."""

from collections.abc import Iterator
from contextlib import contextmanager

from bson.errors import BSONError
from pymongo.errors import ConnectionFailure, DocumentTooLarge, OperationFailure, PyMongoError

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
        if error.has_error_label("RetryableWriteError") or error.code in _PASSING:
            raise UnavailableError("the database is changing its primary; try again in a moment") from error
        raise
    except (PyMongoError, BSONError):
        raise


_PASSING = frozenset({91, 189, 10107, 11600, 11602, 13435, 13436})
"""Codes of a server that shuts down, steps down or is not primary: all pass by themselves."""
