"""Passes: MongoDB orders values as the order is defined, whatever they are."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from levelmark.domain.instant import instant
from levelmark.domain.json import Json
from levelmark.plugins import Registry
from levelmark.services import Services
from levelmark.services.listing import Ask
from levelmark.services.writing import Mode
from levelmark.storage import Storage
from levelmark.storage.pages import ByProperty, Selection

PROPERTIES: dict[str, Any] = {
    "any": {},
    "$a.b": {"type": ["string", "number", "boolean"]},
    "at": {"format": "date-time"},
}
INSTANTS = st.sampled_from(
    [
        "2026-01-01", "2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00", "2026-01-01t00:00:00.5z",
        "2026-01-01 00:00:00.123456789Z", "2025-12-31T23:00:00-05:30", "1969-12-31T23:59:59.999Z",
        "0001-01-01", "9999-12-31T23:59:59Z", "2026-02-30", "2026-01-01T25:00:00Z", "2026-01", "soon", "now",
        "2026-01-01T00:00:00",
    ]
)  # fmt: skip
TEXTS = st.sampled_from(
    ["", "a", "A", "ab", "ä", "\uffff", "🦄", "$a", "10", "9", "a" * 300, "a" * 299 + "b"]
)
NUMBERS = st.sampled_from([0, -0.0, 1, 1.0, 1.5, -1, 2**53, -(2**53), 1e300, 5e-324, 2**31])
SCALARS: st.SearchStrategy[Json] = st.one_of(TEXTS, NUMBERS, st.booleans())
VALUES: st.SearchStrategy[Json] = st.one_of(
    SCALARS, st.none(), st.just([]), st.just(["a"]), st.just({}), INSTANTS
)


def standing(name: str, value: Json) -> tuple[int, Any]:
    """The rank and the key of a value, as they are defined."""
    if isinstance(value, bool):
        return 0, value
    if isinstance(value, int | float):
        return 1, value
    if isinstance(value, str):
        at = instant(value) if name == "at" else None
        if at is not None:
            return 2, at // 1000
        return (3 if name == "at" else 2), value[:256].encode()
    return (9, 0) if value is None else (4, 0)


def ordered(name: str, values: dict[str, Json], *, descending: bool) -> list[str]:
    ranked: dict[int, list[tuple[Any, str]]] = {}
    for identifier, value in values.items():
        rank, key = standing(name, value)
        ranked.setdefault(rank, []).append((key, identifier))
    return [one for rank in sorted(ranked) for _, one in sorted(ranked[rank], reverse=descending)]


@pytest_asyncio.fixture(scope="module")
async def things(mongo_url: str, registry: Registry) -> AsyncIterator[Services]:
    async with Storage(mongo_url, f"passes-{uuid4().hex}") as storage:
        services = Services(storage, registry)
        await services.blueprints.upsert(
            {"identifier": "thing", "title": "Thing", "schema": {"properties": PROPERTIES}}
        )
        yield services
        await storage.database.client.drop_database(storage.database.name)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
async def test_places_are_those_of_the_definition_page_by_page(things: Services, data: st.DataObject) -> None:
    drawn = {f"e{place}": {name: data.draw(VALUES) for name in PROPERTIES} for place in range(12)}
    rows = [
        {"blueprint": "thing", "identifier": key, "properties": {"any": one["any"]}}
        for key, one in drawn.items()
    ]
    await things.entities.upsert(rows, Mode.REPLACE)
    for key, one in drawn.items():  # past the door, where a schema would have refused some of them
        fields = {"properties": {"any": one["any"], "%24a%2Eb": one["$a.b"], "at": one["at"]}}
        await things.storage.database["entities"].update_one({"identifier": key}, {"$set": fields})
    for name in PROPERTIES:
        values = {key: one[name] for key, one in drawn.items()}
        for descending in (False, True):
            expected = ordered(name, values, descending=descending)
            for limit in (500, 3):
                found = await everything(things, Ask(ByProperty(name), descending, None, limit))
                assert found == expected, (name, values)


async def everything(things: Services, ask: Ask) -> list[str]:
    found: list[str] = []
    after: tuple[str, ...] | None = None
    while True:
        asked = Ask(ask.by, ask.descending, after, ask.limit)
        page = await things.entities.page(Selection("thing"), None, asked)
        found += [one.entity.identifier for one in page]
        if len(page) < ask.limit:
            return found
        after = page[-1].place
