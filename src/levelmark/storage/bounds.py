"""Bounds: how long and with how much memory the database may look at entities for one request."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from pymongo.errors import OperationFailure

from levelmark.domain.errors import LimitExceededError
from levelmark.storage.errors import translated

PATIENCE_MS: Final = 20_000
"""Milliseconds that one look at many entities may take in the database."""

_SLOW: Final = frozenset({50})
_MEMORY: Final = frozenset({146, 292, 16819, 16945})
"""Codes of a sort or a group that would need more than the database's 100 MB."""


@contextmanager
def bounded() -> Iterator[None]:
    """Translates errors; what passes a bound becomes a LimitExceededError that names it."""
    try:
        with translated():
            yield
    except OperationFailure as error:
        if error.code in _SLOW:
            told = f"this takes longer than {PATIENCE_MS // 1000} seconds; narrow it by a filter"
            raise LimitExceededError(told) from error
        if error.code in _MEMORY:
            told = "this needs more than the database's 100 MB of memory; narrow it by a filter"
            raise LimitExceededError(told) from error
        raise
