"""Results: what it costs to ask a large catalogue for results, as they stand, stood and became.

Run it with `python -m benchmarks.results`.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, Final

import httpx
from msgspec import json
from pymongo import MongoClient

from benchmarks.reading import (
    WAYS,
    Examined,
    Exported,
    Facts,
    Question,
    Taken,
    ask,
    examine,
    export,
    export_plainly,
    questions,
)
from benchmarks.year import Sizes, load
from levelmark.plugins.loading import load_registry
from levelmark.server.embedded import EmbeddedMongo
from levelmark.services import Services
from levelmark.storage import Storage
from tests.graphql.api.commands import Commands, Executor
from tests.support.server import ServerProcess

DATABASE: Final = "results"
TIMEOUT_SECONDS: Final = 120
PLAIN_SECONDS: Final = 5.0
"""How long a plain way is repeated, at most; it is done once however long it takes."""


def main() -> int:
    """Loads, asks, compares and prints."""
    options = _options()
    sizes = Sizes(options.entities, options.changes, options.seed)
    with _folder(options.keep) as folder:
        asyncio.run(_loaded(folder, sizes, options.cache))
        asyncio.run(_measure(folder, sizes, options))
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.results", description=__doc__)
    parser.add_argument("--entities", type=int, default=100_000, help="that live (default: %(default)s)")
    parser.add_argument("--changes", type=int, default=2_000_000, help="in the year (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=20260101, help="of all draws (default: %(default)s)")
    parser.add_argument("--runs", type=int, default=7, help="behind the first (default: %(default)s)")
    parser.add_argument("--cache", type=float, default=1.0, help="of mongod, in GB (default: %(default)s)")
    parser.add_argument("--keep", type=Path, help="a folder to keep the data in, and to find it again")
    return parser.parse_args()


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        yield keep
        return
    with TemporaryDirectory() as folder:
        yield Path(folder)


async def _loaded(folder: Path, sizes: Sizes, cache: float) -> None:
    """Fills the folder's database, unless it has been filled with the same before."""
    told, wanted = folder / "year.json", json.encode(sizes)
    if told.exists():
        if told.read_bytes() != wanted:
            sys.exit(f"{folder} holds another year, {told.read_text()}; choose another folder for this one")
        return
    start = time.perf_counter()
    async with EmbeddedMongo(folder, cache_gb=cache) as mongo:
        with MongoClient[dict[str, Any]](mongo.url) as client:
            client.drop_database(DATABASE)  # what was broken off before
        changes = await load(mongo.url, DATABASE, sizes)
    told.write_bytes(wanted)
    print(f"loaded in {time.perf_counter() - start:.0f} s: {changes:,} changes")


async def _measure(folder: Path, sizes: Sizes, options: argparse.Namespace) -> None:
    async with EmbeddedMongo(folder, cache_gb=options.cache) as mongo:
        with MongoClient[dict[str, Any]](mongo.url, tz_aware=True) as client:
            database = client[DATABASE]
            facts = Facts(_busiest(database), "team-00", "team-12", sizes.since, sizes.until)
            asked = list(questions(facts))
            taken, exported = await asyncio.to_thread(_asked, folder, mongo.url, asked, options.runs)
            asked = [one for one in asked if one.name in taken]
            plain = {name: _repeated(partial(WAYS[name], database, facts))
                     for name in dict.fromkeys(one.beside for one in asked)}  # fmt: skip
            exports = {"server": exported, "plain": export_plainly(database)}
            counts = [f"{database[name].estimated_document_count():,} {name}"
                      for name in ("entities", "history", "changes")]  # fmt: skip
        async with _executor(mongo.url) as executor:
            looked = {one.name: await examine(executor, one) for one in asked if not taken[one.name].refused}
    print(", ".join(counts))
    _print(asked, taken, plain, looked)
    for who, one in exports.items():
        if one is not None:
            memory = "" if one.megabytes is None else f", {one.megabytes:,.0f} MB of memory more"
            print(
                f"export, {who}: {one.rows:,} rows in {one.seconds:.1f} s, {one.rate:,.0f} a second{memory}"
            )


def _busiest(database: Any) -> str:
    """The identifier of an entity that lives and has had most states."""
    row = database["entities"].find_one({"blueprint": "service"}, sort=[("version", -1)])
    return str(row["identifier"])


@asynccontextmanager
async def _executor(url: str) -> AsyncIterator[Executor]:
    commands = Commands()
    async with Storage(url, DATABASE, listeners=(commands,)) as storage:
        yield Executor(Services(storage, load_registry()), commands)


def _asked(
    folder: Path, mongo: str, asked: list[Question], runs: int
) -> tuple[dict[str, Taken], Exported | None]:
    """Asks a server process everything that it knows, so many times behind a first time."""
    arguments = "--mongodb-url", mongo, "--database", DATABASE, "--metrics-seconds", "0"
    with (
        ServerProcess(folder / "server.log", *arguments) as server,
        httpx.Client(timeout=TIMEOUT_SECONDS, base_url=server.url.removesuffix("/graphql")) as client,
    ):
        exported = export(client, server.pid)  # first, since the memory that is told is the most so far
        found = {one.name: ask(client, one, runs) for one in asked}
    return {name: taken for name, taken in found.items() if taken is not None}, exported


def _repeated(way: Callable[[], object]) -> float:
    """The median of the seconds that it takes."""
    seconds: list[float] = []
    while not seconds or (sum(seconds) < PLAIN_SECONDS and len(seconds) < 20):
        start = time.perf_counter()
        way()
        seconds.append(time.perf_counter() - start)
    return median(seconds)


def _print(
    asked: list[Question],
    taken: Mapping[str, Taken],
    plain: Mapping[str, float],
    looked: Mapping[str, Examined],
) -> None:
    print(
        f"{'':34}{'rows':>6}{'first ms':>10}{'median':>9}{'worst':>9}{'documents':>11}{'keys':>11}     times"
    )
    for one in asked:
        found = taken[one.name]
        if found.refused is not None:
            print(f"{one.name:34}refused after {[found.first, *found.later][-1]:.0f} s: {found.refused}")
            continue
        middle, seen = median(found.later), looked[one.name]
        figures = f"{found.first * 1e3:10,.1f}{middle * 1e3:9,.1f}{max(found.later) * 1e3:9,.1f}"
        against = f"{middle / plain[one.beside]:10.3f}  {one.beside}"
        print(f"{one.name:34}{found.rows:6,}{figures}{seen.documents:11,}{seen.keys:11,}{against}")
    for name, seconds in plain.items():
        print(f"{name:34}{'':6}{'':10}{seconds * 1e3:9,.1f}")


if __name__ == "__main__":
    sys.exit(main())
