"""The worker: a process that runs jq programs within limits that the kernel enforces.

libjq cannot be interrupted, may call `abort` and can exhaust the stack, so whatever goes wrong ends this
process, and the server, which knows how far it had come, starts another. It is run as a script, without the
server's environment, and must import little. Its rules:

- One line of JSON is an order, one line an answer, in the order's sequence and as soon as it is there.
- A timer of processor time is set for each calculation; when it runs out, SIGPROF ends the process, whether
  or not the server still lives. Between orders the process waits for a line and ends with its server.
- No file can be opened and none written: the process may hold no more descriptors than its three pipes.
"""

import os
import re
import resource
import signal
import sys
import time
from pathlib import Path
from typing import Any, Final

import jq  # type: ignore[import-not-found]  # has no types
import msgspec

from levelmark.domain.json import json_issues

MEGABYTE: Final = 2**20
_MOST_COMPILED: Final = 200_000
_EACH_COMPILED: Final = 400
_MOST_REASON: Final = 300
_PLACE: Final = re.compile(r"jq: error: (.*?) at <top-level>, line (\d+), column (\d+):", re.DOTALL)
_MODULES: Final = re.compile(r"unexpected (import|include|module)\b")


class Allowed(msgspec.Struct, frozen=True):
    """What one calculation may use: seconds of processor time, megabytes, bytes of JSON."""

    seconds: float
    memory: int
    output: int


class Order(msgspec.Struct, frozen=True):
    """Calculations to do: `items` pair a program's index with an input's, or with None to only compile it.

    A program stands with what `now` is to it, in seconds since 1970.
    """

    programs: list[tuple[str, int]]
    inputs: list[msgspec.Raw]
    items: list[tuple[int, int | None]]


class Answer(msgspec.Struct, frozen=True, array_like=True):
    """A value, or the reason why there is none; neither for a program that compiles."""

    value: Any = None
    reason: str | None = None


class Compiled:
    """A program that libjq has compiled, or what is wrong with it."""

    def __init__(self, program: str, now: int) -> None:
        # After a definition libjq takes no `import`, with which a program could read files.
        ahead = f"def now: {now}; "
        self.program: Any = None
        self.issue: str | None = None
        try:
            self.program = jq.compile(ahead + program)
        except ValueError as error:
            self.issue = _shortened(_compile_issue(str(error), ahead, program))


def main() -> None:
    """Answer orders until the server closes the pipe."""
    allowed = msgspec.json.decode(sys.argv[1], type=Allowed)
    confine(allowed)
    answers = sys.stdout.buffer
    answers.write(b"\n")
    answers.flush()
    decoder = msgspec.json.Decoder(Order)
    programs = Programs()
    for line in sys.stdin.buffer:
        order = decoder.decode(line)
        for program, value in order.items:
            signal.setitimer(signal.ITIMER_PROF, allowed.seconds)
            text = None if value is None else bytes(order.inputs[value]).decode()
            answers.write(_answered(programs, order.programs[program], text, allowed))
            answers.flush()
        signal.setitimer(signal.ITIMER_PROF, 0)


def confine(allowed: Allowed) -> None:
    """Give up what a program must not have: environment, time zone, files, memory beyond the limit."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # the end of the server's pipe is the end
    os.environ["TZ"] = "UTC"
    time.tzset()
    os.environ.clear()
    for program in ("now | todate | error", "[.]"):  # whatever is imported late is imported now
        _answered(Programs(), (program, 0), "{}", allowed)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    most = _address_space() + allowed.memory * MEGABYTE
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))


def _address_space() -> int:
    statistics = Path("/proc/self/statm")
    if not statistics.exists():
        return 256 * MEGABYTE  # an idle worker's is less
    return int(statistics.read_text(encoding="ascii").split()[0]) * resource.getpagesize()


class Programs:
    """The compiled programs that were used last.

    Some 500 short ones are kept or ten of the longest: libjq needs about 40 kB for any and 100 bytes for each
    character, so they stay far below the limit of memory.
    """

    def __init__(self) -> None:
        self._kept: dict[tuple[str, int], Compiled] = {}
        self._weight = 0

    def get(self, program: str, now: int) -> Compiled:
        """The program, compiled unless it is kept."""
        key = (program, now)
        kept = self._kept.pop(key, None)
        if kept is None:
            kept = Compiled(program, now)
            self._weight += len(program) + _EACH_COMPILED
        self._kept[key] = kept
        while self._weight > _MOST_COMPILED:
            oldest = next(iter(self._kept))
            self._weight -= len(oldest[0]) + _EACH_COMPILED
            del self._kept[oldest]
        return kept


def _answered(programs: Programs, program: tuple[str, int], text: str | None, allowed: Allowed) -> bytes:
    try:
        answer = _answer(programs.get(*program), text, allowed)
        encoded = msgspec.json.encode(answer)
    except MemoryError:
        return _refused(f"needed more than {allowed.memory} MB of memory and was cut off")
    except RecursionError:
        return _refused("answered with a value that is nested too deep")
    return encoded + b"\n"


def _refused(reason: str) -> bytes:
    return msgspec.json.encode(Answer(reason=reason)) + b"\n"


def _answer(compiled: Compiled, text: str | None, allowed: Allowed) -> Answer:
    if compiled.issue is not None:
        return Answer(reason=compiled.issue)
    if text is None:
        return Answer()
    try:
        value = compiled.program.input_text(text).first()
    except StopIteration:
        return Answer(reason="answered with nothing")
    except ValueError as error:
        return Answer(reason=_shortened(f"failed: {error}"))
    reason = _unkept(value, allowed)
    return Answer(reason=reason) if reason else Answer(value)


def _unkept(value: Any, allowed: Allowed) -> str | None:
    if value is None:
        return "answered with null"
    if len(msgspec.json.encode(value)) > allowed.output:
        return f"answered with more than {allowed.output // 1000} kB of JSON"
    for issue in json_issues(value, ()):
        place = f" at {issue.path}" if issue.path else ""
        return _shortened(f"answered with what cannot be kept{place}: {issue.message}")
    return None


def _compile_issue(error: str, ahead: str, program: str) -> str:
    found = _PLACE.search(error)
    if found is None:
        return f"does not compile: {error.removeprefix('jq: error: ').splitlines()[0]}"
    message, line, column = found[1], int(found[2]), int(found[3])
    if _MODULES.search(message):
        message = "modules are not available: `import`, `include` and `module` cannot be used"
    source = (ahead + program).encode().split(b"\n")[line - 1]  # libjq counts bytes
    shown = len(source[: column - 1].decode(errors="ignore")) + 1
    shown = max(1, shown - len(ahead)) if line == 1 else shown
    return f"does not compile: {message} (line {line}, column {shown})"


def _shortened(reason: str) -> str:
    kept = reason.encode(errors="replace").decode().replace("\0", "\ufffd")
    return kept if len(kept) <= _MOST_REASON else f"{kept[: _MOST_REASON - 1]}…"


if __name__ == "__main__":
    main()
