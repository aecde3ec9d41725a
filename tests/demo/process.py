"""A real `levelmark demo` process, with a temporary folder of its own to look into."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from tests.support.server import clean_environment

SECONDS: Final = 60
_WITH: Final = {"log": [], "pipe": [], "closed": ["sh", "-c", 'exec "$@" >&- 2>&-', "sh"]}


class DemoProcess:
    """`levelmark demo`; its output is a `log`, a `pipe` that the test reads, or `closed`."""

    def __init__(self, folder: Path, *arguments: str, output: str = "log", **environment: str) -> None:
        self.temporary = folder / "tmp"
        self.temporary.mkdir(exist_ok=True)
        self._log = folder / "demo.log"
        self._command = [*_WITH[output], sys.executable, "-m", "levelmark", "demo", *arguments]
        self._piped = output == "pipe"
        self._environment = clean_environment() | {"TMPDIR": str(self.temporary)} | environment
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                self._command,
                stdout=subprocess.PIPE if self._piped else log,
                stderr=log,
                env=self._environment,
                start_new_session=True,
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(SECONDS)
        if self.process.stdout is not None:
            self.process.stdout.close()

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The process."""
        assert self._process is not None
        return self._process

    @property
    def output(self) -> str:
        """Everything that it has said."""
        return self._log.read_text("utf-8")

    def until(self, pattern: str) -> re.Match[str]:
        """Waits for a line of output; fails with the output when it does not come."""
        deadline = time.monotonic() + SECONDS
        while (found := re.search(pattern, self.output, re.MULTILINE)) is None:
            assert self.process.poll() is None, self.output
            assert time.monotonic() < deadline, self.output
            time.sleep(0.02)
        return found

    def ended_by(self, number: signal.Signals) -> int:
        """Signals the whole process group, as a terminal does; the exit status."""
        os.killpg(self.process.pid, number)
        return self.process.wait(SECONDS)

    def left_behind(self) -> list[str]:
        """What it has left now that it has ended: files, and processes that work on them."""
        ps = ["ps", "-ww", "-eo", "pid=,command="]
        listed = subprocess.run(ps, capture_output=True, text=True, check=True).stdout
        processes = [line for line in listed.splitlines() if str(self.temporary) in line]
        return [*map(str, self.temporary.iterdir()), *processes]
