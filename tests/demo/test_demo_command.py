"""`levelmark demo` as a real process: what it shows, and that it leaves nothing behind."""

import fcntl
import json
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import IO

import httpx
import pytest

from levelmark.server.settings import DEFAULT_PORT
from tests.demo.process import SECONDS, DemoProcess

ANSWERS = r"answers at (http://127\.0\.0\.1:\d+/graphql)$"
CHANGE = r"(\S+) (?:\(\w+\) )?(Ownership|Production readiness): (\w+) → (\w+) \[entity written\]$"


@pytest.fixture
def usual_port_taken() -> Iterator[None]:
    """Somebody listens where the demo would."""
    with ExitStack() as stack:
        with suppress(OSError):  # somebody else does already
            stack.enter_context(closing(socket.create_server(("127.0.0.1", DEFAULT_PORT))))
        yield


@pytest.mark.usefixtures("usual_port_taken")
def test_it_finds_a_port_tells_level_changes_and_leaves_nothing(tmp_path: Path) -> None:
    with DemoProcess(tmp_path, "--pace", "0.1") as demo:
        url = demo.until(ANSWERS)[1]
        assert f"Port {DEFAULT_PORT} is taken" in demo.output
        assert f":{DEFAULT_PORT}/" not in url
        assert "Production readiness: 4 Basic, 5 Bronze, 7 Silver, 6 Gold, 3 no level" in demo.output
        assert demo.until(CHANGE).groups() == ("checkout", "Production readiness", "Gold", "Silver")
        demo.until(r"returns: somebody writes a runbook")
        assert demo.ended_by(signal.SIGINT) == 0
    assert "Traceback" not in demo.output
    assert demo.left_behind() == []


@pytest.mark.parametrize(
    ("seconds", "number"),
    [(0, signal.SIGTERM), (0.1, signal.SIGINT), (0.4, signal.SIGTERM), (0.8, signal.SIGINT)],
)
def test_a_signal_while_it_starts_leaves_nothing(
    tmp_path: Path, number: signal.Signals, seconds: float
) -> None:
    with DemoProcess(tmp_path, "--port", "0") as demo:
        demo.until("^Starting")
        time.sleep(seconds)
        assert demo.ended_by(number) == 0
    assert "Traceback" not in demo.output
    assert demo.left_behind() == []


def test_ctrl_c_before_it_has_begun_is_told_by_nothing_but_the_status(tmp_path: Path) -> None:
    with DemoProcess(tmp_path, "--port", "0", PYTHONPROFILEIMPORTTIME="1") as demo:
        demo.until(r"\| +click$")
        assert demo.ended_by(signal.SIGINT) in {0, -signal.SIGINT}
    assert "Traceback" not in demo.output
    assert demo.left_behind() == []


def test_impatience_leaves_nothing_either(tmp_path: Path) -> None:
    with DemoProcess(tmp_path, "--port", "0") as demo:
        demo.until(ANSWERS)
        while demo.process.poll() is None:
            demo.process.send_signal(signal.SIGINT)
            time.sleep(0.01)
        assert demo.process.returncode == 0
    assert "Traceback" not in demo.output
    assert demo.left_behind() == []


def test_a_folder_that_is_named_is_kept_and_can_be_used_again(tmp_path: Path) -> None:
    for _ in range(2):
        with DemoProcess(tmp_path, "--port", "0", "--data", str(tmp_path / "data")) as demo:
            demo.until(ANSWERS)
            assert demo.ended_by(signal.SIGINT) == 0
    assert (tmp_path / "data" / "db").is_dir()


def test_a_port_that_is_named_and_taken_is_refused(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = str(taken.getsockname()[1])
        with DemoProcess(tmp_path, "--port", port) as demo:
            assert demo.process.wait(SECONDS) == 1
    assert f"port {port} on 127.0.0.1 is taken" in demo.output
    assert demo.left_behind() == []


def test_a_reader_who_goes_ends_it(tmp_path: Path) -> None:
    with DemoProcess(tmp_path, "--port", "0", "--pace", "0.1", output="pipe") as demo:
        assert demo.process.stdout is not None
        demo.process.stdout.readline()
        demo.process.stdout.close()
        assert demo.process.wait(SECONDS) == 0
    assert demo.output == ""
    assert demo.left_behind() == []


def test_a_reader_who_does_not_read_stops_nothing(tmp_path: Path) -> None:
    with DemoProcess(tmp_path, "--port", "0", "--pace", "0.05", output="pipe") as demo:
        assert demo.process.stdout is not None
        if hasattr(fcntl, "F_SETPIPE_SZ"):  # elsewhere, the pipe is so large that the test says less
            fcntl.fcntl(demo.process.stdout, fcntl.F_SETPIPE_SZ, 8192)
        url = _told_url(demo.process.stdout)
        time.sleep(2)
        assert httpx.get(url.replace("/graphql", "/readyz")).status_code == 200
        assert demo.ended_by(signal.SIGINT) == 0
    assert demo.left_behind() == []


def _told_url(output: IO[bytes]) -> str:
    said = ""
    while not (found := re.search(ANSWERS, said, re.MULTILINE)):
        said += output.readline().decode()
    return found[1]


def test_it_runs_without_any_output(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as found:
        port = found.getsockname()[1]
    with DemoProcess(tmp_path, "--port", str(port), output="closed") as demo:
        _wait_for(f"http://127.0.0.1:{port}/readyz")
        assert demo.ended_by(signal.SIGINT) == 0
    assert demo.left_behind() == []


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        with suppress(httpx.TransportError):
            assert httpx.get(url).status_code == 200
            return
        time.sleep(0.05)
    raise AssertionError(f"{url} does not answer")


@pytest.mark.skipif(shutil.which("curl") is None, reason="pastes commands that need curl")
def test_the_commands_that_it_prints_work_as_they_are(tmp_path: Path) -> None:
    with DemoProcess(tmp_path, "--port", "0", "--still") as demo:
        demo.until("^From here on")
        question, subscription, edit = re.findall(r"^curl (?:.+\n)+", demo.output, re.MULTILINE)
        [lowest, *_] = json.loads(_pasted(question))["data"]["entities"]["edges"]
        assert lowest["node"]["title"] == "Audit trail"
        bounded = subscription.replace("curl", "exec curl --max-time 30", 1)
        with subprocess.Popen(["sh", "-c", bounded], stdout=subprocess.PIPE) as listening:
            assert listening.stdout is not None
            listening.stdout.readline()  # the stream has begun
            [written] = json.loads(_pasted(edit))["data"]["upsertEntities"]["results"]
            assert written["outcome"] == "UPDATED"
            event = next(line for line in listening.stdout if line.startswith(b"data: "))
            listening.terminate()
        change = json.loads(event.removeprefix(b"data: "))["data"]["levelChanges"]
        assert (change["entityIdentifier"], change["toLevel"]) == ("checkout", "Basic")
        assert demo.until(CHANGE)[1] == "checkout"
        assert demo.ended_by(signal.SIGINT) == 0


def _pasted(command: str) -> bytes:
    return subprocess.run(["sh", "-c", command], check=True, capture_output=True).stdout
