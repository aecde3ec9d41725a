"""A real server process, started and ended by a test."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import httpx

START_SECONDS: Final = 40
STOP_SECONDS: Final = 30


class ServerProcess:
    """`levelmark serve` in a process of its own; `url` is known once it answers."""

    def __init__(self, log: Path, *arguments: str) -> None:
        self._log = log
        self._arguments = arguments
        self._process: subprocess.Popen[bytes] | None = None
        self.url = ""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """The process's id."""
        assert self._process is not None
        return self._process.pid

    @property
    def output(self) -> str:
        """Everything that the process has said."""
        return self._log.read_text(encoding="utf-8")

    def start(self) -> None:
        """Returns when the server answers; fails with its output when it does not."""
        command = [sys.executable, "-m", "levelmark", "serve", "--port", "0", *self._arguments]
        with self._log.open("wb") as output:
            self._process = subprocess.Popen(
                command,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env=clean_environment(),
            )
        deadline = time.monotonic() + START_SECONDS
        while "answers at " not in self.output:
            assert self._process.poll() is None, self.output
            assert time.monotonic() < deadline, self.output
            time.sleep(0.05)
        self.url = self.output.partition("answers at ")[2].split()[0]

    def kill(self) -> None:
        """Ends the process as a crash would."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(STOP_SECONDS)

    def stop(self) -> int:
        """Ends the process as Ctrl-C would; its exit status."""
        assert self._process is not None
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
        try:
            return self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            raise

    def wait(self) -> int:
        """The exit status of a process that ends by itself."""
        assert self._process is not None
        return self._process.wait(STOP_SECONDS)

    def query(self, document: str, **variables: Any) -> dict[str, Any]:
        """The data that an operation answers with; fails where there are errors."""
        answer = self.post(document, **variables)
        assert "errors" not in answer, answer["errors"]
        data: dict[str, Any] = answer["data"]
        return data

    def post(self, document: str, **variables: Any) -> dict[str, Any]:
        """The whole answer to an operation."""
        body = {"query": document, "variables": variables}
        answer: dict[str, Any] = httpx.post(self.url, json=body, timeout=60).json()
        return answer


def clean_environment() -> dict[str, str]:
    """The environment without settings of a server that the developer may have."""
    return {name: value for name, value in os.environ.items() if not name.startswith("LEVELMARK_")}
