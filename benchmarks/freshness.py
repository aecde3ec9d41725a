"""Freshness: how soon after an edit all that depends on it is right again, checked against a whole count.

Run it with `python -m benchmarks.freshness`.
"""

import argparse
import asyncio
import sys
import time
from collections import Counter
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Final

from benchmarks.organisation import Catalogue, edits, generate
from benchmarks.organisation.edits import State, state_of
from levelmark.plugins.loading import load_registry
from levelmark.server.embedded import EmbeddedMongo
from levelmark.services import Services
from levelmark.storage import Storage
from tests.support import freshness, scratch

SHOWN: Final = 20


def main() -> int:
    """Loads, edits, compares and prints; returns 1 where anything stored is not as it should be."""
    options = _options()
    with TemporaryDirectory() as folder:
        faults = asyncio.run(_measure(Path(folder), options))
    print(f"\n{len(faults)} stale values, results and levels")
    for fault in faults[:SHOWN]:
        print(f"  {fault}", file=sys.stderr)
    return 1 if faults else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.freshness", description=__doc__)
    parser.add_argument("--entities", type=int, default=20_000, help="how many (default: %(default)s)")
    parser.add_argument("--edits", type=int, default=1_000, help="how many (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=20260101, help="of all draws (default: %(default)s)")
    return parser.parse_args()


async def _measure(folder: Path, options: argparse.Namespace) -> list[str]:
    catalogue = generate(options.seed, options.entities)
    async with (
        EmbeddedMongo(folder) as mongo,
        Storage(mongo.url, "freshness") as storage,
        Services(storage, load_registry(), clock=lambda: catalogue.now) as services,
    ):
        await _load(services, catalogue)
        state = await _edit(services, catalogue, options.seed, options.edits)
        start = time.perf_counter()
        definitions = catalogue.blueprints, catalogue.scorecards
        expected = scratch.evaluate(*definitions, state.values(), catalogue.now)
        values = sum(len(one.derived) for one in expected.values())
        results = sum(len(each.results) for one in expected.values() for each in one.standings.values())
        print(f"all anew, in memory:  {time.perf_counter() - start:8.2f} s")
        print(f"compared: {len(expected):,} entities, {values:,} derived values, {results:,} rule results")
        return await freshness.stale(storage, expected)


async def _load(services: Services, catalogue: Catalogue) -> None:
    start = time.perf_counter()
    await freshness.load(services, catalogue.blueprints, catalogue.scorecards, catalogue.entities)
    written = time.perf_counter()
    await services.settled()
    settled = time.perf_counter()
    rate = len(catalogue.entities) / (written - start)
    print(f"load: {len(catalogue.entities):,} entities in {written - start:.2f} s ({rate:,.0f}/s),")
    print(f"      all settled {settled - written:.2f} s later")


async def _edit(services: Services, catalogue: Catalogue, seed: int, count: int) -> State:
    """Makes edits one after the other, and waits after each until all that depends on it is right."""
    state, kinds = state_of(catalogue), Counter[str]()
    answered, settled = [], []
    for edit in edits(seed, catalogue, count):
        start = time.perf_counter()
        await freshness.make(services, edit)
        answered.append(time.perf_counter() - start)
        await services.settled()
        settled.append(time.perf_counter() - start)
        edit.apply(state)
        kinds[edit.kind.value] += 1
    print(f"edits: {', '.join(f'{number} {kind}' for kind, number in sorted(kinds.items()))}")
    print(f"until answered:  {_told(answered)}")
    print(f"until all right: {_told(settled)}")
    return state


def _told(seconds: list[float]) -> str:
    late = quantiles(seconds, n=100)[98] if len(seconds) > 1 else seconds[0]
    return f"median {median(seconds) * 1000:8.1f} ms, 99th of a hundred {late * 1000:8.1f} ms"


if __name__ == "__main__":
    sys.exit(main())
