"""The step from fork to exec: ties a program's life to its parent's, then becomes that program.

Run as a script, `launcher.py PARENT PROGRAM ARGUMENT...`, where PARENT is the process id of who starts it.
On Linux the kernel then sends SIGTERM when the parent's thread that started it ends, however it ends. It is a
program of its own since Python code between fork and exec is not safe in a process that has threads.
"""

import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def _die_with(parent: int) -> None:
    try:
        import ctypes  # noqa: PLC0415 - Python can be built without it
    except ImportError:
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        sys.exit("The process that started this one has ended.")


def main(parent: str, program: str, *arguments: str) -> None:
    """Become `program`, or exit with the reason why not."""
    if sys.platform == "linux":
        _die_with(int(parent))
    try:
        os.execv(program, [program, *arguments])  # noqa: S606 - no shell is wanted
    except OSError as error:
        sys.exit(f"{program} cannot be run: {error.strerror}")


if __name__ == "__main__":
    main(*sys.argv[1:])
