"""The source of a generated function: its lines, its names, and the values that these stand for.

No user's string is ever part of the text: it is bound to a name, and the name stands in the text.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from levelmark.domain.json import MAX_INTEGER


class Source:
    """One function being written, line by line.

    >>> source = Source()
    >>> source.line(f"return actual + {source.bind('; import os')}")
    >>> source.function("actual")("1")
    '1; import os'
    """

    def __init__(self) -> None:
        self.bound: dict[str, Any] = {}
        self._above: list[str] = []
        self._lines: list[str] = []
        self._indent = 1
        self._count = 0

    def line(self, text: str) -> None:
        """Adds a line."""
        self._lines.append("    " * self._indent + text)

    def above(self, text: str) -> None:
        """Adds a line that is run before all those that `line` adds."""
        self._above.append("    " + text)

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """Adds `head`; lines that are added meanwhile belong to it."""
        self.line(head)
        self._indent += 1
        yield
        self._indent -= 1

    def fresh(self, prefix: str) -> str:
        """A name that nothing else has."""
        self._count += 1
        return f"{prefix}{self._count}"

    def bind(self, value: Any) -> str:
        """What stands for the value in the text: a name, or for a number or truth value itself."""
        if type(value) in (bool, int, float) and -MAX_INTEGER <= value <= MAX_INTEGER:
            return repr(value)
        name = self.fresh("k")
        self.bound[name] = value
        return name

    def function(self, parameters: str) -> Callable[..., Any]:
        """The function that was written."""
        text = "\n".join([f"def function({parameters}):", *self._above, *self._lines])
        exec(compile(text, "<generated>", "exec"), self.bound)  # noqa: S102 - the text holds no user's string
        function: Callable[..., Any] = self.bound["function"]
        return function
