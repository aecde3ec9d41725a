"""Loading: a year goes straight into a database, drawn and inserted by two processes.

The definitions are written through the services first, so that every row carries their stamp and nothing is
left to be evaluated. Indexes are made once all is there, which takes less time.
"""

import asyncio
from datetime import datetime
from multiprocessing import get_context
from typing import Final

from benchmarks.year.definitions import BLUEPRINT, SCORECARDS
from benchmarks.year.filling import Place, fill
from benchmarks.year.lives import Sizes
from benchmarks.year.numbering import number
from benchmarks.year.states import PARTS
from levelmark.plugins.loading import load_registry
from levelmark.services import Services
from levelmark.storage import Storage
from levelmark.storage.indexes import ensure_indexes
from tests.support import freshness

_FILLED: Final = ("entities", "history", "changes")


async def load(url: str, database: str, sizes: Sizes) -> int:
    """Fills a database that is empty; how many changes there are."""
    async with Storage(url, database) as storage:
        stamp = await _define(storage, sizes.loaded)
        for name in _FILLED:
            await storage.database[name].drop_indexes()
        changes = await asyncio.to_thread(_fill, Place(url, database, stamp), sizes)
        await ensure_indexes(storage.database)
    return changes


async def _define(storage: Storage, at: datetime) -> str:
    """Writes the definitions as if at an instant; their stamp."""
    async with Services(storage, load_registry(), clock=lambda: at) as services:
        await freshness.load(services, [BLUEPRINT], SCORECARDS, [])
        await services.settled()
        definitions = await services.catalogue.one("service")
    assert definitions is not None
    return definitions.full_stamp


def _fill(place: Place, sizes: Sizes) -> int:
    spawning = get_context("spawn")
    pipes = [spawning.Pipe() for _ in range(PARTS)]
    processes = [spawning.Process(target=fill, args=(place, sizes, part, theirs), daemon=True)
                 for part, (_, theirs) in enumerate(pipes)]  # fmt: skip
    for process in processes:
        process.start()
    for _, theirs in pipes:
        theirs.close()  # so that one that breaks off is noticed here
    changes = number([ours for ours, _ in pipes])
    for process in processes:
        process.join()
    assert not any(process.exitcode for process in processes), "a process that draws has failed"
    return changes
