"""The breaker: programs that were cut off time and again are left alone for a while."""

from collections import deque
from collections.abc import Callable
from time import monotonic
from typing import Final

from levelmark.services.calculating.limits import CalculationLimits

_MOST_PROGRAMS: Final = 1_000


class Breaker:
    """Knows for each program what its cut-offs have cost, and whether it may start now."""

    def __init__(self, limits: CalculationLimits, clock: Callable[[], float] = monotonic) -> None:
        self._limits = limits
        self._clock = clock
        self._costs: dict[str, deque[tuple[float, float]]] = {}
        self._until: dict[str, float] = {}

    def wait(self, program: str) -> float | None:
        """The seconds for which the program must not be started; None where it may."""
        until = self._until.get(program)
        if until is None:
            return None
        left = until - self._clock()
        if left > 0:
            return left
        del self._until[program]
        return None

    def cut_off(self, program: str, seconds: float) -> None:
        """Record that the program was cut off after it had cost so many seconds."""
        now = self._clock()
        costs = self._costs.pop(program, None) or deque()
        costs.append((now, seconds))
        while costs[0][0] <= now - self._limits.window:
            costs.popleft()
        self._costs[program] = costs
        if sum(cost for _, cost in costs) >= self._limits.allowance:
            del self._costs[program]
            self._until[program] = now + self._limits.pause
        self._forget()

    def _forget(self) -> None:
        for known in (self._costs, self._until):
            if len(known) > _MOST_PROGRAMS:
                known.pop(next(iter(known)))
