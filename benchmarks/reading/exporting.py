"""Exporting: every rule result as CSV, from the server and in the plain way."""

import csv
import io
import time
from pathlib import Path
from typing import Any, Final

import httpx
from msgspec import Struct
from pymongo.database import Database

_PATH: Final = "/reports/results?blueprint=service"


class Exported(Struct, frozen=True):
    """Rows and the seconds that they took; `megabytes` is the memory that it took, at most."""

    rows: int
    seconds: float
    megabytes: float | None = None

    @property
    def rate(self) -> float:
        """Rows in a second."""
        return self.rows / self.seconds


def export(client: httpx.Client, pid: int) -> Exported | None:
    """The server's report of all results, read to its end; None where it has none."""
    before, start, rows = _peak(pid), time.perf_counter(), -1  # the first line names the columns
    with client.stream("GET", _PATH) as response:
        if response.status_code == httpx.codes.NOT_FOUND:
            return None
        for part in response.iter_bytes():
            rows += part.count(b"\n")
    seconds, after = time.perf_counter() - start, _peak(pid)
    return Exported(rows, seconds, after - before if before and after else None)


def export_plainly(database: Database[dict[str, Any]]) -> Exported:
    """What comes out of the rows as they are, without titles, names and reasons."""
    start, rows = time.perf_counter(), 0
    for entity in database["entities"].find({"blueprint": "service"}, {"search": 0}):
        text = io.StringIO()
        writer = csv.writer(text)
        for score in entity["scores"]:
            for one in score["results"]:
                writer.writerow(
                    ["service", entity["identifier"], entity["title"], entity["teams"], score["scorecard"],
                     one["rule"], score["level"], one["result"], one["since"]]
                )  # fmt: skip
                rows += 1
    return Exported(rows, time.perf_counter() - start)


def _peak(pid: int) -> float | None:
    """The most memory that a process has held so far, in megabytes; None where no system tells."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return None
    (line,) = [one for one in status.read_text().splitlines() if one.startswith("VmHWM:")]
    return int(line.split()[1]) / 1024
