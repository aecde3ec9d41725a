"""A mongod that outlived the process that started it: stopped before another starts on its files."""

import asyncio
import os
import signal
from contextlib import suppress

from levelmark.server.embedded.command import runs
from levelmark.server.embedded.errors import EmbeddedMongoError
from levelmark.server.embedded.folder import DataFolder

_LOOK_SECONDS = 0.05
_SECONDS_AFTER = {signal.SIGTERM: 15.0, signal.SIGKILL: 5.0}


async def stop_orphan(folder: DataFolder) -> None:
    """Return once no mongod that an earlier holder of the folder started is left.

    Only a process that the folder records and whose command says that it is one is signalled. Raises
    EmbeddedMongoError where it cannot be stopped.
    """
    for pid in _recorded(folder):
        for number, seconds in _SECONDS_AFTER.items():
            if runs(pid, folder.data):
                _signal(pid, number, folder)
                await _gone(pid, folder, seconds)
        if runs(pid, folder.data):
            raise _unstoppable(pid, folder, "SIGKILL did not end it")


def _recorded(folder: DataFolder) -> set[int]:
    written = folder.mongod_lock()
    pids = {folder.previous.mongod, int(written) if written.isdecimal() else None}
    return {pid for pid in pids if pid is not None}


def _signal(pid: int, number: signal.Signals, folder: DataFolder) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
    except PermissionError as error:
        raise _unstoppable(pid, folder, "it is another user's") from error


async def _gone(pid: int, folder: DataFolder, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while runs(pid, folder.data):  # noqa: ASYNC110 - no event tells of the end of another's child
                await asyncio.sleep(_LOOK_SECONDS)


def _unstoppable(pid: int, folder: DataFolder, reason: str) -> EmbeddedMongoError:
    return EmbeddedMongoError(
        f"An earlier server's mongod still runs on {folder.data} as process {pid} and cannot be stopped: "
        f"{reason}. End it, then start again."
    )
