"""Prefilters: what MongoDB says beforehand never loses an entity that a query is true of."""

from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import UNSET, UnsetType

from levelmark.domain.documents import to_blueprint, to_document
from levelmark.domain.instant import of_moment
from levelmark.domain.json import Json
from levelmark.domain.query import Condition, Query, QueryPart
from levelmark.engine.explain import Probes
from levelmark.engine.truth import Truth
from levelmark.plugins import Registry
from levelmark.services import Services
from levelmark.services.listing import Ask
from levelmark.services.outcome import Outcome
from levelmark.services.writing import Mode
from levelmark.storage import Storage
from levelmark.storage.exactness import exactly
from levelmark.storage.pages import Selection
from levelmark.storage.prefilter import prefilter

UNTYPED = ("x", "a.b", "$where", "__proto__", "0", "%2E")
DOCUMENT: dict[str, Json] = {
    "identifier": "thing",
    "title": "Thing",
    "schema": {
        "properties": {
            **{name: {} for name in UNTYPED},
            "stars": {"type": "number"},
            "tags": {"type": "array"},
            "due": {"type": "string", "format": "date"},
            "seen": {"type": "string", "format": "date-time"},
        }
    },
    "relations": {"owner": {"target": "team"}, "uses": {"target": "thing", "many": True}},
}
BLUEPRINT = to_blueprint(DOCUMENT)

TEXTS = st.sampled_from(["", "a", "A", "ab", "1", "true", "null", "$x", "a.b", "\uffff", "🦄", "2026-01-01"])
NUMBERS = st.sampled_from([0, -0.0, 1, 1.0, 1.5, -1, 2**53, 1e300])
SCALARS: st.SearchStrategy[Json] = st.one_of(TEXTS, NUMBERS, st.booleans())
VALUES: st.SearchStrategy[Json] = st.one_of(
    SCALARS,
    st.none(),
    st.lists(st.one_of(SCALARS, st.none(), st.just([]), st.just({})), max_size=3),
    st.dictionaries(st.sampled_from(["a", "$in", "a.b"]), SCALARS, max_size=2),
)
DATES = st.sampled_from(["2026-01-01", "2026-02-01", "1969-12-31"])
MOMENTS = st.sampled_from(["2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00", "2026-01-01t00:00:00.5z"])
TEAM = st.sampled_from(["red", "blue", "a"])


@st.composite
def entities(draw: st.DrawFn) -> dict[str, Json]:
    """An entity's document, its identifier apart; whatever can be left out sometimes is."""
    typed: dict[str, st.SearchStrategy[Json]] = {
        "stars": st.one_of(st.none(), NUMBERS),
        "tags": st.one_of(st.none(), st.lists(st.one_of(SCALARS, st.none()), max_size=3)),
        "due": st.one_of(st.none(), DATES),
        "seen": st.one_of(st.none(), MOMENTS),
    }
    optional: dict[str, st.SearchStrategy[Json]] = {**dict.fromkeys(UNTYPED, VALUES), **typed}
    properties = draw(st.fixed_dictionaries({}, optional=optional))
    relations = draw(
        st.fixed_dictionaries(
            {}, optional={"owner": st.one_of(st.none(), TEXTS), "uses": st.lists(TEXTS, max_size=2)}
        )
    )
    others = draw(
        st.fixed_dictionaries(
            {},
            optional={
                "title": st.one_of(st.none(), TEXTS),
                "icon": TEXTS,
                "team": st.one_of(st.none(), TEAM, st.lists(TEAM, max_size=2, unique=True)),
            },
        )
    )
    return {"blueprint": "thing", "properties": properties, "relations": relations, **others}


ORDERED, AFFIXES, EMPTINESS = (
    ("<", "<=", ">", ">="),
    ("beginsWith", "doesNotEndsWith"),
    ("isEmpty", "isNotEmpty"),
)
SUBSTRINGS = ("contains", "doesNotContains")
LISTS = ("in", "notIn")
TIMED = ("between", "notBetween", "olderThan", "newerThan")
ANY_TYPE = ("=", "!=", *ORDERED, *SUBSTRINGS, "containsAny", *LISTS, *AFFIXES, *EMPTINESS)
OF_TEXT = ("=", "!=", *ORDERED, *SUBSTRINGS, *LISTS, *AFFIXES, *EMPTINESS)
OF_LIST = (*SUBSTRINGS, "containsAny", *LISTS, *EMPTINESS)
ON_THE_RIGHT = st.sampled_from([*UNTYPED, "$title", "$identifier"]).map(lambda name: {"property": name})
ZONES = st.sampled_from(["UTC", "Asia/Tokyo", "America/Los_Angeles"])
ENDS = st.sampled_from(["2025-12-31", "2026-01-01", "2026-01-15T00:00:00+02:00", "2026-02-01", "2026-02-02"])
WINDOWS = st.one_of(
    st.builds(lambda ends, zone: dict(zip(("from", "to"), sorted(ends), strict=True), timeZone=zone),
              st.lists(ENDS, min_size=2, max_size=2), ZONES),
    st.builds(lambda preset, zone: {"preset": preset, "timeZone": zone},
              st.sampled_from(["today", "last3Years", "nextDay"]), ZONES),
)  # fmt: skip


def right_side(operator: str, scalars: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    """Values that the operator takes, made of these."""
    if operator in EMPTINESS:
        return st.just(UNSET)
    if operator in ("between", "notBetween"):
        return WINDOWS
    if operator in ("olderThan", "newerThan"):
        return st.sampled_from(["P1D", "P1Y", "P100Y"])
    if operator in ("containsAny", *LISTS):
        return st.lists(scalars, max_size=3)
    if operator in (*ORDERED, *AFFIXES) and scalars is SCALARS:
        return st.one_of(TEXTS, NUMBERS)
    return scalars


@st.composite
def conditions(draw: st.DrawFn) -> Condition:
    """A condition that is sound for the blueprint."""
    subjects: list[tuple[Sequence[str], Sequence[str], st.SearchStrategy[Json]]] = [
        (UNTYPED, ANY_TYPE, SCALARS),
        (("stars",), ("=", "!=", *ORDERED, *SUBSTRINGS), NUMBERS),
        (("tags",), OF_LIST, SCALARS),
        (("due", "seen", "$createdAt"), (*ORDERED, "=", "isEmpty", *TIMED), st.one_of(DATES, MOMENTS)),
        (UNTYPED, ("between", "olderThan"), TEXTS),
        (("$title", "$icon", "$identifier", "$blueprint"), OF_TEXT, TEXTS),
        (("$team",), (*OF_TEXT, "containsAny"), st.one_of(TEAM, TEXTS)),
        (("owner", "uses"), ANY_TYPE, TEXTS),
    ]
    names, operators, scalars = draw(st.sampled_from(subjects))
    name, operator = draw(st.sampled_from(names)), draw(st.sampled_from(operators))
    value = draw(right_side(operator, scalars))
    negated: bool | UnsetType = UNSET
    if operator in EMPTINESS:
        negated = draw(st.sampled_from([True, False]))
    if operator in ("=", "!=", "contains", *AFFIXES) and name not in ("stars", "tags"):
        value = draw(st.one_of(st.just(value), ON_THE_RIGHT))
    if name in ("owner", "uses"):
        return Condition(operator, relation=name, value=value, negated=negated)
    return Condition(operator, property=name, value=value, negated=negated)


@st.composite
def queries(draw: st.DrawFn, depth: int = 3) -> Query:
    parts: list[QueryPart] = draw(st.lists(conditions(), min_size=1, max_size=3))
    if depth > 1 and draw(st.booleans()):
        parts.append(draw(queries(depth - 1)))
    return Query(draw(st.sampled_from(("and", "or"))), tuple(parts))


@pytest_asyncio.fixture(scope="module")
async def things(mongo_url: str, registry: Registry) -> AsyncIterator[Services]:
    async with Storage(mongo_url, f"prefilter-{uuid4().hex}") as storage:
        services = Services(storage, registry)
        await services.blueprints.upsert(DOCUMENT)
        yield services
        await storage.database.client.drop_database(storage.database.name)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
async def test_filtering_finds_what_the_interpreter_finds(things: Services, data: st.DataObject) -> None:
    drawn = data.draw(st.lists(entities(), min_size=5, max_size=15))
    documents = [one | {"identifier": f"e{place}"} for place, one in enumerate(drawn)]
    written = await things.entities.upsert(documents, Mode.REPLACE)
    assert Outcome.INVALID not in {one.outcome for one in written}
    everything = [one.entity for one in await things.entities.page(Selection("thing"), None, Ask())]
    for query in data.draw(st.lists(queries(), min_size=10, max_size=10)):
        probes, now = Probes(query, BLUEPRINT, things.registry.operators), of_moment(things.clock())
        expected = [one.identifier for one in everything if probes.explain(one, now).truth is Truth.TRUE]
        found = await things.entities.page(Selection("thing"), to_document(query), Ask())
        assert [one.entity.identifier for one in found] == expected, prefilter(query, BLUEPRINT)


def sayable(condition: Condition) -> bool:
    return exactly(condition, BLUEPRINT) is not None


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
async def test_what_the_database_decides_alone_it_decides_as_the_interpreter_does(
    things: Services, data: st.DataObject
) -> None:
    drawn = data.draw(st.lists(entities(), min_size=5, max_size=15))
    await things.entities.upsert(
        [one | {"identifier": f"e{at}"} for at, one in enumerate(drawn)], Mode.REPLACE
    )
    everything = [one.entity for one in await things.entities.page(Selection("thing"), None, Ask())]
    some = data.draw(st.lists(st.lists(conditions(), min_size=1, max_size=5), min_size=20, max_size=20))
    said = [parts for conditions_ in some if (parts := [one for one in conditions_ if sayable(one)])]
    for parts in said:
        query = Query(data.draw(st.sampled_from(("and", "or"))), tuple(parts))
        probes, now = Probes(query, BLUEPRINT, things.registry.operators), of_moment(things.clock())
        expected = [one.identifier for one in everything if probes.explain(one, now).truth is Truth.TRUE]
        found = await things.entities.page(Selection("thing"), to_document(query), Ask())
        assert [one.entity.identifier for one in found] == expected, exactly(query, BLUEPRINT)


def said(operator: str, value: Any, name: str = "x", *, negated: bool = False) -> Any:
    return prefilter(Query("and", (Condition(operator, name, value=value, negated=negated),)), BLUEPRINT)


def test_what_can_be_said_is_said_in_values_and_escaped_keys() -> None:
    assert said("=", "$where") == {"$and": [{"properties.x": {"$eq": "$where"}}]}
    assert said("=", 1, "a.b") == {"$and": [{"properties.a%2Eb": {"$eq": 1}}]}
    assert said("=", 1, "$where") == {"$and": [{"properties.%24where": {"$eq": 1}}]}
    assert said("<", 5) == {"$and": [{"properties.x": {"$lt": 5}}]}
    assert said("containsAny", ["a"], "$team") == {"$and": [{"teams": {"$in": ["a"]}}]}
    assert said("in", ["a", 1]) == {"$and": [{"properties.x": {"$in": ["a", 1]}}]}
    assert said("isEmpty", UNSET, negated=True) == {"$and": [{"properties.x": {"$exists": True}}]}
    assert said("between", {"from": "2026-01-02", "to": "2026-01-03T00:00:00Z"}, "due") == {
        "$and": [{"properties.due": {"$gte": "2026-01-01", "$lt": "2026-01-05"}}]
    }
    assert said("=", "a", "$identifier") == {"$and": [{"identifier": {"$eq": "a"}}]}


@pytest.mark.parametrize(
    ("operator", "value", "name"),
    [("!=", 1, "x"), ("contains", "a", "x"), ("isEmpty", UNSET, "x"), ("<", "2026-01-01", "due"),
     (">", "2026-01-01", "$createdAt"), ("=", "thing", "$blueprint"),
     ("=", {"property": "a.b"}, "x"), ("notIn", ["a"], "x"), ("in", "a", "x"), ("in", [["a"]], "x"),
     ("between", {"preset": "today"}, "due"), ("between", {"from": "2026-01-01", "to": "9999-12-31"}, "due"),
     ("notBetween", {"from": "2026-01-01", "to": "2026-01-02"}, "due"), ("olderThan", "P1D", "due")],
)  # fmt: skip
def test_what_cannot_be_said_without_losing_one_is_left_out(operator: str, value: Any, name: str) -> None:
    assert said(operator, value, name) is None


def test_what_is_turned_round_is_said_the_other_way() -> None:
    assert said("isNotEmpty", UNSET, negated=True) is None
    assert said("isEmpty", UNSET, negated=True) == said("isNotEmpty", UNSET)


def test_an_or_is_said_only_as_a_whole() -> None:
    known, unknown = Condition("=", "x", value=1), Condition("isEmpty", "x")
    assert prefilter(Query("or", (known, unknown)), BLUEPRINT) is None
    assert prefilter(Query("or", (known, known)), BLUEPRINT) == {"$or": [{"properties.x": {"$eq": 1}}] * 2}
    assert prefilter(Query("and", (known, unknown)), BLUEPRINT) == {"$and": [{"properties.x": {"$eq": 1}}]}
