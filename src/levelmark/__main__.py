"""The `levelmark` command, also as `python -m levelmark`, begun so that no Ctrl-C is told as a traceback."""

import os
import signal
import sys
from pathlib import Path
from typing import TextIO


def main() -> None:
    """Runs the command; Ctrl-C while its modules are still being imported ends the process in silence."""
    inherited = signal.getsignal(signal.SIGINT)
    if inherited is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    # Libraries expect an output, and a socket should not get its number.
    sys.stdout = sys.stdout or _nowhere()
    sys.stderr = sys.stderr or _nowhere()

    from levelmark.server.cli import main as command  # noqa: PLC0415 - takes half a second, under the signal above

    signal.signal(signal.SIGINT, inherited)
    command()


def _nowhere() -> TextIO:
    return Path(os.devnull).open("w", encoding="utf-8")


if __name__ == "__main__":
    main()
