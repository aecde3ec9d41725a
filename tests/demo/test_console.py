"""The demo's lines on a terminal and elsewhere."""

import os
import pty
import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.support.server import clean_environment

SCRIPT = """
from levelmark.server.demo.console import level, prepare_output, say
prepare_output()
say(f"{level('Silver', 'silver')} → {level(None, None)}")
"""


def said(output: int, **environment: str) -> None:
    plain = {name: value for name, value in clean_environment().items() if name != "NO_COLOR"}
    command = [sys.executable, "-c", SCRIPT]
    subprocess.run(command, stdout=output, env=plain | environment, check=True, timeout=30)


def on_a_terminal(**environment: str) -> str:
    ours, theirs = pty.openpty()
    try:
        said(theirs, **environment)
        return os.read(ours, 4096).decode().rstrip()
    finally:
        os.close(ours)
        os.close(theirs)


def through_a_pipe(**environment: str) -> str:
    ours, theirs = os.pipe()
    try:
        said(theirs, **environment)
        return os.read(ours, 4096).decode().rstrip()
    finally:
        os.close(ours)
        os.close(theirs)


def test_a_terminal_gets_the_levels_colours() -> None:
    assert "\x1b[38;5;252m\x1b[1mSilver\x1b[0m → " in on_a_terminal()


@pytest.mark.parametrize("said_where", [through_a_pipe, lambda: on_a_terminal(NO_COLOR="1")])
def test_everything_else_gets_plain_text(said_where: Callable[[], str]) -> None:
    assert said_where() == "Silver → no level"


def test_an_encoding_that_lacks_a_character_stops_nothing() -> None:
    assert through_a_pipe(PYTHONIOENCODING="latin-1") == "Silver ? no level"
