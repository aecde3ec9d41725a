"""The calculator: runs jq programs in workers, so that no program can harm or delay the server.

What a program does wrong is an answer with a reason, never an exception. A program that has to be cut off
costs its worker, and no other calculation its answer.
"""

from collections import deque
from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from levelmark.domain.json import text_issues
from levelmark.services.calculating.breaker import Breaker
from levelmark.services.calculating.calculation import Calculated, Calculation
from levelmark.services.calculating.limits import CalculationLimits
from levelmark.services.calculating.orders import Packer, Task
from levelmark.services.calculating.pool import Pool
from levelmark.services.calculating.process import End, WorkerFailedError

_AGAIN_SECONDS: Final = 60.0
_INTERRUPTED: Final = "was interrupted twice: the process that calculates was ended, or gave no answer"
_LIMITS: Final = CalculationLimits()


class Calculator:
    """Runs calculations. It belongs to the event loop in which it is first used; close it at the end."""

    def __init__(self, limits: CalculationLimits = _LIMITS) -> None:
        self._limits = limits
        self._breaker = Breaker(limits)
        self._pool = Pool(limits)

    async def run(self, calculations: Sequence[Calculation], now: int) -> list[Calculated]:
        """What came of the calculations, in their order; `now` in microseconds since 1970.

        Raises CalculatorClosedError once the calculator is closed.
        """
        tasks = [Task(place, one.program, one.input) for place, one in enumerate(calculations)]
        return await self._calculated(tasks, now)

    async def check(self, program: str) -> str | None:
        """Why the text cannot be compiled as a jq program, with the place; None where it can."""
        [answer] = await self._calculated([Task(0, program, compiles=True)], 0)
        return answer.reason

    async def close(self) -> None:
        """End the workers; what still runs raises CalculatorClosedError."""
        await self._pool.close()

    async def _calculated(self, tasks: list[Task], now: int) -> list[Calculated]:
        answers = [Calculated()] * len(tasks)
        left = deque(tasks)
        while left:
            packer = self._packed(left, now, answers)
            try:
                left.extendleft(reversed(await self._worked(packer, answers)))
            except WorkerFailedError as error:
                failed = Calculated(reason=str(error), again=_AGAIN_SECONDS)
                for task in (*packer.tasks, *left):
                    answers[task.place] = failed
                break
        return answers

    def _packed(self, left: deque[Task], now: int, answers: list[Calculated]) -> Packer:
        packer = Packer(now)
        while left and not packer.full:
            task = left.popleft()
            refused = self._refused(task.program)
            if refused is not None:
                answers[task.place] = refused
                continue
            try:
                packer.add(task)
            except (ValueError, TypeError, RecursionError) as error:
                answers[task.place] = Calculated(reason=f"cannot start: its input is not JSON: {error}")
        return packer

    def _refused(self, program: str) -> Calculated | None:
        wait = self._breaker.wait(program)
        if wait is not None:
            reason = f"was cut off too often and rests for {self._limits.pause:g} s; simplify the program"
            return Calculated(reason=reason, again=wait)
        if len(program) > self._limits.program:
            return Calculated(reason=f"is longer than {self._limits.program} characters")
        for issue in text_issues(program, ()):
            return Calculated(reason=f"does not compile: {issue.message}")
        return None

    async def _worked(self, packer: Packer, answers: list[Calculated]) -> list[Task]:
        """Fill in the answers of one order; return the tasks that are to be done over."""
        tasks = packer.tasks
        if not tasks:
            return []
        async with self._pool.worker() as worker:
            got = await worker.work(packer.line(), len(tasks))
            end = None if len(got) == len(tasks) else await worker.end()
        for task, answer in zip(tasks, got, strict=False):
            answers[task.place] = Calculated(answer.value, answer.reason)
        if end is None:
            return []
        culprit, *rest = tasks[len(got) :]
        if end is End.OUTSIDE and not culprit.interrupted:
            return [replace(culprit, interrupted=True), *rest]
        answers[culprit.place] = self._cut_off(culprit.program, end)
        return rest

    def _cut_off(self, program: str, end: End) -> Calculated:
        if end is End.OUTSIDE:
            return Calculated(reason=_INTERRUPTED, again=_AGAIN_SECONDS)
        self._breaker.cut_off(program, self._limits.seconds)
        reasons = {
            End.TIME: f"took longer than {self._limits.seconds * 1000:g} ms",
            End.MEMORY: f"needed more than {self._limits.memory} MB of memory",
            End.CRASH: "made jq crash, as values that are nested very deep do,",
        }
        return Calculated(reason=f"{reasons[end]} and was cut off")
