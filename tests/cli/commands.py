"""Commands, run as a user runs them or in this process, and short ways to write files for them."""

import io
import json
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, Final

from levelmark.server.cli import main
from tests.support.server import clean_environment

SECONDS: Final = 60


def levelmark(
    *arguments: str, server: str = "", stdin: str = "", cwd: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """A `levelmark` command that has ended."""
    return subprocess.run(
        command(*arguments),
        input=stdin,
        cwd=cwd,
        env=environment_for(server, **environment),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=SECONDS,
        check=False,
    )


def here(*arguments: str, server: str) -> subprocess.CompletedProcess[str]:
    """The same in this process: quicker, for what needs no process of its own."""
    out, err, before = io.StringIO(), io.StringIO(), sys.argv
    sys.argv = ["levelmark", *arguments, "--server", server]
    status: object = 0
    try:
        with redirect_stdout(out), redirect_stderr(err):
            main()
    except SystemExit as ended:
        status = ended.code or 0
    finally:
        sys.argv = before
    assert isinstance(status, int)
    return subprocess.CompletedProcess(arguments, status, out.getvalue(), err.getvalue())


def started(*arguments: str, server: str, **streams: Any) -> subprocess.Popen[str]:
    """A `levelmark` command that is running; its standard error can be read."""
    return subprocess.Popen(
        command(*arguments),
        env=environment_for(server),
        text=True,
        encoding="utf-8",
        **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams},
    )


def command(*arguments: str) -> list[str]:
    """The command's words."""
    return [sys.executable, "-m", "levelmark", *arguments]


def environment_for(server: str, **environment: str) -> dict[str, str]:
    """An environment in which commands talk to this server."""
    named = {"LEVELMARK_SERVER": server} if server else {}
    return {**clean_environment(), **named, **environment}


def write(path: Path, content: Any) -> Path:
    """Writes a text, or a value as JSON, into a file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path
