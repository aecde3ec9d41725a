"""A table: an object of a text that was read, with the line where it begins."""

from levelmark.domain.json import Json

MAX_DEPTH = 100
"""Objects and lists inside each other, at most: what the server takes in a request."""


class UnreadableError(Exception):
    """A text is not the JSON or YAML that is taken here; `line` counts from 1, 0 where it is not known."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


class Table(dict[str, Json]):
    """A JSON object that knows its `line`, counted from 1; for everybody else an ordinary dict."""

    __slots__ = ("line",)

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line

    def put(self, key: str, value: Json, line: int) -> None:
        """Sets what is not set yet; raises UnreadableError where it is."""
        if key in self:
            raise UnreadableError(line, f"the key `{key}` stands here a second time")
        self[key] = value


def check_depth(depth: int, line: int) -> None:
    """Raises UnreadableError where a text nests too deeply."""
    if depth > MAX_DEPTH:
        raise UnreadableError(line, f"nested deeper than {MAX_DEPTH} levels")
