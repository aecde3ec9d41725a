"""Values and names come back from the database exactly as they were sent."""

import json
from typing import Final

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from levelmark.domain.blueprint import META_PROPERTIES
from levelmark.domain.json import MAX_INTEGER, Json, identical
from levelmark.domain.score import Result
from levelmark.plugins import Registry
from levelmark.services import Services
from levelmark.services.outcome import Outcome
from levelmark.services.writing import Mode
from levelmark.storage import Storage
from tests.faults.scale import scaled
from tests.support.documents import condition, entity, rule, scorecard

STRANGE: Final = [
    *("$where", "$set", "$", "a.b", ".", "..", "__proto__", "%2E", "%00", "%", "%25", "%2525", "0", "1.0"),
    *("constructor", "_id", "id", "version", "é", "e\u0301", "\U0001f512", "\u202e", "a b", "A", "a", "İ"),
]  # fmt: skip

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
KEYS = st.sampled_from([*STRANGE, "", " ", "\n"]) | TEXTS
NAMES = st.sampled_from(STRANGE) | TEXTS.filter(
    lambda name: name and name.isprintable() and name == name.strip() and name not in META_PROPERTIES
)
EDGES = st.sampled_from([0, -0.0, 0.0, 1, 1.0, 2**31, -(2**31) - 1, MAX_INTEGER, -MAX_INTEGER])
NUMBERS = EDGES | st.integers(-MAX_INTEGER, MAX_INTEGER) | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)

quick = settings(
    max_examples=scaled(40),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # the database is emptied by no example
)


def written(value: Json) -> str:
    """The value letter for letter: `1` is not `1.0`, nor `0.0` `-0.0`, and the order of keys counts."""
    return json.dumps(value, ensure_ascii=False)


@quick
@given(properties=st.dictionaries(NAMES, VALUES, max_size=6))
@example(properties={name: {"": {name: [{name: number}]}} for number, name in enumerate(STRANGE)})
@example(
    properties={"a": [1, 1.0, -0.0, 0.0, 2**31, 2**53, -(2**53), 1e300], "b": {"y": {"z": 1, "a": 2}, "x": 3}}
)
async def test_properties_come_back_as_they_were_sent(idle: Services, properties: dict[str, Json]) -> None:
    await define(idle, properties)
    (sent,) = await idle.entities.upsert([entity("api") | {"properties": properties}], Mode.REPLACE)
    assert sent.outcome is not Outcome.INVALID, sent.issues
    stored = (await idle.entities.get([("service", "api")]))["service", "api"].properties
    assert written(stored) == written(properties)
    assert identical(stored, properties)
    (again,) = await idle.entities.upsert([entity("api") | {"properties": properties}], Mode.REPLACE)
    assert again.outcome is Outcome.UNCHANGED


@quick
@given(name=NAMES, value=NUMBERS | st.booleans() | TEXTS)
@example(name="$where", value=2**31)
@example(name="a.b", value=-(2**53))
async def test_a_rule_tests_for_the_value_and_the_name_that_were_sent(
    idle: Services, name: str, value: Json
) -> None:
    await define(idle, {name: value})
    document = scorecard("same", rule("same", "Bronze", condition(name, "=", value)))
    put = await idle.scorecards.upsert(document)
    assert put.outcome is not Outcome.INVALID, put.issues
    idle.catalogue._cache.clear()  # as another process would: from the database
    (sent,) = await idle.entities.upsert([entity("api") | {"properties": {name: value}}], Mode.REPLACE)
    assert sent.value is not None
    assert sent.value.scores[0].results[0].result is Result.PASSED
    assert (await idle.scorecards.upsert(document)).outcome is Outcome.UNCHANGED


@pytest.fixture
def idle(storage: Storage, registry: Registry) -> Services:
    """A process without background work."""
    return Services(storage, registry)


async def define(services: Services, properties: dict[str, Json]) -> None:
    """A blueprint that has properties of these names, of any type."""
    document: Json = {
        "identifier": "service",
        "title": "Service",
        "schema": {"properties": {name: {"title": name} for name in properties}},
    }
    put = await services.blueprints.upsert(document, force=True)  # others have had others before
    assert put.outcome is not Outcome.INVALID, put.issues
