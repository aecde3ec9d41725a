"""The command line of the embedded mongod: how it is built, how a running one is known by it."""

import subprocess
from pathlib import Path
from typing import Final

SET_NAME: Final = "levelmark"
HOST: Final = "127.0.0.1"

_OPLOG_MB = 1024  # otherwise 5% of the disk


def arguments(data: Path, port: int, cache_gb: float) -> list[str]:
    """The arguments for a mongod with its files in `data`; every version from 4.4 on knows them."""
    return [
        *_identity(data),
        *("--bind_ip", HOST),
        *("--port", str(port)),
        "--nounixsocket",
        "--quiet",
        *("--oplogSize", str(_OPLOG_MB)),
        *("--wiredTigerCacheSizeGB", str(cache_gb)),
        *("--setParameter", "diagnosticDataCollectionEnabled=false"),
    ]


def runs(pid: int, data: Path) -> bool:
    """Whether the process is a mongod that was started with `arguments` for `data`."""
    return " ".join(["", *_identity(data), ""]) in _command_line(pid)


def _identity(data: Path) -> list[str]:
    return ["--dbpath", str(data), "--replSet", SET_NAME]


def _command_line(pid: int) -> str:
    """The words of the process's command, a space after each; nothing where there is no such process."""
    try:
        if Path("/proc/self/cmdline").exists():
            return Path(f"/proc/{pid}/cmdline").read_text(errors="replace").replace("\0", " ")
        ps = ["ps", "-ww", "-o", "command=", "-p", str(pid)]
        return subprocess.run(ps, capture_output=True, text=True, check=False).stdout.strip() + " "  # noqa: S603 - fixed
    except OSError:
        return ""
