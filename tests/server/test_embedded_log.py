"""What the embedded MongoDB's log is quoted with."""

from pathlib import Path

import pytest

from levelmark.server.embedded.log import MongodLog

ROUTINE = '{"s":"I","msg":"Waiting for connections","attr":{"port":1}}'
FAILURE = '{"s":"E","msg":"Cannot start","attr":{"error":"DBPathInUse"}}'
STORAGE = '{"s":"E","msg":"WiredTiger error","attr":{"message":{"msg":"pwrite","error_str":"No space left"}}}'
CUT = '{"s":"E","msg":"Cann'


@pytest.mark.parametrize(
    ("lines", "quoted"),
    [
        pytest.param([FAILURE, ROUTINE], ['Cannot start {"error":"DBPathInUse"}'], id="failures-alone"),
        pytest.param([STORAGE], ["WiredTiger error No space left: pwrite"], id="storage-engine"),
        pytest.param(["ld.so: no library", ROUTINE], ["ld.so: no library"], id="not-mongods-own"),
        pytest.param([ROUTINE] * 9, ['Waiting for connections {"port":1}'] * 5, id="else-the-last-lines"),
        pytest.param(
            [FAILURE, CUT], ['Cannot start {"error":"DBPathInUse"}'], id="a-line-cut-by-a-full-disk"
        ),
        pytest.param(["x" * 600, "y" * 600], ["x" * 500, "y" * 500], id="long-lines"),
        pytest.param([], [], id="empty"),
    ],
)
def test_a_complaint_is(tmp_path: Path, lines: list[str], quoted: list[str]) -> None:
    log = MongodLog(tmp_path / "log")
    log.path.write_text("".join(f"{line}\n" for line in lines))
    assert log.complaint().splitlines() == [f"  {line}" for line in quoted]


def test_only_the_end_of_a_long_log_is_read_from_a_whole_line_on(tmp_path: Path) -> None:
    log = MongodLog(tmp_path / "log")
    log.path.write_text(f"{FAILURE}\n" + f"{ROUTINE}\n" * 2_000)
    assert "Cannot start" not in log.complaint()


def test_beginning_anew_keeps_the_log_before(tmp_path: Path) -> None:
    log = MongodLog(tmp_path / "log")
    for line in (b"first", b"second", b"third"):
        with log.begin() as file:
            file.write(line)
    assert [path.read_bytes() for path in sorted(tmp_path.iterdir())] == [b"third", b"second"]


def test_a_log_that_is_gone_is_said_to_be(tmp_path: Path) -> None:
    assert "No such file" in MongodLog(tmp_path / "log").complaint()
