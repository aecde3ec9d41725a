"""Entity writes: evaluated, stored with what changed and logged, against what the database alone takes.

Run it with `python -m benchmarks.writes`.
"""

import argparse
import asyncio
import random
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, Final, TypeAlias

from msgspec import to_builtins
from msgspec.structs import replace

from benchmarks import catalogue
from levelmark.domain.documents import to_document
from levelmark.domain.entity import Entity
from levelmark.domain.issue import has_errors
from levelmark.domain.json import Json
from levelmark.engine.evaluate import CompiledScorecard
from levelmark.operators import levelmark_operators
from levelmark.plugins.loading import load_registry
from levelmark.server.embedded import EmbeddedMongo
from levelmark.services import Services
from levelmark.services.writing import Mode
from levelmark.storage import Storage

CLIENTS: Final = 32
NOW: Final = "2026-01-01T00:00:00.000Z"

Write: TypeAlias = Callable[[int], Awaitable[object]]


def main() -> int:
    """Measures and prints a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.writes", description=__doc__)
    parser.add_argument("--entities", type=int, default=500, help="how many (default: %(default)s)")
    parser.add_argument(
        "--rounds", type=int, default=5, help="of which the median counts (default: %(default)s)"
    )
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        asyncio.run(_measure(Path(folder), options.entities, options.rounds))
    return 0


async def _measure(folder: Path, count: int, rounds: int) -> None:
    async with (
        EmbeddedMongo(folder) as mongo,
        Storage(mongo.url, "writes") as storage,
        Services(storage, load_registry()) as services,
    ):
        subject = _Subject(services, catalogue.entities(count))
        await subject.prepare()
        contestants: dict[str, Write] = {
            "one bare update_one": subject.bare,
            "a write that changes no result": subject.without_change,
            "a write that changes results": subject.with_change,
            "the naive sequence": subject.naive,
        }
        alone: dict[str, list[float]] = {name: [] for name in contestants}
        together: dict[str, list[float]] = {name: [] for name in contestants}
        for _ in range(rounds):
            for name, write in contestants.items():
                alone[name] += await _alone(write, count)
                together[name] += await _together(write, count)
        _print(alone, together)


async def _alone(write: Write, count: int) -> list[float]:
    """Seconds that one write takes, one after the other."""
    taken = []
    for place in range(min(count, 100)):
        start = time.perf_counter()
        await write(place)
        taken.append(time.perf_counter() - start)
    return taken


async def _together(write: Write, count: int) -> list[float]:
    """Seconds for each write where many clients write at once, as one figure for all of them."""
    places = iter(range(count))

    async def client() -> None:
        for place in places:
            await write(place)

    start = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(CLIENTS)))
    return [(time.perf_counter() - start) / count]


class _Subject:
    """The catalogue in a database, and the ways to write an entity of it."""

    def __init__(self, services: Services, entities: list[Entity]) -> None:
        self._services = services
        self._database = services.storage.database
        self._entities = entities
        self._draw = random.Random(catalogue.SEED)
        operators = {operator.name: operator for operator in levelmark_operators()}
        self._compiled = [
            CompiledScorecard(card, catalogue.blueprint(), operators) for card in catalogue.scorecards()
        ]

    async def prepare(self) -> None:
        await self._services.blueprints.upsert(to_document(catalogue.blueprint()))
        for card in catalogue.scorecards():
            await self._services.scorecards.upsert(to_document(card))
        for place in range(len(self._entities)):
            await self._store(place, self._entities[place].properties)
            await self._database["naive"].insert_one({"_id": place})
            for number in range(len(self._compiled)):
                await self._database["naive_scores"].insert_one({"_id": f"{place}.{number}"})

    async def bare(self, place: int) -> None:
        await self._database["naive"].update_one({"_id": place}, {"$set": {"value": self._draw.random()}})

    async def without_change(self, place: int) -> None:
        """A title, which no rule looks at."""
        await self._store(place, {}, Mode.MERGE, str(self._draw.random()))

    async def with_change(self, place: int) -> None:
        """The properties of another entity, so that most results differ."""
        await self._store(place, self._draw.choice(self._entities).properties)

    async def naive(self, place: int) -> None:
        """What a first version does: reads all, evaluates, writes the entity and one document per score."""
        properties = self._draw.choice(self._entities).properties
        entity = replace(self._entities[place], properties=properties)
        await self._database["blueprints"].find_one({})
        await self._database["scorecards"].find().to_list(None)
        await self._database["naive"].find_one({"_id": place})
        await self._database["naive"].replace_one({"_id": place}, {"properties": properties})
        for number, card in enumerate(self._compiled):
            score: Any = to_builtins(card.evaluate(entity, None, NOW).score)
            await self._database["naive_scores"].replace_one({"_id": f"{place}.{number}"}, score)

    async def _store(
        self, place: int, properties: dict[str, Json], mode: Mode = Mode.REPLACE, title: str | None = None
    ) -> None:
        entity = self._entities[place]
        document = {"blueprint": entity.blueprint, "identifier": entity.identifier, "properties": properties}
        written = await self._services.entities.upsert([{**document, "title": title}], mode)
        assert not has_errors(written[0].issues), written[0].issues


def _print(alone: dict[str, list[float]], together: dict[str, list[float]]) -> None:
    print(f"{'':34}{'one client':>14}{'times bare':>12}{f'{CLIENTS} clients':>16}{'times naive':>13}")
    bare, naive = median(alone["one bare update_one"]), median(together["the naive sequence"])
    for name, seconds in alone.items():
        one, many = median(seconds), median(together[name])
        print(f"{name:34}{one * 1000:11.2f} ms{one / bare:12.1f}{1 / many:14,.0f}/s{naive / many:13.1f}")


if __name__ == "__main__":
    sys.exit(main())
