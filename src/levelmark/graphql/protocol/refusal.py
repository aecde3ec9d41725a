"""A request that HTTP itself refuses, before GraphQL sees it."""

from collections.abc import Mapping


class RefusedError(Exception):
    """Carries the status, a public message, the code that programs match on, and extra headers."""

    def __init__(
        self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.headers = dict(headers or {})
