"""The Node side: a Node process that a benchmark asks, with the packages that it is measured against."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final

FOLDER: Final = Path(__file__).parent / "node"
"""Where the scripts and their `package.json` are; npm makes its git-ignored `node_modules` there."""


class NoNodeError(Exception):
    """There is no Node here to compare with."""


class NodeSide:
    """A running script of `node/` that answers every line of JSON with one."""

    def __init__(self, questions: IO[str], answers: IO[str]) -> None:
        self._questions = questions
        self._answers = answers

    def ask(self, **question: Any) -> Any:
        """The answer to the question; RuntimeError where the script has died over it."""
        self._questions.write(json.dumps(question) + "\n")
        self._questions.flush()
        answer = self._answers.readline()
        if not answer:
            raise RuntimeError("the Node script ended before it answered; its error stands above")
        return json.loads(answer)


@contextmanager
def node_side(script: str, *arguments: str) -> Iterator[NodeSide]:
    """The script, running; raises NoNodeError where node or npm is not installed."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise NoNodeError("this benchmark needs `node` and `npm` (Node.js 18 or later) on the PATH")
    _install(npm)
    command = [node, str(FOLDER / script), *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield NodeSide(process.stdin, process.stdout)


def version() -> str:
    """The version of Node, as it tells it."""
    return subprocess.run(["node", "--version"], check=True, capture_output=True, text=True).stdout.strip()


def _install(npm: str) -> None:
    wanted, installed = FOLDER / "package.json", FOLDER / "node_modules" / ".package-lock.json"
    if installed.exists() and installed.stat().st_mtime >= wanted.stat().st_mtime:
        return
    quietly = ["--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run([npm, "install", *quietly], cwd=FOLDER, check=True, stdout=subprocess.DEVNULL)
