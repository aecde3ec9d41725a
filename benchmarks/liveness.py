"""Liveness: how soon a subscriber hears of a level two relations away from what was written.

Run it with `python -m benchmarks.liveness`.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Any, Final

import httpx
from msgspec import Struct

from benchmarks.organisation import Catalogue, Incident, generate, incidents
from benchmarks.organisation.catalogue import Document
from levelmark.plugins.loading import load_registry
from levelmark.server.embedded import EmbeddedMongo
from levelmark.services import Services
from levelmark.storage import Storage
from tests.graphql.api.streams import Socket, socket_to
from tests.support import freshness
from tests.support.server import ServerProcess

WARM_UP: Final = 10
PATIENCE_SECONDS: Final = 60
DATABASE: Final = "liveness"
WRITE: Final = """mutation($entity: EntityInput!) {
    upsertEntities(input: {entities: [$entity], mode: MERGE}) {results {outcome}}
}"""
NEWEST: Final = "{levelChanges(first: 1) {edges {cursor}}}"
FOLLOW: Final = """subscription($filter: ChangeFilterInput, $after: String) {
    levelChanges(filter: $filter, after: $after) {entityIdentifier}
}"""


class Taken(Struct, frozen=True):
    """Seconds until the last of an edit's events came: since it was sent, and since it was answered."""

    sent: float
    answered: float


def main() -> int:
    """Loads, edits, listens and prints."""
    options = _options()
    with TemporaryDirectory() as folder:
        asyncio.run(_measure(Path(folder), options))
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.liveness", description=__doc__)
    parser.add_argument("--entities", type=int, default=20_000, help="how many (default: %(default)s)")
    parser.add_argument("--edits", type=int, default=300, help="of each kind (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=20260101, help="of all draws (default: %(default)s)")
    parser.add_argument(
        "--pause", type=float, default=0.2, help="seconds between two edits (default: %(default)s)"
    )
    return parser.parse_args()


async def _measure(folder: Path, options: argparse.Namespace) -> None:
    catalogue = generate(options.seed, options.entities, datetime.now(UTC))
    drawn = list(incidents(options.seed, catalogue, WARM_UP + options.edits))
    async with EmbeddedMongo(folder) as mongo:
        await _load(mongo.url, catalogue)
        server = ServerProcess(folder / "server.log", "--mongodb-url", mongo.url, "--database", DATABASE)
        with server:
            taken = await _edit(server.url, drawn, options.pause)
    moved = sum(len(one.moved) for one in drawn[WARM_UP:])
    print(
        f"{options.entities:,} entities, {options.edits:,} edits of each kind, {moved:,} levels two hops away"
    )
    _print({kind: some[WARM_UP:] for kind, some in taken.items()})


async def _load(url: str, catalogue: Catalogue) -> None:
    async with Storage(url, DATABASE) as storage, Services(storage, load_registry()) as services:
        await freshness.load(services, catalogue.blueprints, catalogue.scorecards, catalogue.entities)
        await services.settled()


async def _edit(url: str, drawn: Iterable[Incident], pause: float) -> dict[str, list[Taken]]:
    """Makes the edits one after the other; what an edit still sets off behind its events gets the pause."""
    taken: dict[str, list[Taken]] = {"no hop": [], "two hops": []}
    async with httpx.AsyncClient(timeout=PATIENCE_SECONDS) as client, socket_to(url) as socket:
        answer = await client.post(url, json={"query": NEWEST})
        after = answer.json()["data"]["levelChanges"]["edges"][0]["cursor"]
        services = {"blueprint": "service", "scorecard": "foundations"}
        async with (
            _listening(socket, after, {"blueprint": "incident"}) as own,
            _listening(socket, after, services) as far,
        ):
            for one in drawn:
                await asyncio.sleep(pause)
                _emptied(own)
                taken["no hop"].append(await _timed(client, url, one.severity, own, {one.identifier}))
                await asyncio.sleep(pause)
                taken["two hops"].append(await _timed(client, url, one.status, far, one.moved))
                assert far.empty(), "a level has moved that should stand"
    return taken


@asynccontextmanager
async def _listening(
    socket: Socket, after: str, wanted: Mapping[str, str]
) -> AsyncIterator[asyncio.Queue[tuple[str, float]]]:
    """The entities whose levels move, with the moment in which this was heard."""
    heard: asyncio.Queue[tuple[str, float]] = asyncio.Queue()

    async def listen() -> None:
        async for change in socket.follow(FOLLOW, filter=dict(wanted), after=after):
            heard.put_nowait((change["entityIdentifier"], time.perf_counter()))

    listening = asyncio.create_task(listen())
    try:
        yield heard
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)


async def _timed(
    client: httpx.AsyncClient,
    url: str,
    document: Document,
    heard: asyncio.Queue[tuple[str, float]],
    expected: Iterable[str],
) -> Taken:
    body: Any = {"query": WRITE, "variables": {"entity": document}}
    sent = time.perf_counter()
    answer = await client.post(url, json=body)
    answered = time.perf_counter()
    assert "errors" not in answer.json(), answer.text
    missing, at = set(expected), sent
    async with asyncio.timeout(PATIENCE_SECONDS):
        while missing:
            entity, at = await heard.get()
            missing.discard(entity)
    return Taken(at - sent, at - answered)


def _emptied(heard: asyncio.Queue[tuple[str, float]]) -> None:
    while not heard.empty():
        heard.get_nowait()


def _print(taken: Mapping[str, list[Taken]]) -> None:
    print(f"{'':10}{'since it was sent, ms':^30}{'since it was answered, ms':^30}")
    print(f"{'':10}" + f"{'median':>10}{'99th':>10}{'max':>10}" * 2)
    rows = {kind: [*_told([one.sent for one in some]), *_told([one.answered for one in some])]
            for kind, some in taken.items()}  # fmt: skip
    for kind, figures in rows.items():
        print(f"{kind:10}" + "".join(f"{figure * 1000:10.1f}" for figure in figures))
    ratios = [far / near for near, far in zip(*rows.values(), strict=True)][:3]
    print(f"{'times':10}" + "".join(f"{ratio:10.1f}" for ratio in ratios))


def _told(seconds: list[float]) -> tuple[float, float, float]:
    late = quantiles(seconds, n=100, method="inclusive")[98] if len(seconds) > 1 else seconds[0]
    return median(seconds), late, max(seconds)


if __name__ == "__main__":
    sys.exit(main())
