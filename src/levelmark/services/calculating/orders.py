"""Orders: calculations as a worker takes them, in pieces so that others have their turn in between."""

from typing import Final

import msgspec
from msgspec import Raw, Struct

from levelmark.domain.json import Json
from levelmark.services.calculating.present import present
from levelmark.services.calculating.worker import Order

_MOST_ITEMS: Final = 256
_MOST_BYTES: Final = 4_000_000


class Task(Struct, frozen=True):
    """A calculation on its way: its place among its caller's, its program and its input.

    `compiles` asks only whether the program can be compiled; `interrupted` was the task already when a worker
    ended through no fault that is known.
    """

    place: int
    program: str
    input: Json = None
    compiles: bool = False
    interrupted: bool = False


class Packer:
    """Makes an order of tasks; a program or an input that several have goes into it once."""

    def __init__(self, now: int) -> None:
        self.tasks: list[Task] = []
        self._now = now
        self._programs: dict[tuple[str, int], int] = {}
        self._inputs: dict[int, int] = {}
        self._texts: list[Raw] = []
        self._items: list[tuple[int, int | None]] = []
        self._bytes = 0

    @property
    def full(self) -> bool:
        """Whether the order is large enough."""
        return len(self._items) >= _MOST_ITEMS or self._bytes >= _MOST_BYTES

    def add(self, task: Task) -> None:
        """Take the task in. Raises ValueError, TypeError or RecursionError where its input is not JSON."""
        text = None if task.compiles else self._input(task.input)
        key = (task.program, present(task.program, self._now))
        self._items.append((self._programs.setdefault(key, len(self._programs)), text))
        self.tasks.append(task)

    def line(self) -> bytes:
        """The order as it is sent."""
        return msgspec.json.encode(Order(list(self._programs), self._texts, self._items)) + b"\n"

    def _input(self, value: Json) -> int:
        known = self._inputs.get(id(value))
        if known is not None:
            return known
        text = msgspec.json.encode(value)
        self._bytes += len(text)
        self._texts.append(Raw(text))
        self._inputs[id(value)] = len(self._texts) - 1
        return len(self._texts) - 1
