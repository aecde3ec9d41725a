"""Workers of a server that was killed."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from time import monotonic, sleep

import pytest

SERVER = """
import asyncio
from levelmark.services.calculating import Calculation, CalculationLimits, Calculator

async def main():
    calculator = Calculator(CalculationLimits(seconds=1))
    await calculator.run([Calculation(".", 1)], 0)
    print(calculator._pool._idle[0].pid, flush=True)
    await calculator.run([Calculation({program!r}, 1)], 0)
    await asyncio.sleep(60)

asyncio.run(main())
"""


@pytest.mark.parametrize("program", [".", "def f: f; f"], ids=["idle", "spinning"])
def test_a_worker_ends_with_its_server(program: str) -> None:
    call = [sys.executable, "-c", SERVER.format(program=program)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen(call, stdout=subprocess.PIPE, env=environment) as server:
        assert server.stdout is not None
        worker = int(server.stdout.readline())
        sleep(0.2)
        os.kill(server.pid, signal.SIGKILL)

    assert gone(worker, seconds=20)


def gone(pid: int, seconds: float) -> bool:
    until = monotonic() + seconds
    while alive(pid):
        if monotonic() > until:
            os.kill(pid, signal.SIGKILL)
            return False
        sleep(0.02)
    return True


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"
